/* allocate.c - the work of malloc, free, realloc and memalign on chunks
 *
 * A request gets a free chunk that is large enough. If there is none, a new one
 * is cut from top. What a chunk has beyond the request is split off and stays
 * free. A chunk that becomes free is merged with the free memory around it,
 * except for the smallest, which wait in their fast bins for a while.
 */
#include "allocate.h"
#include "bins.h"
#include "coalesce.h"
#include "fastbin.h"
#include "mapped.h"
#include "os.h"
#include "params.h"

/* Free what a chunk in use has beyond size bytes, if that is enough for a
 * chunk. The chunk after it may be free; free_chunk() then merges the two. */
static void split_chunk(struct arena *a, struct chunk *c, size_t size)
{
    if (chunk_size(c) - size >= MINSIZE)
        free_chunk(a, cut_chunk(c, size));
}

/* The same for a chunk that was free until now. It has no free neighbour, so
 * there is nothing to merge. The remainder goes into the unsorted bin even if
 * it is small enough for a fast bin: nobody freed it a moment ago. */
static struct chunk *split_free_chunk(struct arena *a, struct chunk *c,
                                      size_t size)
{
    if (chunk_size(c) - size >= MINSIZE) {
        struct chunk *remainder = cut_chunk(c, size);
        unsorted_push(a, remainder);
        if (is_small(size))
            a->last_remainder = remainder;
    }
    return c;
}

/* Steps 4 to 6: the best fit, or for a small request the last remainder. */
static struct chunk *take_from_bins(struct arena *a, size_t size)
{
    /* 4. The unsorted bin: 5 and 6 can only find what has been filed. */
    struct chunk *c = unsorted_take(a, size);

    /* 5. The large bin for this size: if a chunk fits there, it fits best. */
    if (c == NULL && !is_small(size))
        c = largebin_take(a, size);
    /* 6. The next bin up that is not empty: all its chunks fit. */
    if (c == NULL)
        c = larger_bin_take(a, size);
    return c != NULL ? split_free_chunk(a, c, size) : NULL;
}

struct chunk *allocate_exact(struct arena *a, size_t size)
{
    struct chunk *c = NULL;

    /* 1. The fast bin: freed a moment ago, and the cheapest to take. */
    if (size <= params.max_fast)
        c = fastbin_pop(fastbin_of(a, size), size,
                        "malloc(): unaligned fastbin chunk detected",
                        "malloc(): memory corruption (fast)");
    /* 2. The small bin: an exact fit too, so that nothing need be split. */
    if (c == NULL && is_small(size))
        c = smallbin_take(a, size);
    return c;
}

struct chunk *allocate_at_hand(struct arena *a, size_t size)
{
    struct chunk *c = take_from_bins(a, size);

    if (c == NULL && top_size(a) >= size + MINSIZE)
        c = take_from_top(a, size);
    return c;
}

struct chunk *allocate_chunk(struct arena *a, size_t size)
{
    struct chunk *c = allocate_exact(a, size); /* steps 1 and 2 */
    if (c != NULL)
        return c;

    /* 3. A large request is rare, and may need what fast bins keep apart. */
    if (!is_small(size))
        consolidate_fastbins(a);
    c = take_from_bins(a, size); /* steps 4 to 6 */
    /* 7. Before the system is asked for more: is there enough in fast bins? */
    if (c == NULL && top_size(a) < size + MINSIZE && consolidate_fastbins(a))
        c = take_from_bins(a, size);
    /* 8. Large, and no memory at hand: it gets a mapping of its own. */
    if (c == NULL && top_size(a) < size + MINSIZE &&
        size >= params.mmap_threshold)
        c = map_chunk(size);
    /* 9. Top comes last, so that free chunks do not lie idle. */
    if (c == NULL)
        c = take_from_top(a, size);
    /* 10. No heap to be had, or none that long: a mapping has to do. */
    if (c == NULL && a != &main_arena)
        c = map_chunk(size);
    return c;
}

struct chunk *allocate_aligned_chunk(struct arena *a, size_t alignment,
                                     size_t size)
{
    /* Enough for an aligned payload, wherever the chunk begins. */
    struct chunk *c = allocate_chunk(a, size + alignment + MINSIZE);
    if (c == NULL)
        return NULL;
    if (is_mapped(c))
        return align_mapped_chunk(c, alignment);
    uintptr_t payload = (uintptr_t)chunk_to_payload(c);
    if (payload % alignment != 0) {
        /* What lies before it becomes a chunk too, of at least MINSIZE. */
        size_t lead = align_up(payload + MINSIZE, alignment) - payload;
        struct chunk *before = c;
        c = cut_chunk(before, lead);
        free_chunk(a, before);
    }
    split_chunk(a, c, size);
    return c;
}

/* Can this chunk, which the program gives back, be one of ours and in use?
 * (Most of the messages are glibc's, here and elsewhere.) */
static void check_free(struct arena *a, struct chunk *c)
{
    struct chunk *next = chunk_after(c);

    /* Does it lie in top? */
    if (c >= a->top && (char *)c < a->end)
        fatal("double free or corruption (top)");
    /* Does it lie outside our memory, or reach into top? */
    if (!is_below_top(a, c))
        fatal("double free or corruption (out)");
    /* Does the P of the next chunk say that it is free already? */
    if (!chunk_in_use(c))
        fatal("double free or corruption (!prev)");
    /* Was the header of the next chunk overwritten? */
    if (!is_plausible(a, next))
        fatal("free(): invalid next size (normal)");
}

void free_chunk(struct arena *a, struct chunk *c)
{
    if (chunk_size(c) <= params.max_fast) {
        fastbin_push(a, c);
        return;
    }
    check_free(a, c);
    fill_freed(chunk_to_payload(c), chunk_size(c) - HEADER_SIZE);
    coalesce_chunk(a, c);
}

bool resize_chunk(struct arena *a, struct chunk *c, size_t size)
{
    if (chunk_size(c) >= a->system_mem)
        fatal("realloc(): invalid old size");
    if (!is_below_top(a, c) || !chunk_in_use(c))
        fatal("realloc(): invalid pointer");
    if (!is_plausible(a, chunk_after(c)))
        fatal("realloc(): invalid next size");
    if (chunk_size(c) < size && !extend_chunk(a, c, size))
        return false;
    split_chunk(a, c, size);
    return true;
}
