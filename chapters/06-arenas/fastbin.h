/* fastbin.h - small chunks that were freed a moment ago
 *
 * See fastbin.c. The caller holds the arena's lock.
 */
#ifndef FASTBIN_H
#define FASTBIN_H

#include "arena.h"

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

/* Put a chunk that is in use into its fast bin, where it stays marked so. */
void fastbin_push(struct arena *a, struct chunk *c);

/* Take a chunk of just this size out of its fast bin; NULL if there is none. */
struct chunk *fastbin_take(struct arena *a, size_t size);

#endif
