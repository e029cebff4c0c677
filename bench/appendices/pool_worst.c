/*
 * pool_worst.c - how many instructions each malloc and free of a trace takes.
 *
 * Usage: pool_worst TRACE LIBRARY
 *
 * LIBRARY counts its own instructions in the register r15: pool_count makes one
 * of any allocator here. This program is compiled with -ffixed-r15, so between
 * two looks at the register only the allocator changes it. The player calls
 * malloc and free through functions that look before and after. calloc and
 * realloc are played, but do not count here, for clearing and copying bytes
 * takes as long as there are bytes.
 *
 * A row is a number of instructions, and how many mallocs and how many frees
 * took exactly so many. Rows of zeros are left out.
 */
#define _GNU_SOURCE
#include "play.h"

enum { MOST = 1 << 24 }; /* a call that takes more counts as this many */

/* The allocator adds 1 to this for each of its instructions. */
register size_t instructions __asm__("r15");

static struct allocator counted;  /* the one that is measured */
static unsigned *mallocs, *frees; /* how many, by their instructions */
static size_t highest;            /* number of instructions that was seen */

static void note(unsigned *calls, size_t count)
{
    if (count > MOST)
        count = MOST;
    if (count > highest)
        highest = count;
    calls[count]++;
}

static void *counted_malloc(size_t size)
{
    size_t before = instructions;
    void *payload = counted.malloc(size);

    note(mallocs, instructions - before);
    return payload;
}

static void counted_free(void *payload)
{
    size_t before = instructions;

    counted.free(payload);
    note(frees, instructions - before);
}

static void stand_in_front(struct allocator *allocator)
{
    counted = *allocator;
    /* What is done once in a process is no part of any call. */
    counted.free(counted.malloc(1));
    allocator->malloc = counted_malloc;
    allocator->free = counted_free;
}

int main(int argc, char **argv)
{
    static struct player player = {.budget = 600};

    if (argc != 3)
        usage("TRACE LIBRARY");
    open_player(&player, argv[1], argv[2]);
    mallocs = map_reserved((MOST + 1) * sizeof *mallocs);
    frees = map_reserved((MOST + 1) * sizeof *frees);
    stand_in_front(&player.allocator);
    play(&player);
    if (player.failed > 0)
        die(argv[2], "an allocation failed");
    printf("instructions,mallocs,frees\n");
    for (size_t i = 0; i <= highest; i++)
        if (mallocs[i] + frees[i] > 0)
            printf("%zu,%u,%u\n", i, mallocs[i], frees[i]);
    end_report(&player);
    return 0;
}
