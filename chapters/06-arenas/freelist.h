/* freelist.h - a list of free chunks
 *
 * The list costs no memory: its links lie in the chunks, where the program's
 * bytes were.
 */
#ifndef FREELIST_H
#define FREELIST_H

#include "chunk.h"

/* A ring of all chunks on the list and of the head, so that fd and bk of every
 * one lead to something. In an empty list those of the head lead back to it;
 * and before freelist_init() they are NULL, which counts as empty too. */
struct freelist {
    struct chunk *fd, *bk;
};

/* The head as a member of the ring: the address at which a chunk would have its
 * fd and bk just where the head has them. The rest of it does not exist. */
static inline struct chunk *list_head(const struct freelist *list)
{
    return (struct chunk *)((char *)list - offsetof(struct chunk, fd));
}

void freelist_init(struct freelist *list);

/* The chunk that follows on the list, NULL after the last one. Begin with NULL.
 */
struct chunk *freelist_next(const struct freelist *list, const struct chunk *c);

/* Put a chunk on a list, before next, which is there already or is the head. */
void freelist_insert(struct chunk *next, struct chunk *c);

/* Mark a chunk as free and put it on the list. */
void freelist_push(struct freelist *list, struct chunk *c);

/* Put a chunk on the ring of sizes, before next, which is there already. */
void sizes_insert(struct chunk *next, struct chunk *c);

/* Take this chunk off the list that it is on, and off the ring of sizes. It
 * stays marked as free. */
void freelist_unlink(struct chunk *c);

/* The same, and mark it as used. Returns it. */
struct chunk *freelist_claim(struct chunk *c);

#endif
