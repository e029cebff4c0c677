/* freelist.h - a list of free chunks
 *
 * The list costs no memory: its links lie in the chunks, where the program's
 * bytes were.
 */
#ifndef FREELIST_H
#define FREELIST_H

#include "chunk.h"

struct freelist {
    struct chunk *first;
};

/* The chunk after c on the list, or the first one if c is NULL. NULL after the
 * last one. */
struct chunk *freelist_next(const struct freelist *list, const struct chunk *c);

/* Mark a chunk as free and put it on the list. */
void freelist_push(struct freelist *list, struct chunk *c);

/* Take a chunk of at least size bytes off the list and mark it as used. NULL
 * if there is none. */
struct chunk *freelist_take(struct freelist *list, size_t size);

#endif
