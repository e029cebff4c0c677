/* fastbin.c - small chunks that were freed a moment ago
 *
 * Programs free small chunks and soon ask for the same size again. So these
 * are not merged with their neighbours, only to be split once more, but kept
 * as they are: a list for each size, with links in one direction, last in,
 * first out. Both directions take a handful of instructions.
 *
 * The price is that such chunks keep free memory apart. They are merged
 * together when that begins to matter: see consolidate() in allocate.c.
 *
 * Invariant: a chunk in a fast bin has the size of the bin and is marked as in
 * use, so that nobody merges with it.
 */
#include "fastbin.h"
#include "os.h"

static struct chunk **fastbin_of(struct arena *a, size_t size)
{
    return &a->fastbins[(size - MINSIZE) / MALLOC_ALIGNMENT];
}

void fastbin_push(struct arena *a, struct chunk *c)
{
    struct chunk **bin = fastbin_of(a, chunk_size(c));

    if (!plausible(a, chunk_after(c)))
        fatal("free(): invalid next size (fast)");
    if (*bin == c)
        fatal("double free or corruption (fasttop)");
    c->fd = mix(&c->fd, *bin);
    *bin = c;
    a->have_fast = true;
}

struct chunk *fastbin_take(struct arena *a, size_t size)
{
    struct chunk **bin = fastbin_of(a, size);
    struct chunk *c = *bin;

    if (c == NULL)
        return NULL;
    if ((uintptr_t)chunk_to_payload(c) % MALLOC_ALIGNMENT != 0)
        fatal("malloc(): unaligned fastbin chunk detected");
    if (chunk_size(c) != size)
        fatal("malloc(): memory corruption (fast)");
    *bin = fastbin_next(c);
    return c;
}
