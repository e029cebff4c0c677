/* coalesce.c - merge a chunk with its free neighbours in memory
 *
 * A chunk's size tells where the next chunk begins. The foot of a free chunk
 * before it tells where that one begins. So both neighbours are found, taken
 * off their list and merged in constant time, however many chunks there are.
 *
 * Invariant: no two free chunks are neighbours, and no free chunk borders on
 * top. It holds because every chunk is merged at the moment when it becomes
 * free: there can never be more than one free chunk on either side.
 */
#include "coalesce.h"
#include "bins.h"
#include "fastbin.h"
#include "os.h"
#include "params.h"

/* Is this a free chunk? Top and a fence are not: after them there is no header
 * whose P could be asked. */
static bool is_free_chunk(struct arena *a, struct chunk *c)
{
    return c != a->top && !is_fence(c) && !chunk_in_use(c);
}

static struct chunk *merge_with_before(struct arena *a, struct chunk *c)
{
    struct chunk *before = chunk_before(c);

    if (!is_below_top(a, before) || chunk_size(before) != c->prev_size)
        fatal("corrupted size vs. prev_size while consolidating");
    freelist_unlink(before);
    set_size(before, chunk_size(before) + chunk_size(c));
    return before;
}

struct chunk *coalesce_chunk(struct arena *a, struct chunk *c)
{
    struct chunk *next = chunk_after(c);

    /* Is the chunk before free? Then the merged chunk begins where it does. */
    if (!prev_in_use(c))
        c = merge_with_before(a, c);
    /* Does top come next? Then this chunk becomes part of top. */
    if (next == a->top) {
        check_top(a);
        a->freed += chunk_size(c); /* top may have become much longer */
        set_size(c, chunk_size(c) + chunk_size(next));
        a->top = c;
        return c;
    }
    /* Is the next chunk free? */
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

    /* If top comes next but is too short, make it longer: or else the payload
     * would move, and leave free memory behind. (If a new region is begun for
     * that, next is no longer top, and too short.) From the threshold on it
     * does move, most likely into a mapping. */
    if (next == a->top && top_size(a) < missing + MINSIZE &&
        (size >= params.mmap_threshold || !grow_top(a, missing)))
        return false;
    if (next == a->top && chunk_size(next) >= missing + MINSIZE) {
        /* It may be too short for a chunk, but it joins c at once. */
        next = take_from_top(a, missing);
    } else if (is_free_chunk(a, next) && chunk_size(next) >= missing) {
        freelist_claim(next);
    } else {
        return false;
    }
    set_size(c, chunk_size(c) + chunk_size(next));
    return true;
}
