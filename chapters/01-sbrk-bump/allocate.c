/* allocate.c - the work of malloc, free, realloc and memalign on chunks
 *
 * The simplest policy there is: each chunk is cut from top, and none is ever
 * used again. Allocating takes the same few instructions, whatever the size and
 * whatever came before, until top must grow. The price is memory: every chunk
 * that was ever freed is lost.
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
    /* Was the header of the next chunk overwritten? */
    if (!is_plausible(a, next))
        fatal("free(): invalid next size (normal)");
}

void free_chunk(struct arena *a, struct chunk *c)
{
    check_free(a, c);
    /* Top only moves up: this chunk will never be used again. */
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
