/*
 * k02_array_cache.c - what an object costs with and without arrays.
 *
 * Usage: k02_array_cache
 *
 * Threads take HELD objects of 256 bytes and free them again, all from one
 * cache. There are two of these: one as it is made, and one with arrays of one
 * object, so that about every object comes from its slab and goes back to it,
 * each time with the list_lock. They are measured RUNS times, in turn.
 *
 * Prints a row for each number of threads and cache: the median time for one
 * object to be taken and freed, in nanoseconds, and its ratio to that with
 * arrays.
 */
#include "array_cache.h"
#include "init.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HELD = 40, ROUNDS = 10000, RUNS = 9, KINDS = 2, MAX_THREADS = 2 };

static const char *const names[KINDS] = {"arrays", "none"};
static struct kmem_cache *caches[KINDS];

/* An array must hold one object at least. */
static void do_without_arrays(struct kmem_cache *cache)
{
    for (int cpu = 0; cpu < NR_CPUS; cpu++) {
        cache->cpu_cache[cpu]->limit = 1;
        cache->cpu_cache[cpu]->batchcount = 1;
    }
    cache->node.shared->limit = 0;
}

static void *take_and_free(void *cache)
{
    void *objects[HELD];

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < HELD; i++)
            objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
        for (int i = 0; i < HELD; i++)
            kmem_cache_free(cache, objects[i]);
    }
    return NULL;
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The time per object, in nanoseconds. */
static double measure(struct kmem_cache *cache, int threads)
{
    pthread_t thread[MAX_THREADS];
    double start = seconds();

    for (int i = 1; i < threads; i++)
        pthread_create(&thread[i], NULL, take_and_free, cache);
    take_and_free(cache);
    for (int i = 1; i < threads; i++)
        pthread_join(thread[i], NULL);
    return (seconds() - start) / ROUNDS / HELD * 1e9;
}

static int compare(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static void measure_all(int threads)
{
    double times[KINDS][RUNS];

    for (int run = 0; run < RUNS; run++)
        for (int kind = 0; kind < KINDS; kind++)
            times[kind][run] = measure(caches[kind], threads);
    for (int kind = 0; kind < KINDS; kind++) {
        qsort(times[kind], RUNS, sizeof(double), compare);
        printf("%s,%d,%.1f,%.2f\n", names[kind], threads, times[kind][RUNS / 2],
               times[kind][RUNS / 2] / times[0][RUNS / 2]);
    }
}

int main(void)
{
    int error = start_kernel(8192);
    if (error != 0) {
        fprintf(stderr, "k02_array_cache: %s\n", strerror(-error));
        return 1;
    }

    for (int kind = 0; kind < KINDS; kind++)
        caches[kind] = kmem_cache_create(names[kind], 256, 0, NULL);
    do_without_arrays(caches[1]);
    printf("cache,threads,ns,ratio\n");
    for (int threads = 1; threads <= MAX_THREADS; threads++)
        measure_all(threads);
    return 0;
}
