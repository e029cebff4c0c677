/*
 * k01_fragmentation.c - what a random load does to free memory.
 *
 * Usage: k01_fragmentation
 *
 * Blocks of random orders, most of them of one frame, are taken and freed on 64
 * MiB. First memory is filled to nine tenths, and then blocks are freed at
 * random down to a half. So full it stays, while blocks come and go. In the end
 * all are freed, at random again.
 *
 * Every INTERVAL operations there is a row for each order: the share of free
 * memory that no request of this order can use, as it lies in smaller blocks;
 * and the share of all memory that is in use. The load is the same each time.
 */
#include "buddy.h"
#include "init.h"
#include "vmstat.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAMES = 16 * 1024,
    FULL = FRAMES / 10 * 9,
    HALF = FRAMES / 2,
    EXCHANGES = 8000,
    INTERVAL = 100, /* operations between samples */
};

static struct page *held[FRAMES];
static unsigned long held_count;
static unsigned long operation;

static size_t random_below(size_t limit)
{
    static uint64_t state = 1;

    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % limit;
}

static unsigned long frames_in_use(void)
{
    return FRAMES - normal_zone.free_pages;
}

static void sample(void)
{
    for (unsigned order = 0; order < MAX_ORDER; order++)
        printf("random,order-%u,%lu,%.3f,%.3f\n", order, operation,
               unusable_free_index(order) / 1000.0,
               (double)frames_in_use() / FRAMES);
}

static void count_operation(void)
{
    if (operation++ % INTERVAL == 0)
        sample();
}

/* Of ten blocks seven have one frame; the others have two, four and eight. */
static void take(void)
{
    static const unsigned orders[] = {0, 0, 0, 0, 0, 0, 0, 1, 2, 3};
    struct page *page = alloc_pages(GFP_KERNEL, orders[random_below(10)]);

    count_operation();
    if (page != NULL)
        held[held_count++] = page;
}

static void give(void)
{
    unsigned long i = random_below(held_count);

    count_operation();
    __free_pages(held[i], held[i]->order);
    held[i] = held[--held_count];
}

int main(void)
{
    int error = start_kernel(FRAMES);
    if (error != 0) {
        fprintf(stderr, "k01_fragmentation: %s\n", strerror(-error));
        return 1;
    }

    printf("workload,order,operation,unusable,in_use\n");
    while (frames_in_use() < FULL)
        take();
    while (frames_in_use() > HALF)
        give();
    for (int i = 0; i < EXCHANGES; i++) {
        give();
        while (frames_in_use() < HALF)
            take();
    }
    while (held_count > 0)
        give();
    sample();
    return 0;
}
