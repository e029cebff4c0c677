/* trim.h - give memory back to the system
 *
 * See trim.c. The caller holds the arena's lock.
 */
#ifndef TRIM_H
#define TRIM_H

#include "arena.h"

/* Give memory back if more is free than in use. To be called when memory has
 * been freed: a->freed counts how much. */
void trim_from_time_to_time(struct arena *a);

/* Give back the whole pages inside free chunks, until budget bytes or more are
 * gone. Returns how many bytes went back. */
size_t discard_free_pages(struct arena *a, size_t budget);

/* Give back whole pages of all that is free, but keep pad bytes of top. Returns
 * whether any memory went back. */
bool trim_arena(struct arena *a, size_t pad);

#endif
