/* freelist.c - a list of free chunks
 *
 * Putting a chunk on the list takes constant time, and so does taking a known
 * one off it, wherever it stands.
 *
 * The chunks in a large bin are sorted, largest first. The first one of each
 * size is also on a second ring, the ring of sizes, for searches to step along.
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

void sizes_insert(struct chunk *next, struct chunk *c)
{
    c->fd_nextsize = next;
    c->bk_nextsize = next->bk_nextsize;
    c->fd_nextsize->bk_nextsize = c;
    c->bk_nextsize->fd_nextsize = c;
}

/* Take a chunk off the ring of sizes; the next of its size takes its place. (If
 * c->fd is the head, this reads a link of the next bin, never NULL.) */
static void sizes_unlink(struct chunk *c)
{
    if (c->fd_nextsize->bk_nextsize != c || c->bk_nextsize->fd_nextsize != c)
        fatal("corrupted double-linked list (not small)");
    if (c->fd->fd_nextsize == NULL)
        sizes_insert(c, c->fd);
    c->fd_nextsize->bk_nextsize = c->bk_nextsize;
    c->bk_nextsize->fd_nextsize = c->fd_nextsize;
}

void freelist_unlink(struct chunk *c)
{
    if (chunk_after(c)->prev_size != chunk_size(c))
        fatal("corrupted size vs. prev_size");
    if (c->fd->bk != c || c->bk->fd != c)
        fatal("corrupted double-linked list");
    if (!is_small(chunk_size(c)) && c->fd_nextsize != NULL)
        sizes_unlink(c);
    c->fd->bk = c->bk;
    c->bk->fd = c->fd;
}

struct chunk *freelist_claim(struct chunk *c)
{
    freelist_unlink(c);
    mark_used(c);
    return c;
}
