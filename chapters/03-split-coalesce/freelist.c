/* freelist.c - a list of free chunks
 *
 * Putting a chunk on the list takes constant time, and so does taking a known
 * one off it, wherever it stands.
 *
 * Invariant: a chunk is on a list if and only if it is marked as free.
 */
#include "freelist.h"
#include "os.h"

void freelist_init(struct freelist *list)
{
    list_head(list)->fd = list_head(list)->bk = list_head(list);
}

struct chunk *freelist_next(const struct freelist *list, const struct chunk *c)
{
    struct chunk *next = c != NULL ? c->fd : list_head(list)->fd;
    return next != list_head(list) ? next : NULL;
}

void freelist_insert(struct chunk *next, struct chunk *c)
{
    c->fd = next;
    c->bk = next->bk;
    c->fd->bk = c;
    c->bk->fd = c;
}

void freelist_push(struct freelist *list, struct chunk *c)
{
    freelist_insert(list_head(list)->fd, c);
    mark_free(c);
}

/* First fit: the search begins at the start of the list and takes the first
 * chunk that is large enough, however much too large. The chunk freed last
 * comes first, because it is the most likely to be in the processor's cache.
 * The time taken is in proportion to the number of chunks passed over because
 * they are too small. */
struct chunk *freelist_take(struct freelist *list, size_t size)
{
    struct chunk *c = freelist_next(list, NULL);

    while (c != NULL && chunk_size(c) < size)
        c = freelist_next(list, c);
    return c != NULL ? freelist_claim(c) : NULL;
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

struct chunk *freelist_claim(struct chunk *c)
{
    freelist_unlink(c);
    mark_used(c);
    return c;
}
