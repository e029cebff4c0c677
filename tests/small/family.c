/* family.c - a program that calls what glibc's malloc has beside malloc()
 *
 * A library that lacks one of these functions leaves it to the C library, which
 * knows nothing of the library's chunks: at best its answer is wrong. If the
 * program is linked statically there are then two mallocs, and the linker says
 * so. Threads call malloc_trim() all at the same time, as their first call.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* mallinfo() is to be called, however old it is. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* In each round all threads trim at once, and there are more of them than cores. */
enum { THREADS = 12, PAYLOADS = 300, ROUNDS = 5 };

static pthread_barrier_t all_are_there;

static void *allocate_and_trim(void *unused)
{
    char *payload[PAYLOADS];

    pthread_barrier_wait(&all_are_there);
    malloc_trim(0);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PAYLOADS; i++)
            payload[i] = calloc(1, (size_t)i * 17);
        for (int i = 0; i < PAYLOADS; i++)
            free(payload[i]);
        malloc_trim(0);
    }
    return unused;
}

static void trim_in_threads(void)
{
    pthread_t thread[THREADS];

    pthread_barrier_init(&all_are_there, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, allocate_and_trim, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
}

static void print_reports(void)
{
    static char text[100000];
    FILE *out = fmemopen(text, sizeof text, "w");
    char *payload = malloc(5000);
    struct mallinfo2 info = mallinfo2();

    printf("more than 5000 bytes are in use: %d\n",
           info.uordblks + info.hblkhd > 5000);
    printf("what is used and free makes all: %d\n",
           info.uordblks + info.fordblks == info.arena);
    printf("mallinfo() says the same: %d\n",
           (size_t)mallinfo().hblkhd == info.hblkhd);
    printf("malloc_info() answers %d", malloc_info(0, out));
    fclose(out);
    printf(" and writes %.20s\n", text);
    free(payload);
}

int main(void)
{
    void *payload = NULL;

    trim_in_threads();
    printf("mallopt() answers %d\n", mallopt(M_CHECK_ACTION, 1));
    print_reports();
    free(realloc(reallocarray(NULL, 5, 5), 50));
    free(memalign(64, 10));
    free(aligned_alloc(64, 64));
    free(valloc(10));
    free(pvalloc(10));
    printf("posix_memalign() answers %d\n", posix_memalign(&payload, 64, 10));
    printf("10 bytes can be used: %d\n", malloc_usable_size(payload) >= 10);
    free(payload);
    fclose(stderr); /* what it says differs */
    malloc_stats();
    return 0;
}
