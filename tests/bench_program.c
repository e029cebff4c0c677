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
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
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

/* 16 calls of 1 MiB, all of which are live at the end: four times as many
 * pages as a map has cells. */
static int large(void)
{
    allocate(16, 1 << 20);
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

/* A million calls, more than one window holds, without the descriptors. That is
 * hundreds of windows, and several times what fits into the file that tests/bench
 * does not let become longer. */
static int many(void)
{
    for (int i = 3; i < 1000; i++)
        close(i);
    for (int i = 0; i < 500000; i++) {
        void *volatile payload = malloc((size_t)(i % 500));

        errno = 0;
        free(payload);
        if (errno != 0)
            return 1;
    }
    return 0;
}

/* 4 million calls that keep about half of 20000 objects alive: as many as make a
 * trace that is large beside the memory that tests/player leaves for it. */
static int churn(void)
{
    static char *payloads[20000];
    unsigned random = 1;

    for (long i = 0; i < 4000000; i++) {
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

/* From here on, any system call but these kills the process. */
static void forbid_all_else(void)
{
    static const unsigned allowed[] = {
        SYS_brk,   SYS_mmap,           SYS_munmap,          SYS_mprotect,
        SYS_futex, SYS_clone,          SYS_set_robust_list, SYS_getpid,
        SYS_wait4, SYS_rt_sigprocmask, SYS_exit_group,
    };
    enum { COUNT = sizeof(allowed) / sizeof(*allowed) };
    struct sock_filter filter[COUNT + 3] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    struct sock_fprog program = {COUNT + 3, filter};

    for (int i = 0; i < COUNT; i++)
        filter[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                     allowed[i], COUNT - i, 0);
    filter[COUNT + 1] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    filter[COUNT + 2] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        _exit(2);
}

/* The last of the two ends the process. */
static void be_busy(void)
{
    static int done;

    for (int i = 0; i < 100000; i++)
        free(malloc(100));
    if (__atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST) == 2)
        _exit(0);
    for (;;)
        ;
}

static void *sandboxed_thread(void *unused)
{
    forbid_all_else();
    be_busy();
    return unused;
}

/* A sandbox: 10 calls of a child, and 400000 and some of two threads. */
static int sandboxed(void)
{
    pthread_t other;
    int status;

    if (pthread_create(&other, NULL, sandboxed_thread, NULL) != 0)
        return 1;
    forbid_all_else();
    if (fork() == 0) {
        allocate(10, 100);
        _exit(0);
    }
    wait(&status);
    if (status != 0)
        return 1;
    be_busy();
    return 0;
}

static void churn_a_little(int calls)
{
    for (int i = 0; i < calls; i += 2)
        free(malloc(100));
}

/* 200000 calls without a descriptor to spare; 2 is a file of its own. */
static int poor(void)
{
    const struct rlimit none = {0, 0};

    close(STDERR_FILENO);
    if (memfd_create("own", 0) != STDERR_FILENO ||
        setrlimit(RLIMIT_NOFILE, &none) != 0)
        return 1;
    churn_a_little(200000);
    return lseek(STDERR_FILENO, 0, SEEK_END) != 0;
}

/* 10 calls, and 20 of a child; before, it wipes its environment and its
 * name. */
static int secretive(void)
{
    int status;

    clearenv();
    memset(self, '/', strlen(self));
    if (fork() == 0) {
        allocate(20, 100);
        _exit(0);
    }
    wait(&status);
    allocate(10, 100);
    return status;
}

/* Five processes with strange names, each with the 252 calls of `known`. */
static int strange(void)
{
    const char *names[] = {"", "folder/name/", ".hidden", "two\nlines", "-o"};
    int status;

    for (int i = 0; i < 5; i++) {
        if (vfork() == 0) {
            execl(self, names[i], "known", (char *)NULL);
            _exit(127);
        }
        wait(&status);
    }
    return 0;
}

static volatile int ticks;

static void tick(int signal)
{
    (void)signal;
    ticks++;
    free(malloc(10));
}

/* Calls of a handler within those of the program: see tests/bench_bump.c. */
static int interrupted(void)
{
    const struct itimerval often = {{0, 100}, {0, 100}};

    signal(SIGALRM, tick);
    setitimer(ITIMER_REAL, &often, NULL);
    while (ticks < 2000)
        free(malloc(10));
    _exit(0);
}

static void *allocate_for_ever(void *unused)
{
    for (;;)
        free(malloc(100));
    return unused;
}

/* A thread that runs before the other one, on the same processor; 3 if that is
 * not allowed. */
static int urgent(void)
{
    const struct sched_param first = {.sched_priority = 1};
    const struct timespec moment = {.tv_nsec = 100000};
    cpu_set_t one;
    pthread_t other;

    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof(one), &one);
    if (pthread_create(&other, NULL, allocate_for_ever, NULL) != 0)
        return 1;
    if (sched_setscheduler(0, SCHED_FIFO, &first) != 0)
        return 3;
    for (int i = 0; i < 200; i++) {
        nanosleep(&moment, NULL);
        free(malloc(100));
    }
    _exit(0);
}

/* 10 calls; then 20 of a child that goes on when this process is gone. */
static int daemonic(void)
{
    allocate(10, 100);
    if (fork() == 0) {
        usleep(500000);
        allocate(20, 100);
        _exit(0);
    }
    return 0;
}

/* 60 short commands, of 50 calls each: enough to see what one of them takes. */
static int brief(void)
{
    char *arguments[] = {self, "exits", NULL};
    pid_t child;
    int status;

    for (int i = 0; i < 60; i++) {
        if (posix_spawn(&child, self, NULL, NULL, arguments, environ) != 0)
            return 1;
        waitpid(child, &status, 0);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } programs[] = {
        {"known", known},       {"forked", forked},
        {"execed", execed},     {"spawned", spawned},
        {"threaded", threaded}, {"killed", killed},
        {"exits", exits},       {"others", others},
        {"many", many},         {"churn", churn},
        {"comb", comb},         {"large", large},
        {"spike", spike},       {"sandboxed", sandboxed},
        {"poor", poor},         {"secretive", secretive},
        {"strange", strange},   {"interrupted", interrupted},
        {"urgent", urgent},     {"daemonic", daemonic},
        {"brief", brief},
    };

    self = argv[0];
    for (size_t i = 0; argc == 2 && i < sizeof(programs) / sizeof(*programs);
         i++) {
        if (strcmp(argv[1], programs[i].name) == 0)
            return programs[i].run();
    }
    return 2;
}
