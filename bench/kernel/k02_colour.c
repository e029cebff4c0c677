/*
 * k02_colour.c - what colours do for equal places of many slabs.
 *
 * Usage: k02_colour
 *
 * A cache of objects of 2100 bytes has slabs of two frames with three objects
 * and 30 colours. Of each of so many slabs, the first word of the first object
 * is read, round and round, each time by the address in the one before: so
 * no read begins before the last one ends. Without colours all these words lie
 * at the same place of their frame. By that place, a CPU's first cache chooses
 * where it keeps a line, and mostly it has room for 8 or 12 of one place.
 *
 * Prints a row for each number of slabs without colours and with them: the time
 * of a read, in nanoseconds, the best of RUNS, which are made in turn.
 */
#include "init.h"
#include "slab.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MOST = 256, READS = 1 << 20, RUNS = 15 };

struct item {
    struct item *next;
    char rest[2092];
};

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Make MOST slabs, and find their first objects. */
static void fill(struct kmem_cache *cache, struct item **first)
{
    for (int i = 0; i < MOST; i++) {
        void *object = NULL;
        for (unsigned j = 0; j < cache->num; j++)
            object = kmem_cache_alloc(cache, GFP_KERNEL);
        first[i] = virt_to_slab(cache, object)->s_mem;
    }
}

/* A ring of the first so many, in an order that no CPU foresees. */
static struct item *make_ring(struct item **first, size_t slabs)
{
    struct item *order[MOST];
    uint64_t random = 1;

    for (size_t i = 0; i < slabs; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t place = (size_t)(random >> 33) % (i + 1);
        order[i] = order[place];
        order[place] = first[i];
    }
    for (size_t i = 0; i < slabs; i++)
        order[i]->next = order[(i + 1) % slabs];
    return order[0];
}

/* The time of a read, in nanoseconds. */
static double measure(struct item *item)
{
    double start = seconds();

    for (int i = 0; i < READS; i++)
        item = *(struct item *volatile *)&item->next;
    return (seconds() - start) / READS * 1e9;
}

static void compare(struct item **plain, struct item **coloured, size_t slabs)
{
    double best[2] = {1e9, 1e9};

    for (int run = 0; run < RUNS; run++)
        for (int i = 0; i < 2; i++) {
            double time = measure(make_ring(i ? coloured : plain, slabs));
            if (time < best[i])
                best[i] = time;
        }
    for (int i = 0; i < 2; i++)
        printf("reads,%s,%zu,%.2f\n", i ? "coloured" : "plain", slabs, best[i]);
}

int main(void)
{
    static struct item *plain[MOST], *coloured[MOST];
    int error = start_kernel(8192);
    if (error != 0) {
        fprintf(stderr, "k02_colour: %s\n", strerror(-error));
        return 1;
    }

    struct kmem_cache *one_colour = kmem_cache_create("plain", 2100, 0, NULL);
    one_colour->colour = 1;
    fill(one_colour, plain);
    fill(kmem_cache_create("coloured", 2100, 0, NULL), coloured);
    printf("workload,slabs_are,slabs,ns\n");
    for (size_t slabs = 4; slabs <= MOST; slabs += slabs / 4)
        compare(plain, coloured, slabs);
    return 0;
}
