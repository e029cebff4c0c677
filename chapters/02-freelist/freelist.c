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

/* First fit: the search begins at the start of the list and takes the first
 * chunk that is large enough, however much too large. The chunk freed last
 * comes first, because it is the most likely to be in the processor's cache.
 * The time taken is in proportion to the number of chunks passed over because
 * they are too small. */
struct chunk *freelist_take(struct freelist *list, size_t size)
{
    /* *link is the pointer that leads to c, to be changed when c is taken. */
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
