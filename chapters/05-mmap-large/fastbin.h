/* fastbin.h - small chunks that were freed a moment ago
 *
 * See fastbin.c. The caller holds the arena's lock.
 */
#ifndef FASTBIN_H
#define FASTBIN_H

#include "arena.h"

/* Chunks up to this size go into a fast bin when they are freed, in bytes. */
#define MAX_FAST (16 * sizeof(size_t))

/* The size of the chunks in this fast bin, in bytes. */
static inline size_t fastbin_size(size_t index)
{
    return MINSIZE + index * MALLOC_ALIGNMENT;
}

/* The chunk that follows in a fast bin. */
static inline struct chunk *fastbin_next(const struct chunk *c)
{
    return c->fd;
}

/* Put a chunk that is in use into its fast bin, where it stays marked so. */
void fastbin_push(struct arena *a, struct chunk *c);

/* Take a chunk of just this size out of its fast bin; NULL if there is none. */
struct chunk *fastbin_take(struct arena *a, size_t size);

#endif
