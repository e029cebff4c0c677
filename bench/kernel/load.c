/*
 * load.c - a random load, to see what checks cost.
 *
 * Usage: load [plain]
 *
 * Objects of seven sizes and blocks of frames are taken and freed, at random.
 * All their bytes are written when they are taken, by memset(), and read one by
 * one before they are freed. It is linked with a stage of the kernel, and
 * compiled as that is (bench/kernel/kasan). With "plain", caches have no
 * redzones and no quarantine, if the stage has them.
 *
 * Prints one row: processor seconds, the most frames in use, and the largest
 * resident size in KiB, less that at the start.
 */
#include "buddy.h"
#include "init.h"
#include "slab.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { FRAMES = 16 * 1024, SLOTS = 20000, OPERATIONS = 1000000, KINDS = 8 };

extern bool kasan_redzones __attribute__((weak));

static const size_t sizes[KINDS] = {24, 40, 64, 100, 192, 500, 1000, PAGE_SIZE};
static struct kmem_cache *caches[KINDS]; /* the last one is none: frames */

static struct {
    unsigned char *start;
    size_t kind;
} slots[SLOTS];

static unsigned long most_frames, sum;

static size_t random_below(size_t limit)
{
    static uint64_t state = 1;

    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % limit;
}

static void take(size_t i)
{
    size_t kind = random_below(KINDS);

    slots[i].kind = kind;
    slots[i].start = caches[kind] != NULL
                         ? kmem_cache_alloc(caches[kind], GFP_KERNEL)
                         : (void *)__get_free_pages(GFP_KERNEL, 0);
    if (slots[i].start != NULL)
        memset(slots[i].start, (int)i, sizes[kind]);
    unsigned long frames = FRAMES - normal_zone.free_pages;
    if (frames > most_frames)
        most_frames = frames;
}

static void give(size_t i)
{
    size_t kind = slots[i].kind;

    for (size_t j = 0; j < sizes[kind]; j++)
        sum += slots[i].start[j];
    if (caches[kind] != NULL)
        kmem_cache_free(caches[kind], slots[i].start);
    else
        free_pages((unsigned long)slots[i].start, 0);
    slots[i].start = NULL;
}

static long resident_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "plain") == 0 && &kasan_redzones != NULL)
        kasan_redzones = false;
    long resident = resident_kib();
    int error = start_kernel(FRAMES);
    if (error != 0) {
        fprintf(stderr, "load: %s\n", strerror(-error));
        return 1;
    }
    for (int kind = 0; kind < KINDS - 1; kind++)
        caches[kind] = kmem_cache_create("load", sizes[kind], 0, NULL);

    clock_t start = clock();
    for (int i = 0; i < OPERATIONS; i++) {
        size_t slot = random_below(SLOTS);
        if (slots[slot].start == NULL)
            take(slot);
        else
            give(slot);
    }
    printf("%.3f,%lu,%ld\n", (double)(clock() - start) / CLOCKS_PER_SEC,
           most_frames, resident_kib() - resident);
    return sum == 0;
}
