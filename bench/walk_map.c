/*
 * walk_map.c - a picture of the heap: address by time.
 *
 * The address space is cut into cells of one size, and a walk adds each chunk
 * to the cells that it overlaps. Regions are visited one after the other, each
 * in the order of its addresses; so the cell of a chunk is mostly that of the
 * one before, and a walk costs some 5 ns a chunk.
 *
 * Where the gaps are is known only at the end, when all cells ever held are:
 * until then they are kept under their numbers. A cell of which anything is
 * held at a moment takes 32 bytes. After the run the cells of a moment are
 * sorted, and the stretches without a gap are numbered through.
 */
#define _GNU_SOURCE
#include "walk.h"

#include <stdint.h>

enum { USED, FREE, TOP, MAPPED, OWN, KINDS };

static const int map_kind[] = {
    [MALLOC_USED] = USED, [MALLOC_FREE] = FREE, [MALLOC_CACHED] = FREE,
    [MALLOC_TOP] = TOP,   [MALLOC_FENCE] = OWN, [MALLOC_HEADER] = OWN,
    [MALLOC_MAPPED] = MAPPED,
};

struct cell {
    uint64_t number; /* its address divided by its size */
    uint32_t bytes[KINDS];
};

struct moment {
    size_t operation;
    struct cell *cells; /* those of which something is held */
    size_t count;
};

/* A run of cells, each of which is held at some moment. */
struct stretch {
    uint64_t first, end; /* numbers */
    uint64_t offset;     /* of the first, in cells */
};

struct map {
    size_t cell_size;
    struct cell *cells, *end; /* of all moments */
    struct moment *moments, *now;
    struct stretch *stretches;
    size_t stretch_count;
};

static void add_to_cell(struct map *map, uint64_t number, int kind,
                        size_t bytes)
{
    struct cell *last = map->end - 1;

    if (map->now->count == 0 || last->number != number) {
        if ((size_t)(map->end - map->cells) == MOST)
            die("CELL", "too small: there would be too many cells");
        last = map->end++;
        last->number = number;
        map->now->count++;
    }
    last->bytes[kind] += (uint32_t)bytes;
}

static int draw_chunk(const struct malloc_chunk_info *chunk, void *context)
{
    struct map *map = context;
    uint64_t at = (uintptr_t)chunk->address, end = at + chunk->size;

    while (at < end) {
        uint64_t number = at / map->cell_size;
        uint64_t next = (number + 1) * map->cell_size;

        next = next < end ? next : end;
        add_to_cell(map, number, map_kind[chunk->kind], next - at);
        at = next;
    }
    return 0;
}

static void draw_moment(const struct player *player, void *context)
{
    struct map *map = context;

    *map->now = (struct moment){.operation = player->done, .cells = map->end};
    player->allocator.walk(draw_chunk, map);
    map->now++;
}

static int by_number(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

/* Regions are visited in no order, and two of them may share a cell. */
static void sort_cells(struct moment *moment)
{
    struct cell *last = moment->cells, *end = last + moment->count;

    if (moment->count == 0)
        return;
    qsort(moment->cells, moment->count, sizeof(*last), by_number);
    for (struct cell *cell = last + 1; cell < end; cell++) {
        if (cell->number != last->number) {
            *++last = *cell;
            continue;
        }
        for (int kind = 0; kind < KINDS; kind++)
            last->bytes[kind] += cell->bytes[kind];
    }
    moment->count = (size_t)(last - moment->cells) + 1;
}

static void add_stretches(struct map *map, const struct moment *moment)
{
    struct stretch *last = NULL;

    for (size_t i = 0; i < moment->count; i++) {
        uint64_t number = moment->cells[i].number;

        if (!last || last->end != number) {
            last = &map->stretches[map->stretch_count++];
            last->first = number;
        }
        last->end = number + 1;
    }
}

static int by_first(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;

    return (x->first > y->first) - (x->first < y->first);
}

/* The stretches of all moments become those of the whole run. */
static void merge_stretches(struct map *map)
{
    struct stretch *last = map->stretches, *all = last;

    if (map->stretch_count == 0)
        return;
    qsort(all, map->stretch_count, sizeof(*all), by_first);
    for (size_t i = 1; i < map->stretch_count; i++) {
        if (all[i].first > last->end) {
            all[i].offset = last->offset + last->end - last->first;
            *++last = all[i];
        } else if (all[i].end > last->end) {
            last->end = all[i].end;
        }
    }
    map->stretch_count = (size_t)(last - all) + 1;
}

static void print_cells(const struct map *map, const struct moment *moment)
{
    const struct stretch *stretch = map->stretches;

    for (size_t i = 0; i < moment->count; i++) {
        const struct cell *cell = &moment->cells[i];

        while (cell->number >= stretch->end)
            stretch++;
        printf("%zu,%zu", moment->operation,
               (stretch->offset + cell->number - stretch->first) *
                   map->cell_size);
        for (int kind = 0; kind < KINDS; kind++)
            printf(",%u", cell->bytes[kind]);
        printf("\n");
    }
}

static void print_map(struct map *map)
{
    printf("operation,offset,used,free,top,mapped,own\n");
    for (struct moment *moment = map->moments; moment < map->now; moment++) {
        sort_cells(moment);
        add_stretches(map, moment);
    }
    merge_stretches(map);
    for (size_t i = 1; i < map->stretch_count; i++)
        printf("gap,%zu,0,0,0,0,0\n",
               map->stretches[i].offset * map->cell_size);
    for (struct moment *moment = map->moments; moment < map->now; moment++)
        print_cells(map, moment);
}

void walk_map(struct player *player, size_t moments, size_t cell_size)
{
    struct map map = {
        .cell_size = cell_size,
        .cells = map_reserved(MOST * sizeof(struct cell)),
        .moments = map_reserved((moments + 2) * sizeof(struct moment)),
        .stretches = map_reserved(MOST * sizeof(struct stretch)),
    };
    struct watch watch = {
        .at_moment = draw_moment,
        .moments = moments,
        .context = &map,
    };

    map.end = map.cells;
    map.now = map.moments;
    play_watched(player, &watch);
    print_map(&map);
}
