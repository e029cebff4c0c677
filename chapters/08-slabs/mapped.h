/* mapped.h - chunks that have a mapping of their own
 *
 * Sizes are chunk sizes in bytes. Mapped chunks belong to no arena.
 */
#ifndef MAPPED_H
#define MAPPED_H

#include "chunk.h"

/* What stands at the start of a mapping; its chunk follows. All mappings are on
 * a ring, so that they can be visited. */
struct mapping {
    struct mapping *next, *before;
    size_t length;       /* of the mapping, in bytes */
    struct chunk *chunk; /* right after this, or further on if aligned */
};

/* A chunk of at least size bytes in a new mapping; its payload is all zero.
 * NULL with errno ENOMEM if the system refuses, or after mmap_max mappings. */
struct chunk *map_chunk(size_t size);

/* Move a new chunk up within its mapping, to where its payload is at a multiple
 * of alignment. It was mapped long enough for that. */
struct chunk *align_mapped_chunk(struct chunk *c, size_t alignment);

/* Change the length of a mapped chunk so that it has room for request bytes; it
 * may move. Returns NULL, and leaves it as it was, if that cannot be done. */
struct chunk *remap_chunk(struct chunk *c, size_t request);

/* Give a mapped chunk back to the system. */
void unmap_chunk(struct chunk *c);

/* How many mappings there are, their bytes, and the most there ever were. */
struct mapped_totals {
    size_t count, bytes, max_count, max_bytes;
};
struct mapped_totals mapped_totals(void);

/* The bytes in all mappings. The caller holds their lock. */
size_t mapped_bytes(void);

/* The ring of mappings does not change between these two calls. Whoever holds
 * the lock of an arena may take this one, but not the other way round. */
bool mappings_lock(void);
void mappings_unlock(bool locked);

/* The mapping after m, or the first one if m is NULL. NULL after the last one.
 * The caller holds the lock of the mappings. */
struct mapping *next_mapping(struct mapping *m);

#endif
