/* break.h - memory from the program break, for the main arena
 *
 * See break.c. The caller holds the main arena's lock.
 */
#ifndef BREAK_H
#define BREAK_H

#include "os.h"

/* Get memory from the break. The caller has some bytes already, have of them,
 * which end at end. If the new ones begin there, old and new together are at
 * least size + pad bytes long. If they begin elsewhere, the new ones alone are
 * that long, and begin where a chunk can begin. If the break cannot move, they
 * come from a mapping, and pad is left out. If the system refuses, start is
 * NULL and errno ENOMEM. */
struct span break_grow(char *end, size_t have, size_t size, size_t pad);

/* Give back size bytes that end at end, a multiple of a page. Returns false if
 * they cannot go back, because the break is elsewhere. */
bool break_shrink(char *end, size_t size);

#endif
