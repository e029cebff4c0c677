/* freelist.h - a list of free chunks
 *
 * The list costs no memory: its links lie in the chunks, where the program's
 * bytes were.
 */
#ifndef FREELIST_H
#define FREELIST_H

#include "chunk.h"

/* The list is a ring through a head, which is no real chunk: only its fd and
 * bk are used. So fd and bk of every chunk on it lead to something. In an empty
 * list those of the head lead back to it. */
struct freelist {
    struct chunk head;
};

/* Mark a chunk as free and put it on the list. */
void freelist_push(struct freelist *list, struct chunk *c);

/* Take a chunk of at least size bytes off the list and mark it as used. NULL
 * if there is none. */
struct chunk *freelist_take(struct freelist *list, size_t size);

/* Take this chunk off the list that it is on. Its mark stays as it is. */
void freelist_unlink(struct chunk *c);

#endif
