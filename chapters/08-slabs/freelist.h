/* freelist.h - a list of free chunks
 *
 * The list costs no memory: its links lie in the chunks, where the program's
 * bytes were.
 */
#ifndef FREELIST_H
#define FREELIST_H

#include "chunk.h"

/* The head of a list. The head and all chunks on the list form a ring, so that
 * every fd and bk leads to something. In an empty list those of the head lead
 * back to it. Before freelist_init() they are NULL, which counts as empty. */
struct freelist {
    struct chunk *fd, *bk;
};

/* The head as a member of the ring: the address of a chunk that would have its
 * fd and bk where the head has them. Nothing else of this chunk exists. */
static inline struct chunk *list_head(const struct freelist *list)
{
    return (struct chunk *)((char *)list - offsetof(struct chunk, fd));
}

/* Make a list empty. */
void freelist_init(struct freelist *list);

/* The chunk after c on the list, or the first one if c is NULL. NULL after the
 * last one. */
struct chunk *freelist_next(const struct freelist *list, const struct chunk *c);

/* Put a chunk on a list, before next, which is there already or is the head. */
void freelist_insert(struct chunk *next, struct chunk *c);

/* Mark a chunk as free and put it on the list. */
void freelist_push(struct freelist *list, struct chunk *c);

/* Put a chunk on the ring of sizes, before next, which is there already. */
void sizes_insert(struct chunk *next, struct chunk *c);

/* Take a chunk off its list and off the ring of sizes. It stays marked free. */
void freelist_unlink(struct chunk *c);

/* The same, but mark it as used. Returns it. */
struct chunk *freelist_claim(struct chunk *c);

#endif
