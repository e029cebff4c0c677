/* allocate.c - the work of malloc, free, realloc and memalign on chunks
 *
 * A free chunk that is large enough is handed out again; only where there is
 * none is the next one cut from top. What a chunk has beyond the request is
 * split off and stays free; what becomes free is merged with the free memory
 * around it, but for small chunks, which wait a while in their fast bin.
 */
#include "allocate.h"
#include "bins.h"
#include "coalesce.h"
#include "fastbin.h"
#include "mapped.h"
#include "os.h"
#include "params.h"

/* When a free chunk is so large once merged, in bytes, it pays to empty the
 * fast bins too and to trim top. */
#define CONSOLIDATION_THRESHOLD (64 * 1024)

/* Merge a chunk that is no longer used with the free memory around it, and
 * put it where it is found again. Returns the merged chunk or top. */
static struct chunk *make_free(struct arena *a, struct chunk *c)
{
    c = coalesce(a, c);
    if (c != a->top)
        unsorted_push(a, c);
    return c;
}

/* Merge the chunks of a fast bin with the free memory around them. */
static void empty_fastbin(struct arena *a, size_t index)
{
    struct chunk *c = a->fastbins[index], *next;

    a->fastbins[index] = NULL;
    for (; c != NULL; c = next) {
        if ((uintptr_t)chunk_to_payload(c) % MALLOC_ALIGNMENT != 0)
            fatal("malloc_consolidate(): unaligned fastbin chunk detected");
        if (chunk_size(c) != fastbin_size(index))
            fatal("malloc_consolidate(): invalid chunk size");
        if (!prev_in_use(c) && chunk_size(chunk_before(c)) != c->prev_size)
            fatal("corrupted size vs. prev_size in fastbins");
        next = fastbin_next(c);
        make_free(a, c);
    }
}

void consolidate(struct arena *a)
{
    if (!a->have_fast)
        return;
    a->have_fast = false;
    for (size_t i = 0; i < NFASTBINS; i++)
        empty_fastbin(a, i);
}

/* Release what a chunk in use has beyond size bytes, if it is enough to make a
 * chunk of. After resize() it may meet free memory there. */
static void split(struct arena *a, struct chunk *c, size_t size)
{
    size_t rest = chunk_size(c) - size;

    if (rest >= MINSIZE) {
        set_size(c, size);
        release(a, make_chunk(chunk_after(c), rest));
    }
}

/* The same for a chunk out of a bin. It has no free neighbour, so there is
 * nothing to merge. What is left goes into the unsorted bin even if it has the
 * size for a fast one: nobody freed it a moment ago. */
static struct chunk *split_binned(struct arena *a, struct chunk *c, size_t size)
{
    size_t rest = chunk_size(c) - size;

    if (rest >= MINSIZE) {
        set_size(c, size);
        struct chunk *remainder = make_chunk(chunk_after(c), rest);
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
    return c != NULL ? split_binned(a, c, size) : NULL;
}

struct chunk *allocate(struct arena *a, size_t size)
{
    struct chunk *c = NULL;

    /* No top? This is the first call: an initialiser of 127 rings is too long.
     */
    if (a->top == NULL)
        bins_init(a);
    if (size <= params.max_fast)
        c = fastbin_take(a, size);
    if (c == NULL && is_small(size))
        c = smallbin_take(a, size);
    if (c != NULL)
        return c;

    /* A large request is rare, and may fit only what is merged first. */
    if (!is_small(size))
        consolidate(a);
    c = take_from_bins(a, size);
    /* Before the system is asked for more: is there enough in fast bins? */
    if (c == NULL && top_size(a) < size + MINSIZE && a->have_fast) {
        consolidate(a);
        c = take_from_bins(a, size);
    }
    if (c == NULL && top_size(a) < size + MINSIZE &&
        size >= params.mmap_threshold)
        c = map_chunk(size);
    if (c == NULL)
        c = take_from_top(a, size);
    if (c == NULL && a != &main_arena)
        c = map_chunk(size); /* no heap can be had, or none so long */
    return c;
}

struct chunk *allocate_aligned(struct arena *a, size_t alignment, size_t size)
{
    /* So much that an aligned payload is inside, wherever the chunk falls. */
    struct chunk *c = allocate(a, size + alignment + MINSIZE);
    if (c == NULL)
        return NULL;
    if (is_mapped(c))
        return align_mapped(c, alignment);
    uintptr_t payload = (uintptr_t)chunk_to_payload(c);
    if (payload % alignment != 0) {
        /* Cut it in two; the lead must be large enough to be a chunk. */
        size_t lead = align_up(payload + MINSIZE, alignment) - payload;
        struct chunk *before = c;
        c = make_chunk(chunk_at(before, lead), chunk_size(before) - lead);
        set_size(before, lead);
        release(a, before);
    }
    split(a, c, size);
    return c;
}

/* Can this chunk be one of ours, and in use? */
static void check_release(struct arena *a, struct chunk *c)
{
    struct chunk *next = chunk_after(c);

    /* Is it, or was it merged into, top? */
    if (c >= a->top && c < chunk_at(a->top, top_size(a)))
        fatal("double free or corruption (top)");
    /* Does it lie elsewhere, or reach into top? */
    if (!is_below_top(a, c))
        fatal("double free or corruption (out)");
    /* Does the chunk after it say that it is free? */
    if (!chunk_in_use(c))
        fatal("double free or corruption (!prev)");
    /* Was the header after it overwritten? */
    if (!plausible(a, next))
        fatal("free(): invalid next size (normal)");
}

void release(struct arena *a, struct chunk *c)
{
    if (chunk_size(c) <= params.max_fast) {
        fastbin_push(a, c);
        return;
    }
    check_release(a, c);
    fill(chunk_to_payload(c), params.perturb, chunk_size(c) - HEADER_SIZE);
    c = make_free(a, c);
    if (chunk_size(c) >= CONSOLIDATION_THRESHOLD) {
        consolidate(a);
        trim_top(a);
    }
}

bool resize(struct arena *a, struct chunk *c, size_t size)
{
    if (chunk_size(c) >= a->system_mem)
        fatal("realloc(): invalid old size");
    if (!is_below_top(a, c) || !chunk_in_use(c))
        fatal("realloc(): invalid pointer");
    if (!plausible(a, chunk_after(c)))
        fatal("realloc(): invalid next size");
    if (chunk_size(c) < size && !extend(a, c, size))
        return false;
    split(a, c, size);
    return true;
}
