/* fastbin.h - small chunks that were freed a moment ago
 *
 * Programs free small chunks and soon ask for the same size again. So these
 * are not merged with their neighbours, only to be split once more, but kept
 * as they are: a list for each size, with links in one direction, last in,
 * first out. Both directions take a handful of instructions.
 *
 * The price is that such chunks keep free memory apart. They are merged
 * together when that begins to matter: see consolidate() in allocate.c.
 *
 * Invariant: a chunk in a fast bin has the size of the bin and is marked as in
 * use, so that nobody merges with it.
 *
 * The functions are in the header, so that they are compiled into their
 * callers: they are shorter than a call. The caller holds the arena's lock.
 */
#ifndef FASTBIN_H
#define FASTBIN_H

#include "arena.h"
#include "os.h"
#include "params.h"

/* The size of the chunks in this fast bin, in bytes. */
static inline size_t fastbin_size(size_t index)
{
    return MINSIZE + index * MALLOC_ALIGNMENT;
}

/* A link in a fast bin is stored mixed with the upper bits of its own address,
 * which an attacker does not know, and unmixed by doing the same again. A link
 * that was overwritten so becomes an address that is most likely misaligned.
 * The idea is Check Point's, "safe-linking". */
static inline struct chunk *mix(struct chunk *const *link, struct chunk *c)
{
    return (struct chunk *)((uintptr_t)link >> 12 ^ (uintptr_t)c);
}

/* The chunk that follows in a fast bin. */
static inline struct chunk *fastbin_next(const struct chunk *c)
{
    return mix(&c->fd, c->fd);
}

static inline struct chunk **fastbin_of(struct arena *a, size_t size)
{
    return &a->fastbins[(size - MINSIZE) / MALLOC_ALIGNMENT];
}

/* Put a chunk that is in use into its fast bin, where it stays marked so. */
static inline void fastbin_push(struct arena *a, struct chunk *c)
{
    struct chunk **bin = fastbin_of(a, chunk_size(c));

    if (!plausible(a, chunk_after(c)))
        fatal("free(): invalid next size (fast)");
    if (*bin == c)
        fatal("double free or corruption (fasttop)");
    fill(chunk_to_payload(c), params.perturb, chunk_size(c) - HEADER_SIZE);
    c->fd = mix(&c->fd, *bin);
    *bin = c;
    a->have_fast = true;
}

/* Take a chunk of just this size out of its fast bin; NULL if there is none. */
static inline struct chunk *fastbin_take(struct arena *a, size_t size)
{
    struct chunk **bin = fastbin_of(a, size);
    struct chunk *c = *bin;

    if (c == NULL)
        return NULL;
    if ((uintptr_t)chunk_to_payload(c) % MALLOC_ALIGNMENT != 0)
        fatal("malloc(): unaligned fastbin chunk detected");
    if (chunk_size(c) != size)
        fatal("malloc(): memory corruption (fast)");
    *bin = fastbin_next(c);
    return c;
}

#endif
