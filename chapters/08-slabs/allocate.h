/* allocate.h - the work of malloc, free, realloc and memalign on chunks
 *
 * Sizes are chunk sizes in bytes, as request_to_size() gives them. The caller
 * holds the arena's lock.
 */
#ifndef ALLOCATE_H
#define ALLOCATE_H

#include "arena.h"

/* A chunk of at least size bytes, or NULL with errno ENOMEM. */
struct chunk *allocate_chunk(struct arena *a, size_t size);

/* The same, with its payload at a multiple of alignment, a power of two larger
 * than MALLOC_ALIGNMENT. */
struct chunk *allocate_aligned_chunk(struct arena *a, size_t alignment,
                                     size_t size);

/* A free chunk of exactly size bytes from a fast bin or small bin, or NULL. */
struct chunk *allocate_exact(struct arena *a, size_t size);

/* A chunk of at least size bytes, without asking the system; or NULL. */
struct chunk *allocate_at_hand(struct arena *a, size_t size);

/* Take back a chunk that is in use. */
void free_chunk(struct arena *a, struct chunk *c);

/* Change the length of a chunk in use to at least size bytes, without moving
 * it. Returns false, and leaves it as it was, if that cannot be done. */
bool resize_chunk(struct arena *a, struct chunk *c, size_t size);

#endif
