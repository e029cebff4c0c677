/* allocate.c - the work of malloc, free, realloc and memalign on chunks
 *
 * A free chunk that is large enough is handed out again; only where there is
 * none is the next one cut from top. A chunk that was freed keeps its size: it
 * is not split for a smaller request, nor merged with a free neighbour for a
 * larger one.
 */
#include "allocate.h"
#include "os.h"

struct chunk *allocate(struct arena *a, size_t size)
{
    struct chunk *c = freelist_take(&a->free_list, size);
    if (c == NULL)
        return take_from_top(a, size);
    return c;
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

/* Can this chunk be one of ours, and in use? */
static void check_release(struct arena *a, struct chunk *c)
{
    struct chunk *next = chunk_after(c);

    /* Is it, or was it merged into, top? */
    if (c >= a->top && c < chunk_at(a->top, top_size(a)))
        fatal("double free or corruption (top)");
    /* Does it lie elsewhere, or reach into top? */
    if (!is_below_top(a, c))
        fatal("double free or corruption (out)");
    /* Does the chunk after it say that it is free? */
    if (!chunk_in_use(c))
        fatal("double free or corruption (!prev)");
    /* Was the header after it overwritten? */
    if (!plausible(a, next))
        fatal("free(): invalid next size (normal)");
}

void release(struct arena *a, struct chunk *c)
{
    check_release(a, c);
    freelist_push(&a->free_list, c);
}

bool resize(struct arena *a, struct chunk *c, size_t size)
{
    if (chunk_size(c) >= a->system_mem)
        fatal("realloc(): invalid old size");
    if (!is_below_top(a, c) || !chunk_in_use(c))
        fatal("realloc(): invalid pointer");
    return chunk_size(c) >= size;
}
