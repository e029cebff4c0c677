/* allocate.c - the work of malloc, free, realloc and memalign on chunks
 *
 * A request gets a free chunk that is large enough. If there is none, a new one
 * is cut from top. A chunk that was freed keeps its size: it is not split for a
 * smaller request, nor merged with a free neighbour for a larger one.
 */
#include "allocate.h"
#include "os.h"

struct chunk *allocate_chunk(struct arena *a, size_t size)
{
    struct chunk *c = freelist_take(&a->free_list, size);
    if (c == NULL)
        return take_from_top(a, size);
    return c;
}

struct chunk *allocate_aligned_chunk(struct arena *a, size_t alignment,
                                     size_t size)
{
    /* Enough for an aligned payload, wherever the chunk begins. */
    struct chunk *c = allocate_chunk(a, size + alignment + MINSIZE);
    if (c == NULL)
        return NULL;
    uintptr_t payload = (uintptr_t)chunk_to_payload(c);
    if (payload % alignment != 0) {
        /* What lies before it becomes a chunk too, of at least MINSIZE. */
        size_t lead = align_up(payload + MINSIZE, alignment) - payload;
        c = cut_chunk(c, lead);
    }
    return c;
}

/* Can this chunk, which the program gives back, be one of ours and in use?
 * (Most of the messages are glibc's, here and elsewhere.) */
static void check_free(struct arena *a, struct chunk *c)
{
    struct chunk *next = chunk_after(c);

    /* Does it lie in top? */
    if (c >= a->top && (char *)c < a->end)
        fatal("double free or corruption (top)");
    /* Does it lie outside our memory, or reach into top? */
    if (!is_below_top(a, c))
        fatal("double free or corruption (out)");
    /* Does the P of the next chunk say that it is free already? */
    if (!chunk_in_use(c))
        fatal("double free or corruption (!prev)");
    /* Was the header of the next chunk overwritten? */
    if (!is_plausible(a, next))
        fatal("free(): invalid next size (normal)");
}

void free_chunk(struct arena *a, struct chunk *c)
{
    check_free(a, c);
    freelist_push(&a->free_list, c);
}

bool resize_chunk(struct arena *a, struct chunk *c, size_t size)
{
    if (chunk_size(c) >= a->system_mem)
        fatal("realloc(): invalid old size");
    if (!is_below_top(a, c) || !chunk_in_use(c))
        fatal("realloc(): invalid pointer");
    if (!is_plausible(a, chunk_after(c)))
        fatal("realloc(): invalid next size");
    return chunk_size(c) >= size;
}
