/*
 * walk_map.c - a picture of the heap: address by time.
 *
 * The address space is cut into cells of one size, and a walk adds each chunk
 * to the cells that it overlaps. Regions are visited one after the other, each
 * in the order of its addresses. So the cell of a chunk is mostly the cell of
 * the chunk before, and a walk costs some 5 ns per chunk.
 *
 * Of all cells ever held, only the lowest LIMIT are kept, however large the
 * heap: a picture is some 150 cells high. What was ever held is a list of
 * stretches without a gap. The list only grows, so a cell that is too high once
 * is always too high. In the end the stretches are numbered consecutively,
 * without the gaps. A cell takes 32 bytes for each moment at which it is held.
 */
#define _GNU_SOURCE
#include "walk.h"

#include <stdint.h>

#define LIMIT 1000

enum { USED, FREE, TOP, MAPPED, OWN, KINDS };

static const int map_kind[] = {
    [MALLOC_USED] = USED, [MALLOC_FREE] = FREE, [MALLOC_CACHED] = FREE,
    [MALLOC_TOP] = TOP,   [MALLOC_FENCE] = OWN, [MALLOC_HEADER] = OWN,
    [MALLOC_MAPPED] = MAPPED,
};

struct cell {
    uint64_t address;
    uint32_t bytes[KINDS];
};

struct moment {
    size_t operation;
    struct cell *cells; /* those of which something is held */
    size_t count;
};

/* Addresses of cells, each of which was held at some moment. */
struct stretch {
    uint64_t first, end;
};

struct map {
    uint64_t cell_size;
    uint64_t limit;           /* the address at which the lowest cells end */
    struct cell *cells, *end; /* of all moments */
    size_t most;              /* how many of them there is room for */
    struct moment *moments, *now;
    struct stretch *stretches, *stretches_end; /* in order */
    struct stretch *last; /* to which something was added */
};

static uint64_t find_limit(const struct map *map)
{
    uint64_t left = LIMIT * map->cell_size;

    for (struct stretch *s = map->stretches; s < map->stretches_end; s++) {
        if (s->end - s->first > left)
            return s->first + left;
        left -= s->end - s->first;
    }
    return UINT64_MAX;
}

/* Adds cells to the stretches: those that they touch become one. */
static void add_stretch(struct map *map, uint64_t first, uint64_t end)
{
    struct stretch *all_end = map->stretches_end;
    struct stretch *begin = map->stretches, *rest;

    while (begin < all_end && begin->end < first)
        begin++;
    for (rest = begin; rest < all_end && rest->first <= end; rest++) {
        first = rest->first < first ? rest->first : first;
        end = rest->end > end ? rest->end : end;
    }
    memmove(begin + 1, rest, (size_t)(all_end - rest) * sizeof(*rest));
    map->stretches_end = all_end + (begin + 1 - rest);
    *begin = (struct stretch){.first = first, .end = end};
    map->last = begin;
    map->limit = find_limit(map);
}

static void add_to_cell(struct map *map, uint64_t address, int kind,
                        uint64_t bytes)
{
    struct cell *cell = map->end - 1;

    if (map->now->count == 0 || cell->address != address) {
        if ((size_t)(map->end - map->cells) == map->most)
            die("N", "too large: there would be too many cells");
        cell = map->end++;
        cell->address = address;
        map->now->count++;
    }
    cell->bytes[kind] += (uint32_t)bytes;
}

static int draw_chunk(const struct malloc_chunk_info *chunk, void *context)
{
    struct map *map = context;
    uint64_t size = map->cell_size;
    uint64_t at = (uintptr_t)chunk->address, end = at + chunk->size;

    if (at < map->last->first || end > map->last->end)
        add_stretch(map, at - at % size, (end + size - 1) / size * size);
    while (at < end && at < map->limit) {
        uint64_t address = at - at % size;
        uint64_t next = address + size < end ? address + size : end;

        add_to_cell(map, address, map_kind[chunk->kind], next - at);
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

static int by_address(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;

    return (x->address > y->address) - (x->address < y->address);
}

/* Regions are visited in no order, and two of them may share a cell. */
static void sort_cells(struct moment *moment)
{
    struct cell *last = moment->cells, *end = last + moment->count;

    if (moment->count == 0)
        return;
    qsort(moment->cells, moment->count, sizeof(*last), by_address);
    for (struct cell *cell = last + 1; cell < end; cell++) {
        if (cell->address != last->address) {
            *++last = *cell;
            continue;
        }
        for (int kind = 0; kind < KINDS; kind++)
            last->bytes[kind] += cell->bytes[kind];
    }
    moment->count = (size_t)(last - moment->cells) + 1;
}

static void print_cell(size_t operation, uint64_t offset,
                       const struct cell *cell)
{
    printf("%zu,%zu", operation, (size_t)offset);
    for (int kind = 0; kind < KINDS; kind++)
        printf(",%u", cell->bytes[kind]);
    printf("\n");
}

/* A moment at which nothing is held has a cell with nothing in it. */
static void print_moment(const struct map *map, const struct moment *moment)
{
    static const struct cell nothing;
    const struct stretch *stretch = map->stretches;
    uint64_t offset = 0; /* of the stretch */
    size_t i;

    for (i = 0; i < moment->count; i++) {
        const struct cell *cell = &moment->cells[i];

        if (cell->address >= map->limit)
            break;
        for (; cell->address >= stretch->end; stretch++)
            offset += stretch->end - stretch->first;
        print_cell(moment->operation, offset + cell->address - stretch->first,
                   cell);
    }
    if (i == 0)
        print_cell(moment->operation, 0, &nothing);
}

/* Where addresses are left out, and where they end. */
static void print_stretches(const struct map *map)
{
    uint64_t offset = 0;

    for (struct stretch *s = map->stretches; s < map->stretches_end; s++) {
        if (offset > 0 && s->first < map->limit)
            printf("gap,%zu,0,0,0,0,0\n", (size_t)offset);
        offset += s->end - s->first;
    }
    printf("end,%zu,0,0,0,0,0\n", (size_t)offset);
}

void walk_map(struct player *player, size_t moments, size_t cell_size)
{
    struct map map = {
        .cell_size = cell_size,
        .cells = map_reserved(most(sizeof(struct cell)) * sizeof(struct cell)),
        .most = most(sizeof(struct cell)),
        .moments = map_reserved((moments + 2) * sizeof(struct moment)),
        .stretches =
            map_reserved(most(sizeof(struct stretch)) * sizeof(struct stretch)),
    };
    struct watch watch = {
        .at_moment = draw_moment,
        .moments = moments,
        .context = &map,
    };

    map.end = map.cells;
    map.now = map.moments;
    map.last = map.stretches_end = map.stretches;
    play_watched(player, &watch);
    printf("operation,offset,used,free,top,mapped,own\n");
    print_stretches(&map);
    for (struct moment *moment = map.moments; moment < map.now; moment++) {
        sort_cells(moment);
        print_moment(&map, moment);
    }
}
