/* trim.h - give memory back to the system
 *
 * See trim.c. The caller holds the arena's lock.
 */
#ifndef TRIM_H
#define TRIM_H

#include "arena.h"

/* Give back memory at the end of top if much is free there, but keep pad bytes
 * or more. */
void trim_top(struct arena *a, size_t pad);

/* Give back the whole pages inside free chunks, until budget bytes or more are
 * gone. Returns how many bytes went back. */
size_t discard_free_pages(struct arena *a, size_t budget);

/* Give back whole pages of all that is free, but keep pad bytes of top. Returns
 * whether any memory went back. */
bool trim_arena(struct arena *a, size_t pad);

#endif
