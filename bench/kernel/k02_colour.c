/*
 * k02_colour.c - what colours do for equal places of many slabs.
 *
 * Usage: k02_colour
 *
 * A cache of objects of 2100 bytes has slabs of two frames with three objects
 * and 30 colours. Of each of so many slabs, the first word of the first object
 * is read, round and round, each time by the address in the one before: so the
 * time is that of one read. Without colours all these words lie at the same
 * place of their frame. A CPU's first cache looks for a word by just that
 * place, and has room for 8 to 12 lines of one place.
 *
 * Prints a row for each number of slabs: the time for a read without colours
 * and with them, in nanoseconds (the best of RUNS, in turn), and their ratio.
 */
#include "init.h"
#include "slab.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MOST = 1024, READS = 1 << 20, RUNS = 7 };

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
static struct item *make_ring(struct item **first, int slabs)
{
    int step = slabs / 2 + 1;

    while (step % 2 == 0)
        step++;
    for (int i = 0; i < slabs; i++)
        first[i]->next = first[(i + step) % slabs];
    return first[0];
}

/* The time of a read, in nanoseconds. */
static double measure(struct item *item)
{
    double start = seconds();

    for (int i = 0; i < READS; i++)
        item = *(struct item *volatile *)&item->next;
    return (seconds() - start) / READS * 1e9;
}

static void compare(struct item **plain, struct item **coloured, int slabs)
{
    double best[2] = {1e9, 1e9};

    for (int run = 0; run < RUNS; run++)
        for (int i = 0; i < 2; i++) {
            double time = measure(make_ring(i ? coloured : plain, slabs));
            if (time < best[i])
                best[i] = time;
        }
    printf("%d,%.2f,%.2f,%.2f\n", slabs, best[0], best[1], best[0] / best[1]);
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
    printf("slabs,plain,coloured,ratio\n");
    for (int slabs = 4; slabs <= MOST; slabs *= 2)
        compare(plain, coloured, slabs);
    return 0;
}
