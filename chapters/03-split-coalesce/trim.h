/* trim.h - give memory back to the system
 *
 * See trim.c. The caller holds the arena's lock.
 */
#ifndef TRIM_H
#define TRIM_H

#include "arena.h"

/* Give memory back if top has more than anybody will soon need. Call it when
 * top has grown by a chunk that was freed. */
void trim_top(struct arena *a);

/* Give back the whole pages inside free chunks, until budget bytes or more are
 * gone. Returns how many bytes went. */
size_t discard_free_pages(struct arena *a, size_t budget);

/* Give back all that is free, but keep pad bytes of top. Returns whether any
 * memory went. */
bool trim_arena(struct arena *a, size_t pad);

#endif
