/* coalesce.c - merge a chunk with its free neighbours in memory
 *
 * Our size tells where the next chunk is; the foot of a free chunk before us
 * tells where that one begins. So both neighbours are found, taken off their
 * list and merged in constant time, however many chunks there are.
 *
 * Invariant: no two free chunks are neighbours, and none borders on top. It
 * holds because every chunk is merged when it is marked as free: there can
 * never be more than one free chunk on either side.
 */
#include "coalesce.h"
#include "bins.h"
#include "fastbin.h"
#include "os.h"

static bool is_free_chunk(struct arena *a, struct chunk *c)
{
    return c != a->top && !is_fence(c) && !chunk_in_use(c);
}

static struct chunk *merge_with_before(struct chunk *c)
{
    struct chunk *before = chunk_before(c);

    if (chunk_size(before) != c->prev_size)
        fatal("corrupted size vs. prev_size while consolidating");
    freelist_unlink(before);
    set_size(before, chunk_size(before) + chunk_size(c));
    return before;
}

struct chunk *coalesce_chunk(struct arena *a, struct chunk *c)
{
    struct chunk *next = chunk_after(c);

    if (!prev_in_use(c))
        c = merge_with_before(c);
    if (next == a->top) {
        set_size(c, chunk_size(c) + chunk_size(next));
        a->top = c;
        return c;
    }
    if (is_free_chunk(a, next)) {
        freelist_unlink(next);
        set_size(c, chunk_size(c) + chunk_size(next));
    }
    unsorted_push(a, c);
    return c;
}

static void empty_fastbin(struct arena *a, size_t index)
{
    struct chunk *c;

    while ((c = fastbin_pop(
                &a->fastbins[index], fastbin_size(index),
                "malloc_consolidate(): unaligned fastbin chunk detected",
                "malloc_consolidate(): invalid chunk size")) != NULL) {
        if (!prev_in_use(c) && chunk_size(chunk_before(c)) != c->prev_size)
            fatal("corrupted size vs. prev_size in fastbins");
        coalesce_chunk(a, c);
    }
}

bool consolidate_fastbins(struct arena *a)
{
    bool merged = false;

    for (size_t i = 0; i < NFASTBINS; i++)
        if (a->fastbins[i] != NULL) {
            empty_fastbin(a, i);
            merged = true;
        }
    return merged;
}

bool extend_chunk(struct arena *a, struct chunk *c, size_t size)
{
    struct chunk *next = chunk_after(c);
    size_t missing = size - chunk_size(c);

    /* Make top longer: else the payload would move, and leave free memory
     * behind. (If this begins a new region, next is top no more, and nothing
     * fits.) */
    if (next == a->top && top_size(a) < missing + MINSIZE &&
        !grow_top(a, missing))
        return false;
    if (next == a->top && chunk_size(next) >= missing + MINSIZE) {
        /* Perhaps too short to be a chunk, but it joins c at once. */
        next = take_from_top(a, missing);
    } else if (is_free_chunk(a, next) && chunk_size(next) >= missing) {
        freelist_claim(next);
    } else {
        return false;
    }
    set_size(c, chunk_size(c) + chunk_size(next));
    return true;
}
