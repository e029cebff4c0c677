/* coalesce.h - merge a chunk with its free neighbours in memory */
#ifndef COALESCE_H
#define COALESCE_H

#include "arena.h"

/* Merge a chunk that is no longer used with the free chunks before and after
 * it, and put it where it is found again; or merge it into top. Returns the
 * merged chunk, or top. */
struct chunk *coalesce_chunk(struct arena *a, struct chunk *c);

/* Empty the fast bins: merge what is in them. Returns whether there was any. */
bool consolidate_fastbins(struct arena *a);

/* Make a chunk that is in use at least size bytes long, with bytes of a free
 * chunk or of top after it. Returns false, and changes nothing, if there are
 * too few. */
bool extend_chunk(struct arena *a, struct chunk *c, size_t size);

#endif
