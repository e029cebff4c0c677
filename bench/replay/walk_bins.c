/*
 * walk_bins.c - how many chunks of each size, when free ones have most bytes.
 *
 * There are two tables: one holds the chunks at the best moment so far, the
 * other is filled by the next walk. They are sorted and counted after the run.
 * What is not a chunk for the program, such as top and the allocator's own
 * data, is left out. If two moments are equal, the later one counts.
 */
#define _GNU_SOURCE
#include "walk.h"

#include <stdint.h>

static const char *const bin_kind[] = {
    [MALLOC_USED] = "used",     [MALLOC_MAPPED] = "used",
    [MALLOC_FREE] = "free",     [MALLOC_CACHED] = "cached",
};

struct census {
    size_t operation, free, count, most;
    uint64_t *chunks; /* each its size, and in the low bits its kind */
};

struct bins {
    struct census now, best;
};

static int count_in(const struct malloc_chunk_info *chunk, void *context)
{
    struct census *census = context;
    uint64_t kind = chunk->kind;

    if (kind == MALLOC_TOP || kind == MALLOC_FENCE || kind == MALLOC_HEADER)
        return 0;
    if (kind == MALLOC_MAPPED)
        kind = MALLOC_USED;
    else if (kind != MALLOC_USED)
        census->free += chunk->size;
    if (census->count == census->most)
        die("bins", "too many chunks");
    census->chunks[census->count++] = chunk->size << 2 | kind;
    return 0;
}

static void take_census(const struct player *player, void *context)
{
    struct bins *bins = context;
    struct census now = {
        .operation = player->done,
        .chunks = bins->now.chunks,
        .most = bins->now.most,
    };

    player->allocator.walk(count_in, &now);
    if (now.free >= bins->best.free) {
        bins->now = bins->best;
        bins->best = now;
    }
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void print_census(const struct census *census)
{
    size_t first = 0;

    printf("size,kind,chunks\n0,operation,%zu\n", census->operation);
    qsort(census->chunks, census->count, sizeof(*census->chunks), by_size);
    for (size_t i = 1; i <= census->count; i++) {
        uint64_t chunk = census->chunks[first];

        if (i < census->count && census->chunks[i] == chunk)
            continue;
        printf("%zu,%s,%zu\n", chunk >> 2, bin_kind[chunk & 3], i - first);
        first = i;
    }
}

void walk_bins(struct player *player, size_t moments)
{
    size_t chunks = most(sizeof(uint64_t));
    struct bins bins = {
        .now = {.chunks = map_reserved(chunks * sizeof(uint64_t)),
                .most = chunks},
        .best = {.chunks = map_reserved(chunks * sizeof(uint64_t)),
                 .most = chunks},
    };
    struct watch watch = {
        .at_moment = take_census,
        .moments = moments,
        .context = &bins,
    };

    play_watched(player, &watch);
    print_census(&bins.best);
}
