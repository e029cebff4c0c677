/* mapped.h - chunks that have a mapping of their own
 *
 * Sizes are chunk sizes in bytes. Mapped chunks belong to no arena.
 */
#ifndef MAPPED_H
#define MAPPED_H

#include "chunk.h"

/* What stands at the start of a mapping; the chunk follows. All mappings are
 * on a ring, so that they can be visited. */
struct mapping {
    struct mapping *next, *before;
    size_t length;       /* of the mapping, in bytes */
    struct chunk *chunk; /* at once after this, or further on if aligned */
};

/* A chunk of at least size bytes in a new mapping, all zero. NULL with errno
 * ENOMEM if there is no memory, or if there are as many as there may be. */
struct chunk *map_chunk(size_t size);

/* Move the chunk within its mapping so far that its payload is aligned. */
struct chunk *align_mapped_chunk(struct chunk *c, size_t alignment);

/* Make a mapped chunk long enough for request bytes; it may move. NULL, and the
 * chunk is as it was, if that cannot be done. */
struct chunk *remap_chunk(struct chunk *c, size_t request);

/* Give a mapped chunk back to the system. */
void unmap_chunk(struct chunk *c);

/* How many mappings there are, how many bytes; and the most there ever were. */
struct mapped_totals {
    size_t count, bytes, max_count, max_bytes;
};
struct mapped_totals mapped_totals(void);

/* Bytes in all mappings. The caller has locked them. */
size_t mapped_bytes(void);

/* The ring of mappings stands still between these two. Whoever holds an
 * arena's lock may take this one, not the other way round. */
bool mappings_lock(void);
void mappings_unlock(bool locked);

/* The mapping that follows; NULL after the last one. Begin with NULL, and with
 * the mappings locked. */
struct mapping *next_mapping(struct mapping *m);

#endif
