/* break.h - memory from the program break, for the main arena
 *
 * See break.c. The caller holds the main arena's lock.
 */
#ifndef BREAK_H
#define BREAK_H

#include "os.h"

/* Get memory from the break. The caller already has some bytes, have of them,
 * which end at end. If the new ones begin there, old and new together are at
 * least size + pad bytes long. If they begin elsewhere, the new ones alone are,
 * and start where a chunk can start. Where the break cannot move, pad is left
 * out. start is NULL, and errno ENOMEM, if the system refuses. */
struct span break_grow(char *end, size_t have, size_t size, size_t pad);

/* Give back size bytes that end at end, a multiple of a page. Returns false if
 * they cannot go, because the break is elsewhere. */
bool break_shrink(char *end, size_t size);

#endif
