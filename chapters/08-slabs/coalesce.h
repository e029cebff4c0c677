/* coalesce.h - merge a chunk with its free neighbours in memory */
#ifndef COALESCE_H
#define COALESCE_H

#include "arena.h"

/* Merge a chunk that is no longer used with the free chunks before and after
 * it, and put the result on the free list; or merge it into top, if that comes
 * next. Returns the merged chunk, or top. */
struct chunk *coalesce_chunk(struct arena *a, struct chunk *c);

/* Merge all that is in fast bins. Returns whether there was anything. */
bool consolidate_fastbins(struct arena *a);

/* Make a chunk in use at least size bytes long, with bytes taken from top or
 * from the free chunk after it. Returns false, and leaves the chunk as it was,
 * if there are too few. */
bool extend_chunk(struct arena *a, struct chunk *c, size_t size);

#endif
