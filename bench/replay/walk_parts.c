/*
 * walk_parts.c - what the bytes held are for.
 *
 *   held = requested + rounding + headers + free + top
 *
 * Requested is what the program asked for. Rounding is what it may use beyond
 * that, as malloc_usable_size() says; in a chunk with a mapping of its own that
 * reaches to the end of the page. Headers are all other bytes of chunks in use,
 * and the allocator's own data between chunks. So allocators can be compared
 * whose chunks are laid out in different ways.
 *
 * Free is what could be handed out again, and also what could be if the
 * allocator had not forgotten it: in 01 a freed payload stays part of a chunk
 * in use. The sum of what live objects may use tells the two apart. Keeping it
 * up to date costs a call of malloc_usable_size() in every operation.
 */
#define _GNU_SOURCE
#include "walk.h"

struct parts {
    size_t *usable_of;       /* by object */
    size_t usable, live;     /* of all live objects: bytes, and how many */
};

struct count {
    const struct allocator *allocator;
    size_t usable, headers, free, top; /* usable: of all chunks in use */
};

static void follow_usable(const struct player *player, const struct op *op,
                          void *context)
{
    struct parts *parts = context;
    size_t *old = &parts->usable_of[op->object];
    size_t now =
        player->allocator.usable_size(player->objects[op->object].payload);

    parts->usable += now - *old;
    parts->live += (now > 0) - (*old > 0);
    *old = now;
}

static void count_used(const struct malloc_chunk_info *chunk,
                       struct count *count)
{
    size_t usable = count->allocator->usable_size((void *)chunk->payload);

    count->usable += usable;
    count->headers += chunk->size - usable;
}

static int count_chunk(const struct malloc_chunk_info *chunk, void *context)
{
    struct count *count = context;

    switch (chunk->kind) {
    case MALLOC_USED:
    case MALLOC_MAPPED: count_used(chunk, count); break;
    case MALLOC_FREE:
    case MALLOC_CACHED: count->free += chunk->size; break;
    case MALLOC_TOP:    count->top += chunk->size; break;
    case MALLOC_FENCE:
    case MALLOC_HEADER: count->headers += chunk->size; break;
    }
    return 0;
}

/*
 * The system's malloc has no walk, and what mallinfo2() calls used contains
 * what lies in thread caches. But a chunk of glibc's has a header of 8 bytes,
 * in a mapping one of 16; so what is left over is free. Only the main arena's
 * top is known as such: the others' tops count as free, as do glibc's own data
 * and some KiB of the harness.
 */
static void count_system(const struct parts *parts, struct count *count)
{
#ifdef HAVE_MALLINFO2
    struct mallinfo2 info = mallinfo2();

    count->usable = parts->usable;
    count->headers = 8 * parts->live + 8 * info.hblks;
    count->top = info.keepcost;
    count->free = info.arena + info.hblkhd - count->usable - count->headers -
                  count->top;
#else
    (void)parts;
    (void)count;
#endif
}

static void print_parts(const struct player *player, void *context)
{
    struct parts *parts = context;
    struct count count = {.allocator = &player->allocator};

    if (player->allocator.walk)
        player->allocator.walk(count_chunk, &count);
    else
        count_system(parts, &count);
    printf("%zu,%zu,%zu,%zu,%zu,%zu\n", player->done, player->live,
           parts->usable - player->live, count.headers,
           count.free + count.usable - parts->usable, count.top);
}

void walk_parts(struct player *player, size_t moments)
{
    struct parts parts = {0};
    struct watch watch = {
        .at_moment = print_parts,
        .moments = moments,
        .after = follow_usable,
        .context = &parts,
    };

    parts.usable_of = map_reserved(player->trace.objects * sizeof(size_t));
    printf("operation,requested,rounding,headers,free,top\n");
    play_watched(player, &watch);
}
