/* break.h - memory from the program break, for the main arena
 *
 * See break.c. The caller holds the main arena's lock.
 */
#ifndef BREAK_H
#define BREAK_H

#include "os.h"

/* Get memory so that size bytes and pad to spare lie in a row: together with
 * the have bytes that end at end, if it can follow them; else by itself. It
 * starts where a chunk can start. None, with errno ENOMEM, if the system
 * refuses. */
struct span break_grow(char *end, size_t have, size_t size, size_t pad);

#endif
