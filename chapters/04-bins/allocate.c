/* allocate.c - the work of malloc, free, realloc and memalign on chunks
 *
 * A free chunk that is large enough is handed out again; only where there is
 * none is the next one cut from top. What a chunk has beyond the request is
 * split off and stays free; what becomes free is merged with the free memory
 * around it, except for the smallest, which wait a while in their fast bin.
 */
#include "allocate.h"
#include "bins.h"
#include "coalesce.h"
#include "fastbin.h"
#include "os.h"
#include "trim.h"

/* If a chunk is at least so long once it is merged, in bytes, it pays to empty
 * the fast bins too. */
#define CONSOLIDATION_THRESHOLD (64 * 1024)

/* Free what a chunk in use has beyond size bytes, if it is enough to make a
 * chunk of. The chunk after that may be free, so the two may have to be merged.
 */
static void split_chunk(struct arena *a, struct chunk *c, size_t size)
{
    if (chunk_size(c) - size >= MINSIZE)
        free_chunk(a, cut_chunk(c, size));
}

/* The same for a chunk that was free until now. It has no free neighbour, so
 * there is nothing to merge. What is left goes into the unsorted bin even if it
 * has the size for a fast one: nobody freed it a moment ago. */
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

/* The free chunk that fits best, or for a small request the last remainder.
 * NULL if none fits. */
static struct chunk *take_from_bins(struct arena *a, size_t size)
{
    struct chunk *c = unsorted_take(a, size);

    if (c == NULL && !is_small(size))
        c = largebin_take(a, size);
    if (c == NULL)
        c = larger_bin_take(a, size);
    return c != NULL ? split_free_chunk(a, c, size) : NULL;
}

struct chunk *allocate_chunk(struct arena *a, size_t size)
{
    struct chunk *c = NULL;

    if (size <= MAX_FAST)
        c = fastbin_pop(fastbin_of(a, size), size,
                        "malloc(): unaligned fastbin chunk detected",
                        "malloc(): memory corruption (fast)");
    if (c == NULL && is_small(size))
        c = smallbin_take(a, size);
    if (c != NULL)
        return c;

    /* A large request is rare, and may fit only what is merged first. */
    if (!is_small(size))
        consolidate_fastbins(a);
    c = take_from_bins(a, size);
    /* Before the system is asked for more: is there enough in fast bins? */
    if (c == NULL && top_size(a) < size + MINSIZE && consolidate_fastbins(a))
        c = take_from_bins(a, size);
    if (c == NULL)
        c = take_from_top(a, size);
    return c;
}

struct chunk *allocate_aligned_chunk(struct arena *a, size_t alignment,
                                     size_t size)
{
    /* Enough for an aligned payload, wherever the chunk begins. */
    struct chunk *c = allocate_chunk(a, size + alignment + MINSIZE);
    if (c == NULL)
        return NULL;
    uintptr_t payload = (uintptr_t)chunk_to_payload(c);
    if (payload % alignment != 0) {
        /* What lies before it becomes a chunk too: it must be long enough. */
        size_t lead = align_up(payload + MINSIZE, alignment) - payload;
        struct chunk *before = c;
        c = cut_chunk(before, lead);
        free_chunk(a, before);
    }
    split_chunk(a, c, size);
    return c;
}

/* Can this chunk, which the program gives back, be one of ours and in use? Most
 * texts are glibc's, here and elsewhere. */
static void check_free(struct arena *a, struct chunk *c)
{
    struct chunk *next = chunk_after(c);

    /* Does it lie in top? */
    if (c >= a->top && (char *)c < a->end)
        fatal("double free or corruption (top)");
    /* Does it lie elsewhere, or reach into top? */
    if (!is_below_top(a, c))
        fatal("double free or corruption (out)");
    /* Does the chunk after it say that it is free? */
    if (!chunk_in_use(c))
        fatal("double free or corruption (!prev)");
    /* Was the header after it overwritten? */
    if (!is_plausible(a, next))
        fatal("free(): invalid next size (normal)");
}

void free_chunk(struct arena *a, struct chunk *c)
{
    if (chunk_size(c) <= MAX_FAST) {
        fastbin_push(a, c);
        return;
    }
    check_free(a, c);
    c = coalesce_chunk(a, c);
    if (c == a->top) {
        trim_top(a);
    } else if (chunk_size(c) >= CONSOLIDATION_THRESHOLD) {
        consolidate_fastbins(a);
        trim_top(a);
    }
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
