/* freelist.c - a list of free chunks
 *
 * Putting a chunk on the list takes constant time.
 *
 * Invariant: a chunk is on a list if and only if it is marked as free.
 */
#include "freelist.h"

struct chunk *freelist_next(const struct freelist *list, const struct chunk *c)
{
    return c != NULL ? c->fd : list->first;
}

void freelist_push(struct freelist *list, struct chunk *c)
{
    c->fd = list->first;
    list->first = c;
    mark_free(c);
}

/* First fit: the list is searched from its start, and the first chunk that is
 * large enough is taken, however much too large it is. The chunk freed last
 * stands first, since it is the likeliest to be in the processor's cache. A
 * search takes time in proportion to the number of chunks before it that are
 * too small. */
struct chunk *freelist_take(struct freelist *list, size_t size)
{
    /* link is the pointer that leads to c, so that c can be left out. */
    struct chunk **link = &list->first;
    struct chunk *c = *link;

    while (c != NULL && chunk_size(c) < size) {
        link = &c->fd;
        c = *link;
    }
    if (c != NULL) {
        *link = c->fd;
        mark_used(c);
    }
    return c;
}
