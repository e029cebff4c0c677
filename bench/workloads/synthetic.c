/*
 * synthetic.c - writes a trace of calls in one simple pattern.
 *
 * Usage: synthetic NAME >FILE     (without NAME: lists the names)
 *
 * A recorded program does many things at once. Each pattern here is one of them
 * alone, so that one can see what an allocator makes of it. The functions below
 * say what they stand for in real programs and what to look for. Each makes
 * some 200 000 calls, `large` fewer, and the same ones in every run, so that
 * two machines measure the same.
 */
#include "write.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    BATCH = 10000, /* objects */
    BATCHES = 10,
};

/* --- random numbers, sizes, orders -------------------------------------- */

/* A random number below limit; a linear congruence has its best bits above. */
static uint32_t below(uint32_t limit)
{
    static uint64_t state = 1;

    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 32) * limit >> 32);
}

/* From low to high, small ones more often: half are in the lowest quarter. */
static size_t size_between(size_t low, size_t high)
{
    uint64_t random = below(1 << 16);

    return low + (size_t)((high - low + 1) * (random * random) >> 32);
}

static void shuffle(uint32_t *numbers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = i;
    for (uint32_t i = count; i > 1; i--) {
        uint32_t other = below(i), number = numbers[i - 1];

        numbers[i - 1] = numbers[other];
        numbers[other] = number;
    }
}

/* --- batches ------------------------------------------------------------ */

static void allocate_batch(void)
{
    for (uint32_t i = 0; i < BATCH; i++)
        write_malloc(i, size_between(16, 1024));
}

/*
 * A scope that frees in reverse order. All that is free is one piece below top,
 * which grows downwards: memory can go back all the time, if small chunks are
 * merged.
 */
static void batches_lifo(void)
{
    for (int batch = 0; batch < BATCHES; batch++) {
        allocate_batch();
        for (uint32_t i = BATCH; i > 0; i--)
            write_free(i - 1);
    }
}

/*
 * A queue: what has waited longest goes first. All that is free is one piece
 * that grows upwards, and it can go back only when the last free has reached
 * top.
 */
static void batches_fifo(void)
{
    for (int batch = 0; batch < BATCHES; batch++) {
        allocate_batch();
        for (uint32_t i = 0; i < BATCH; i++)
            write_free(i);
    }
}

/*
 * A table that is emptied in the order of its hashes. Holes appear everywhere
 * and are merged late; a list of them is in no order of addresses.
 */
static void batches_random(void)
{
    static uint32_t order[BATCH];

    for (int batch = 0; batch < BATCHES; batch++) {
        allocate_batch();
        shuffle(order, BATCH);
        for (uint32_t i = 0; i < BATCH; i++)
            write_free(order[i]);
    }
}

/* --- lives -------------------------------------------------------------- */

/*
 * A server: most objects serve one request and die young, one in six is a
 * session that stays for long and lies between what comes and goes. A tenth of
 * these outlive all: the end shows what a few keep from going back.
 */
static void lifetimes(void)
{
    enum { YOUNG = 50, SLOTS = 20000 };
    static bool lives[SLOTS];

    for (uint32_t i = 0; i < 85000; i++) {
        uint32_t slot = YOUNG + below(SLOTS - YOUNG);

        if (i >= YOUNG)
            write_free(i % YOUNG);
        write_malloc(i % YOUNG, size_between(16, 2048));
        if (i % 5 != 0)
            continue;
        if (lives[slot])
            write_free(slot);
        write_malloc(slot, size_between(32, 1024));
        lives[slot] = true;
    }
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        if (slot < YOUNG || (lives[slot] && slot % 10 != 0))
            write_free(slot);
    }
}

/*
 * A cache: filled with small values, which are then overwritten one by one with
 * larger ones; few of these fit where a small one was. And so on. Freed memory
 * is of use only where neighbours are merged. In the end four fifths are
 * deleted; what is left lies in every page.
 */
static void drift(void)
{
    enum { SLOTS = 5000, ROUNDS = 20 };
    static uint32_t order[SLOTS];

    for (uint32_t round = 0; round < ROUNDS; round++) {
        size_t largest = (size_t)128 << round % 5;

        shuffle(order, SLOTS);
        for (uint32_t i = 0; i < SLOTS; i++) {
            if (round > 0)
                write_free(order[i]);
            write_malloc(order[i], size_between(largest / 4, largest));
        }
    }
    shuffle(order, SLOTS);
    for (uint32_t i = 0; i < SLOTS / 5 * 4; i++)
        write_free(order[i]);
}

/* --- kinds of calls ----------------------------------------------------- */

/*
 * Vectors that grow as elements are pushed, half of them by doubling and half
 * by steps, with strings in their way. Does realloc grow them in place or copy
 * them, and what do the copies leave behind?
 */
static void growth(void)
{
    enum { VECTORS = 300, STRINGS = 5000, STEP = 512, FULL = 32768 };
    static size_t sizes[VECTORS];

    for (uint32_t i = 0; i < 66000; i++) {
        uint32_t vector = below(VECTORS), string = VECTORS + i % STRINGS;

        if (sizes[vector] == 0) {
            sizes[vector] = 64;
            write_malloc(vector, 64);
        } else if (sizes[vector] >= FULL) {
            sizes[vector] = 0;
            write_free(vector);
        } else {
            sizes[vector] += vector % 2 ? sizes[vector] : STEP;
            write_realloc(vector, sizes[vector]);
        }
        if (i >= STRINGS)
            write_free(string);
        write_malloc(string, size_between(16, 256));
    }
}

/*
 * Buffers for vector instructions, cache lines and pages beside ordinary
 * objects. What becomes of the ends that an alignment cuts off?
 */
static void aligned(void)
{
    enum { OBJECTS = 4000 };

    for (uint32_t i = 0; i < 102000; i++) {
        uint32_t object = i < OBJECTS ? i : below(OBJECTS);
        size_t alignment = (size_t)32 << below(8);

        if (i >= OBJECTS)
            write_free(object);
        if (i % 2 == 0)
            write_malloc(object, size_between(16, 1024));
        else
            write_aligned(object, size_between(32, 4096), alignment);
    }
}

/*
 * Albums of pictures: opened, looked through and closed; small notes about the
 * pictures stay. What comes from the break is held under the notes; a mapping
 * of its own goes back when it is freed. That raises the threshold to its
 * size, which does not matter while each album's pictures are twice as large
 * as those before. Then come three more albums with pictures of one size.
 */
static void large(void)
{
    enum { ALBUMS = 8, SIZES = 5, PICTURES = 128, NOTES = 1024 };
    uint32_t note = PICTURES;

    for (int album = 0; album < ALBUMS; album++) {
        int doubled = album < SIZES ? album : SIZES - 1;
        uint32_t pictures = PICTURES >> doubled;
        size_t least = (size_t)(128 << 10) << doubled;

        for (uint32_t picture = 0; picture < pictures; picture++) {
            write_malloc(picture, size_between(least, 2 * least));
            for (uint32_t i = 0; i < NOTES / pictures; i++)
                write_malloc(note++, size_between(32, 512));
        }
        for (uint32_t picture = 0; picture < pictures; picture++)
            write_free(picture);
    }
}

/* ------------------------------------------------------------------------ */

static const struct {
    const char *name;
    void (*write)(void);
    const char *what;
} workloads[] = {
    {"batches-lifo", batches_lifo, "batches, freed last to first"},
    {"batches-fifo", batches_fifo, "batches, freed first to last"},
    {"batches-random", batches_random, "batches, freed in random order"},
    {"lifetimes", lifetimes, "many short lives among a few long ones"},
    {"drift", drift, "slots overwritten with other sizes, 80 % deleted"},
    {"realloc", growth, "vectors that grow, strings in between"},
    {"aligned", aligned, "alignments of 32 to 4096, and none"},
    {"large", large, "128 KiB to 4 MiB, small ones in between, which stay"},
};

int main(int argc, char **argv)
{
    char command[64];

    if (argc > 2)
        errx(2, "usage: synthetic [NAME]");
    for (size_t i = 0; i < sizeof(workloads) / sizeof(*workloads); i++) {
        if (argc == 1) {
            printf("%-15s %s\n", workloads[i].name, workloads[i].what);
        } else if (strcmp(argv[1], workloads[i].name) == 0) {
            snprintf(command, sizeof(command), "synthetic %s", argv[1]);
            write_header(command);
            workloads[i].write();
            write_end();
            return 0;
        }
    }
    if (argc == 2)
        errx(1, "%s: no such workload", argv[1]);
    if (fflush(stdout) != 0)
        err(1, "standard output");
    return 0;
}
