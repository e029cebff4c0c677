/* your-libc.c - what the malloc of this machine does, chapter by chapter
 *
 * glibc's malloc has changed since 2.36, to which the chapters lead. This
 * program asks the one that it is linked with, by what can be seen from
 * outside: addresses, usable sizes and mallinfo2(), which counts free chunks.
 * docs/ptmalloc.md says what the answers mean. Preload a chapter's
 * libmalloc.so, and the chapter answers instead.
 */
#include <gnu/libc-version.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANY 20

/* Allocate MANY payloads of this size, each followed by one that stays, and
 * free them. How many are in fast bins then, how many in other bins? Those that
 * are in neither are in a thread cache. */
static void count_freed(size_t request)
{
    void *freed[MANY];

    for (int i = 0; i < MANY; i++) {
        freed[i] = malloc(request);
        if (freed[i] == NULL || malloc(request) == NULL)
            exit(1);
    }
    size_t size = malloc_usable_size(freed[0]) + sizeof(size_t);
    struct mallinfo2 before = mallinfo2();
    for (int i = 0; i < MANY; i++)
        free(freed[i]);
    struct mallinfo2 after = mallinfo2();
    size_t fast = after.smblks - before.smblks;
    size_t binned = after.ordblks - before.ordblks;
    printf("04  %d chunks of %zu bytes freed: %zu in the thread cache, "
           "%zu in a fast bin, %zu in other bins\n",
           MANY, size, MANY - fast - binned, fast, binned);
}

/* Does calloc() take what was freed a moment ago? */
static void reuse_by_calloc(void)
{
    void *fresh = malloc(700);
    uintptr_t freed = (uintptr_t)fresh;

    if (malloc(700) == NULL)
        exit(1);
    free(fresh);
    uintptr_t zeroed = (uintptr_t)calloc(1, 700);
    printf("04  calloc() takes the chunk that was freed last: %s\n",
           zeroed == freed ? "yes" : "no");
}

static void move_threshold(void)
{
    void *mapped = malloc(200000);
    size_t usable = malloc_usable_size(mapped), before = mallinfo2().hblks;

    free(mapped);
    if (malloc(200000) == NULL)
        exit(1);
    printf("05  malloc(200000): %zu usable bytes, %s; after free() and "
           "malloc(): %s\n",
           usable, before != 0 ? "mapped" : "not mapped",
           mallinfo2().hblks != 0 ? "mapped" : "not mapped");
}

static pthread_barrier_t all_have_allocated;

static void *allocate_and_wait(void *unused)
{
    free(malloc(24));
    pthread_barrier_wait(&all_have_allocated);
    return unused;
}

/* How many arenas are there when many threads have allocated? The report has a
 * line for each. */
static size_t count_arenas(void)
{
    char *report = NULL;
    size_t length, arenas = 0;
    FILE *file = open_memstream(&report, &length);

    if (file == NULL || malloc_info(0, file) != 0 || fclose(file) != 0)
        exit(1);
    for (char *at = report; (at = strstr(at, "<heap nr=")) != NULL; at++)
        arenas++;
    return arenas;
}

static void count_arenas_of_threads(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = 8 * (unsigned)cores + 10;
    pthread_t thread;

    pthread_barrier_init(&all_have_allocated, NULL, threads + 1);
    for (unsigned i = 0; i < threads; i++)
        if (pthread_create(&thread, NULL, allocate_and_wait, NULL) != 0)
            exit(1);
    pthread_barrier_wait(&all_have_allocated);
    printf("06  %u threads on %ld cores: %zu arenas\n", threads, cores,
           count_arenas());
}

int main(void)
{
    static char buffer[4096]; /* so that printf() allocates nothing */
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);

    printf("    glibc %s\n", gnu_get_libc_version());
    void *first = malloc(24);
    printf("01  the first call takes %zu KiB from the system\n",
           mallinfo2().arena / 1024);
    printf("02  usable bytes of malloc(24) and malloc(25): %zu and %zu\n",
           malloc_usable_size(first), malloc_usable_size(malloc(25)));

    char *a = malloc(2000), *b = malloc(2000), *c = malloc(2000);
    if (malloc(2000) == NULL)
        exit(1);
    free(a);
    free(c);
    free(b);
    printf("03  three chunks freed side by side are one: %s\n",
           malloc(6000) == a ? "yes" : "no");
    count_freed(24);
    count_freed(600);
    reuse_by_calloc();
    move_threshold();
    count_arenas_of_threads();
    return 0;
}
