/* bins.h - free chunks, sorted by size
 *
 * Sizes are chunk sizes in bytes. Chunks that are taken are marked as used.
 * See bins.c. The caller holds the arena's lock.
 */
#ifndef BINS_H
#define BINS_H

#include "arena.h"

/* Make all bins empty. */
void bins_init(struct arena *a);

/* The number of the bin for chunks of this size. */
size_t bin_index(size_t size);

/* Put a chunk that has become free into the unsorted bin. */
void unsorted_push(struct arena *a, struct chunk *c);

/* File the chunks of the unsorted bin, up to one of just this size or the last
 * remainder, which is larger: that is taken. NULL if there is neither. */
struct chunk *unsorted_take(struct arena *a, size_t size);

/* Take a chunk of just this small size from its bin; NULL if it is empty. */
struct chunk *smallbin_take(struct arena *a, size_t size);

/* Take the smallest chunk of at least size bytes from the large bin for this
 * size; NULL if all there are smaller. */
struct chunk *largebin_take(struct arena *a, size_t size);

/* Take the smallest chunk of the bins above the one for this size; NULL if
 * all are empty. */
struct chunk *larger_bin_take(struct arena *a, size_t size);

#endif
