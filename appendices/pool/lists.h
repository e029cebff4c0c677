/* lists.h - the free chunks, on lists in two levels; see lists.c */
#ifndef LISTS_H
#define LISTS_H

#include "chunk.h"

#define LISTS_LOG2 4
#define LISTS      (1 << LISTS_LOG2) /* in a level */

/* A bit in a map says that there is something: in that of a level a chunk on a
 * list, in that of the pool a list with chunks on a level. */
struct level {
    unsigned long map;
    struct chunk *lists[LISTS]; /* the first chunk of each; NULL: it is empty */
};

struct pool {
    size_t size;            /* bytes of the array, which begins here */
    size_t used, most_used; /* bytes in chunks in use */
    struct chunk *first;
    struct chunk *end; /* a header alone */
    unsigned nlevels;
    unsigned long map;
    struct level levels[]; /* as many as the size of the pool needs */
};

/* A list is found by two numbers. */
struct place {
    unsigned level, list;
};

/* The list for chunks of this size. */
struct place place_of(size_t size);

/* Make all lists of so many levels empty. */
void lists_init(struct pool *pool, unsigned nlevels);

/* Put a chunk on the list for its size, and mark it as free. */
void lists_push(struct pool *pool, struct chunk *c);

/* Take a chunk off its list. It stays marked free. */
void lists_unlink(struct pool *pool, struct chunk *c);

/* Take a chunk of at least this size off its list. NULL if no list is found all
 * of whose chunks are long enough. */
struct chunk *lists_take(struct pool *pool, size_t size);

#endif
