/* allocate.c - the work of malloc, free, realloc and memalign on chunks
 *
 * This is the simplest policy there is: cut the next chunk from top, and
 * never take one back. Allocating costs a comparison and two additions,
 * whatever the size and whatever came before. What it costs in memory is
 * every chunk that was ever freed.
 */
#include "allocate.h"
#include "os.h"

struct chunk *allocate_chunk(struct arena *a, size_t size)
{
    return take_from_top(a, size);
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
        /* What lies before it becomes a chunk too: it must be long enough. */
        size_t lead = align_up(payload + MINSIZE, alignment) - payload;
        c = cut_chunk(c, lead);
    }
    return c;
}

/* Can this chunk, which the program gives back, be one of ours and in use? Most
 * texts are glibc's, here and elsewhere. */
static void check_free(struct arena *a, struct chunk *c)
{
    struct chunk *next = chunk_after(c);

    /* Does it lie in top? */
    if (c >= a->top && (char *)c < a->end)
        fatal("double free or corruption (top)");
    /* Does it lie elsewhere, or reach into top? */
    if (!is_below_top(a, c))
        fatal("double free or corruption (out)");
    /* Was the header after it overwritten? */
    if (!is_plausible(a, next))
        fatal("free(): invalid next size (normal)");
}

void free_chunk(struct arena *a, struct chunk *c)
{
    check_free(a, c);
    /* A bump pointer goes one way: there is nothing that we could do. */
}

bool resize_chunk(struct arena *a, struct chunk *c, size_t size)
{
    if (chunk_size(c) >= a->system_mem)
        fatal("realloc(): invalid old size");
    if (!is_below_top(a, c))
        fatal("realloc(): invalid pointer");
    if (!is_plausible(a, chunk_after(c)))
        fatal("realloc(): invalid next size");
    return chunk_size(c) >= size;
}
