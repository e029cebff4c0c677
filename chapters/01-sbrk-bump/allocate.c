/* allocate.c - the work of malloc, free, realloc and memalign on chunks
 *
 * This is the simplest policy there is: cut the next chunk from top, and
 * never take one back. Allocating costs a comparison and two additions,
 * whatever the size and whatever came before. What it costs in memory is
 * every chunk that was ever freed.
 */
#include "allocate.h"
#include "os.h"

struct chunk *allocate(struct arena *a, size_t size)
{
    return take_from_top(a, size);
}

struct chunk *allocate_aligned(struct arena *a, size_t alignment, size_t size)
{
    /* So much that an aligned payload is inside, wherever the chunk falls. */
    struct chunk *c = allocate(a, size + alignment + MINSIZE);
    if (c == NULL)
        return NULL;
    uintptr_t payload = (uintptr_t)chunk_to_payload(c);
    if (payload % alignment != 0) {
        /* Cut it in two; the lead must be large enough to be a chunk. */
        size_t lead = align_up(payload + MINSIZE, alignment) - payload;
        struct chunk *before = c;
        c = make_chunk(chunk_at(before, lead), chunk_size(before) - lead);
        set_size(before, lead);
    }
    return c;
}

void release(struct arena *a, struct chunk *c)
{
    /* A bump pointer goes one way: there is nothing that we could do. */
    (void)a;
    (void)c;
}

bool resize(struct arena *a, struct chunk *c, size_t size)
{
    if (chunk_size(c) >= a->system_mem)
        fatal("realloc(): invalid old size");
    return chunk_size(c) >= size;
}
