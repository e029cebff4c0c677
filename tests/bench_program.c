/*
 * bench_program.c - programs whose calls are known, for tests/bench.
 *
 * Usage: bench_program NAME
 *
 * Each function below is one program; its comment says what the recorder
 * must see of it. None uses stdio, which would allocate by itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *self;
static void *volatile objects[1000];

static void allocate(int count, size_t size)
{
    for (int i = 0; i < count; i++)
        objects[i] = malloc(size);
}

static void free_all(int count)
{
    for (int i = 0; i < count; i++)
        free(objects[i]);
}

/* 100 + 50 + 2 + 100 calls, one thread; at most 151000 bytes live. */
static int known(void)
{
    void *zeroed;

    allocate(100, 1000);
    for (int i = 0; i < 50; i++)
        objects[i] = realloc(objects[i], 2000);
    zeroed = calloc(10, 100);
    free(zeroed);
    free_all(99);
    objects[99] = realloc(objects[99], 0);
    return 3;
}

/* 10 calls here; in the child 20, and 5 frees of what was here before. */
static int forked(void)
{
    int status;

    allocate(10, 100);
    if (fork() == 0) {
        free_all(5);
        allocate(20, 100);
        exit(0);
    }
    wait(&status);
    return status;
}

/* 10 calls, then a new image, `known`. */
static int execed(void)
{
    allocate(10, 100);
    execl(self, self, "known", (char *)NULL);
    return 127;
}

/* 10 calls; a child image that is spawned shares memory until its exec. */
static int spawned(void)
{
    char *arguments[] = {self, "known", NULL};
    pid_t child;
    int status;

    allocate(5, 100);
    if (posix_spawn(&child, self, NULL, NULL, arguments, environ) != 0)
        return 127;
    waitpid(child, &status, 0);
    allocate(5, 100);
    return WEXITSTATUS(status);
}

static void *thread(void *box)
{
    for (int i = 0; i < 1000; i++) {
        void *payload = malloc(64);

        payload = realloc(payload, 4096);
        free(__atomic_exchange_n((void **)box, payload, __ATOMIC_ACQ_REL));
    }
    return NULL;
}

/* 4 threads, 1000 mallocs, reallocs and frees each (one free is of NULL). */
static int threaded(void)
{
    pthread_t threads[4];
    void *box = NULL;

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, thread, &box);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    return 0;
}

/* 50 calls, then an end that runs no destructor. */
static int killed(void)
{
    allocate(50, 100);
    return raise(SIGKILL);
}

/* 1000 calls of 200 bytes; then 500, every other payload is freed. */
static int comb(void)
{
    allocate(1000, 200);
    for (int i = 0; i < 1000; i += 2)
        free(objects[i]);
    _exit(0);
}

/* 16 calls of 4 MiB, all of which are live at the end. */
static int large(void)
{
    allocate(16, 4 << 20);
    _exit(0);
}

/* 8 MiB are there for a moment, then ten times 100 bytes: 12 calls. */
static int spike(void)
{
    free(malloc(8 << 20));
    allocate(10, 100);
    _exit(0);
}

static int exits(void)
{
    allocate(50, 100);
    _exit(7);
}

/* 8 calls of those with an alignment or a product; 4 that fail. */
static int others(void)
{
    void *payload = NULL;
    volatile size_t huge = SIZE_MAX / 2, odd = 48;
    size_t failed = 0;

    failed += posix_memalign(&payload, 64, 100) != 0;
    failed += memalign(odd, 100) == NULL;
    failed += aligned_alloc(4096, 100) == NULL;
    failed += valloc(100) == NULL;
    failed += pvalloc(100) == NULL;
    failed += calloc(10, 10) == NULL;
    failed += reallocarray(NULL, 10, 10) == NULL;
    failed += malloc(0) == NULL;
    if (failed != 0)
        return 1;
    failed += malloc(huge) == NULL;
    failed += calloc(huge, 4) == NULL;
    failed += reallocarray(payload, huge, 4) == NULL;
    failed += realloc(payload, huge) == NULL;
    return failed == 4 ? 0 : 1;
}

/* 3000000 calls, more than one window holds, without the descriptors. */
static int many(void)
{
    for (int i = 3; i < 1000; i++)
        close(i);
    for (int i = 0; i < 1500000; i++) {
        void *volatile payload = malloc((size_t)(i % 500));

        errno = 0;
        free(payload);
        if (errno != 0)
            return 1;
    }
    return 0;
}

/* 10 million calls that keep about half of 20000 objects alive. */
static int churn(void)
{
    static char *payloads[20000];
    unsigned random = 1;

    for (long i = 0; i < 10000000; i++) {
        random = random * 1664525u + 1013904223u;
        char **payload = &payloads[(random >> 8) % 20000];
        size_t size = (random >> 20) % 400 + 1;

        if (*payload) {
            free(*payload);
            *payload = NULL;
        } else {
            *payload = malloc(size);
            memset(*payload, 1, size);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } programs[] = {
        {"known", known},     {"forked", forked},     {"execed", execed},
        {"spawned", spawned}, {"threaded", threaded}, {"killed", killed},
        {"exits", exits},     {"others", others},     {"many", many},
        {"churn", churn},     {"comb", comb},         {"large", large},
        {"spike", spike},
    };

    self = argv[0];
    for (size_t i = 0; argc == 2 && i < sizeof(programs) / sizeof(*programs);
         i++) {
        if (strcmp(argv[1], programs[i].name) == 0)
            return programs[i].run();
    }
    return 2;
}
