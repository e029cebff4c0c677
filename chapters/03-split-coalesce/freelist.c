/* freelist.c - a list of free chunks
 *
 * First fit: the list is searched from its start, and the first chunk that is
 * large enough is taken, however much too large it is. The chunk freed last
 * stands first, since it is the likeliest to be in the processor's cache.
 *
 * Putting a chunk on the list takes constant time, and so does taking a known
 * one off it; finding one takes time in proportion to the number of chunks
 * before it that are too small.
 *
 * Invariant: a chunk is on the list if and only if it is marked as free.
 */
#include "freelist.h"
#include "os.h"

/* Put a chunk on a list, before a chunk that is there or before the head. */
static void insert_before(struct chunk *next, struct chunk *c)
{
    c->fd = next;
    c->bk = next->bk;
    c->fd->bk = c;
    c->bk->fd = c;
}

void freelist_push(struct freelist *list, struct chunk *c)
{
    insert_before(list->head.fd, c);
    mark_free(c);
}

struct chunk *freelist_take(struct freelist *list, size_t size)
{
    struct chunk *c = list->head.fd;

    while (c != &list->head && chunk_size(c) < size)
        c = c->fd;
    if (c == &list->head)
        return NULL;
    freelist_unlink(c);
    mark_used(c);
    return c;
}

void freelist_unlink(struct chunk *c)
{
    if (chunk_after(c)->prev_size != chunk_size(c))
        fatal("corrupted size vs. prev_size");
    if (c->fd->bk != c || c->bk->fd != c)
        fatal("corrupted double-linked list");
    c->fd->bk = c->bk;
    c->bk->fd = c->fd;
}
