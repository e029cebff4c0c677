/* bins.h - free chunks, sorted by size
 *
 * Sizes are chunk sizes in bytes. Chunks that are taken are marked as used. The
 * caller holds the arena's lock. See bins.c.
 */
#ifndef BINS_H
#define BINS_H

#include "arena.h"

/* Make all bins empty. */
void bins_init(struct arena *a);

/* The number of the bin for chunks of this size. */
size_t bin_index(size_t size);

/* The same, for a small size. */
static inline size_t small_index(size_t size)
{
    return (size - MINSIZE) / MALLOC_ALIGNMENT + FIRST_SMALL_BIN;
}

/* Put a chunk that has become free into the unsorted bin. */
void unsorted_push(struct arena *a, struct chunk *c);

/* File the chunks of the unsorted bin, until one has exactly this size, or is
 * the last remainder and large enough. Take that one; NULL if there is none. */
struct chunk *unsorted_take(struct arena *a, size_t size);

/* Take a chunk of exactly this size from its small bin; NULL if it is empty. */
struct chunk *smallbin_take(struct arena *a, size_t size);

/* Take the smallest chunk that fits from this size's large bin, or NULL. */
struct chunk *largebin_take(struct arena *a, size_t size);

/* Take the smallest chunk in all bins above the one for this size, or NULL. */
struct chunk *larger_bin_take(struct arena *a, size_t size);

#endif
