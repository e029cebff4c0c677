/* arena.c - the memory of an arena: its regions, and top at their end
 *
 * Memory is taken from the system in large steps, of top_pad bytes and more,
 * because a system call costs as much as dozens of calls of malloc(). What is
 * not yet dealt out is top. Top is a chunk like the others: its size says how
 * much is left. Chunks are cut from its start, so it moves up.
 *
 * Invariant: top ends where the newest region ends, and has at least MINSIZE
 * bytes. So the last chunk always has a header after it, and a fence has room.
 */
#include "arena.h"
#include "bins.h"
#include "break.h"
#include "params.h"

struct arena main_arena = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* No lock is needed: arenas may be added meanwhile, but are never removed. */
struct arena *next_arena(struct arena *a)
{
    return a == NULL ? &main_arena : a->next;
}

/* Free the old top except for its end, which is returned to become the fence.
 * There is nothing to merge with, because the chunk before top is in use. */
static struct chunk *free_old_top(struct arena *a, struct chunk *old_top)
{
    size_t rest = chunk_size(old_top) - MINSIZE;
    if (rest < MINSIZE)
        return old_top;

    struct chunk *end = cut_chunk(old_top, rest);
    unsorted_push(a, old_top);
    return end;
}

/* Begin a region with these bytes. The newest region until now, if there is
 * one, cannot grow any more: it is closed with a fence, which leads to the new
 * region. */
static void begin_region(struct arena *a, struct span fresh)
{
    struct chunk *old_top = a->top;

    a->top = make_chunk(fresh.start, fresh.size);
    if (a != &main_arena)
        a->top->size |= NON_MAIN_ARENA;
    a->zero_from = fresh.start + HEADER_SIZE;
    if (old_top == NULL) {
        a->first = a->top;
        bins_init(a);
        return;
    }
    struct chunk *end = free_old_top(a, old_top);
    struct fence *fence = (struct fence *)end;
    fence->extent = chunk_size(end);
    fence->next = a->top;
    set_size(end, 0);
    if (a != &main_arena) /* trim.c may open the region again */
        heap_of(fence)->fence = fence;
}

/* The arena owns these bytes from now on. */
static void hold_more(struct arena *a, struct span fresh)
{
    a->end = fresh.start + fresh.size;
    if (a->low == NULL || fresh.start < a->low)
        a->low = fresh.start;
    if (a->end > a->high)
        a->high = a->end;
    a->system_mem += fresh.own + fresh.size;
    if (a->max_system_mem < a->system_mem)
        a->max_system_mem = a->system_mem;
}

void arena_init(struct arena *a, struct span fresh)
{
    pthread_mutex_init(&a->lock, NULL);
    begin_region(a, fresh);
    hold_more(a, fresh);
}

bool grow_top(struct arena *a, size_t size)
{
    struct span (*grow)(char *, size_t, size_t, size_t) =
        a == &main_arena ? break_grow : heap_grow;
    struct span fresh =
        grow(a->end, top_size(a), size + MINSIZE, params.top_pad);

    if (fresh.start == NULL)
        return false;
    if (fresh.start == a->end)
        set_size(a->top, top_size(a) + fresh.size);
    else
        begin_region(a, fresh);
    if (a->zero_from < fresh.zero_from)
        a->zero_from = fresh.zero_from;
    hold_more(a, fresh);
    return true;
}

struct chunk *take_from_top(struct arena *a, size_t size)
{
    check_top(a);
    if (top_size(a) < size + MINSIZE && !grow_top(a, size))
        return NULL;

    struct chunk *c = a->top;
    a->top = cut_chunk(c, size);
    /* Top was zero from zero_from on. If that lies in this payload, the
     * payload's end is zero, and the new top is zero but for its header. */
    char *payload_end = (char *)a->top + sizeof(size_t);
    if (payload_end > a->zero_from) {
        a->zero_bytes = (size_t)(payload_end - a->zero_from);
        a->zero_from = (char *)a->top + HEADER_SIZE;
    }
    return c;
}
