/* freelist.h - a list of free chunks
 *
 * The list costs no memory: its links lie in the chunks, where the program's
 * bytes were.
 */
#ifndef FREELIST_H
#define FREELIST_H

#include "chunk.h"

/* The list is a ring through a head, which is no real chunk: only its fd and
 * bk are used, and its size stays 0, which no chunk has. So fd and bk of every
 * chunk on it lead to something. In an empty list those of the head lead back
 * to it. */
struct freelist {
    struct chunk head;
};

/* Mark a chunk as free and put it on the list. */
void freelist_push(struct freelist *list, struct chunk *c);

/* Put a chunk on a list, before a chunk that is there or before the head. */
void insert_before(struct chunk *next, struct chunk *c);

/* Put a chunk on the ring of sizes, just before one that is there. */
void sizes_insert(struct chunk *at, struct chunk *c);

/* Take this chunk off the list that it is on, and off the ring of sizes. Its
 * mark stays as it is. */
void freelist_unlink(struct chunk *c);

#endif
