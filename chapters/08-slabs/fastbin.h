/* fastbin.h - small chunks that were freed a moment ago
 *
 * Programs often free a small chunk and soon want its size again. Merging it
 * would be wasted work, so it is kept whole, on a list for its size, linked one
 * way: last in, first out. That costs a handful of instructions. But such
 * chunks keep free memory apart, until consolidate_fastbins() merges them.
 *
 * Invariant: a chunk in a fast bin has the size of the bin and is marked as in
 * use, so that nobody merges with it. Its bk holds the bin's address: this mark
 * tells check.c that it is free, and free() that it is being freed twice.
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

/* A link is stored mixed (by XOR) with upper bits of its own address, which an
 * attacker does not know: so one that was overwritten most likely leads to a
 * misaligned address. (Check Point's idea, called safe-linking.) */
static inline struct chunk *mix_link(const void *link, struct chunk *c)
{
    return (struct chunk *)((uintptr_t)link >> 12 ^ (uintptr_t)c);
}

/* The chunk after c in a fast bin. */
static inline struct chunk *fastbin_next(const struct chunk *c)
{
    return mix_link(&c->fd, c->fd);
}

static inline struct chunk **fastbin_of(struct arena *a, size_t size)
{
    return &a->fastbins[(size - MINSIZE) / MALLOC_ALIGNMENT];
}

/* Is this chunk, which is marked as in use, in a fast bin? */
static inline bool is_in_fastbin(struct arena *a, const struct chunk *c)
{
    size_t size = chunk_size(c);
    return size < fastbin_size(NFASTBINS) &&
           c->bk == (struct chunk *)fastbin_of(a, size);
}

/* A chunk that is being freed has the bin's mark. Is it really in the bin? */
static inline void check_freed_twice(struct chunk **bin, struct chunk *freed)
{
    for (struct chunk *c = *bin; c != NULL; c = fastbin_next(c))
        if (c == freed)
            fatal(c == *bin ? "double free or corruption (fasttop)"
                            : "double free or corruption (fast)");
}

/* Put a chunk into its fast bin. It stays marked as in use. */
static inline void fastbin_push(struct arena *a, struct chunk *c)
{
    struct chunk **bin = fastbin_of(a, chunk_size(c));

    if (!is_plausible(a, chunk_after(c)))
        fatal("free(): invalid next size (fast)");
    if (c->bk == (struct chunk *)bin)
        check_freed_twice(bin, c);
    if (*bin != NULL && chunk_size(*bin) != chunk_size(c))
        fatal("invalid fastbin entry (free)");
    fill_freed(chunk_to_payload(c), chunk_size(c) - HEADER_SIZE);
    c->fd = mix_link(&c->fd, *bin);
    c->bk = (struct chunk *)bin;
    *bin = c;
}

/* Take the first chunk of this fast bin, whose chunks have this size; NULL if
 * it is empty. The texts are the messages for a bad chunk. */
static inline struct chunk *fastbin_pop(struct chunk **bin, size_t size,
                                        const char *unaligned,
                                        const char *wrong_size)
{
    struct chunk *c = *bin;

    if (c == NULL)
        return NULL;
    if ((uintptr_t)chunk_to_payload(c) % MALLOC_ALIGNMENT != 0)
        fatal(unaligned);
    if (chunk_size(c) != size)
        fatal(wrong_size);
    *bin = fastbin_next(c);
    c->bk = NULL; /* the mark */
    return c;
}

#endif
