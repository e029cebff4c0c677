/* trim.c - give memory back to the system
 *
 * The break can go down only as far as the last chunk in use. So what is free
 * at the end, in top, goes back for good, together with its addresses. What is
 * free further down keeps its addresses, but the pages behind them can go back:
 * the system gives new ones when they are touched again.
 * The same is true of other arenas; a heap that is all top goes back whole.
 *
 * Both cost a system call, and later a page fault for each page. So free() only
 * gives back, from time to time, what nobody has needed for a second; or at
 * once if very much is free, but each second only once what the arena has.
 */
#include "trim.h"
#include "bins.h"
#include "break.h"
#include "coalesce.h"
#include "params.h"

#include <time.h>

/* How much must be freed: so many bytes, and this part of those in use. */
#define TICK_BYTES ((size_t)128 * 1024)
#define TICK_PART  128

#define LONG_SIZE ((size_t)16 * 1024) /* of free chunks that count */

/* How many bytes, in whole pages, does top have beyond pad and MINSIZE? */
static size_t spare_bytes(const struct arena *a, size_t pad)
{
    size_t size = top_size(a);

    if (size < MINSIZE || size - MINSIZE < pad)
        return 0;
    return align_down(size - MINSIZE - pad, os_page_size());
}

/* Give whole pages at the end of top back, but keep pad bytes to spare. */
static bool shrink_top(struct arena *a, size_t pad)
{
    size_t extra = spare_bytes(a, pad);

    check_top(a);
    bool (*shrink)(char *, size_t) =
        a == &main_arena ? break_shrink : heap_shrink;
    if (extra == 0 || !shrink(a->end, extra))
        return false;
    set_size(a->top, top_size(a) - extra);
    a->system_mem -= extra;
    a->end -= extra;
    if (a->zero_from > a->end) /* new pages after the end will be zero */
        a->zero_from = a->end + CHUNK_OFFSET;
    return true;
}

/* How long top could become if this heap were the newest again. */
static size_t room_in(const struct heap_info *heap)
{
    const struct chunk *end = (const struct chunk *)heap->fence;
    size_t free_before = prev_in_use(end) ? 0 : end->prev_size;

    return HEAP_MAX_SIZE - heap->size + extent(end) + free_before;
}

/* Make the region of this heap the newest again: its fence becomes top,
 * together with the chunk before that if it is free. */
static void reopen_region(struct arena *a, struct heap_info *heap)
{
    struct chunk *top = (struct chunk *)heap->fence;

    set_size(top, extent(top));
    a->zero_from = a->end = (char *)chunk_after(top);
    if (!prev_in_use(top)) {
        size_t size = chunk_size(top);
        top = chunk_before(top);
        freelist_unlink(top);
        set_size(top, chunk_size(top) + size);
    }
    heap->fence = NULL;
    a->top = top;
}

/* Give the newest heap back as long as it is all top, unless the heap before it
 * has no room: the next request would want a new one at once. */
static void delete_free_heaps(struct arena *a)
{
    struct heap_info *heap = heap_of(a->top);
    size_t enough = params.top_pad + MINSIZE + os_page_size();

    while (a->top == heap->first && heap->prev != NULL &&
           room_in(heap->prev) >= enough) {
        struct heap_info *prev = heap->prev;
        a->system_mem -= (size_t)(a->end - (char *)heap);
        os_unmap(heap, HEAP_MAX_SIZE);
        reopen_region(a, prev);
        heap = prev;
    }
}

/* Give the whole pages inside a free chunk back. The links at its start and the
 * foot after its end must stay. */
static size_t discard_inside(struct chunk *c)
{
    size_t page = os_page_size();
    uintptr_t start = align_up((uintptr_t)c + sizeof(struct chunk), page);
    uintptr_t end = align_down((uintptr_t)chunk_after(c), page);

    if (start >= end || !os_discard((void *)start, end - start))
        return 0;
    return end - start;
}

static size_t discard_in_list(const struct freelist *list, size_t budget)
{
    struct chunk *c = NULL;
    size_t gone = 0;

    while (gone < budget && (c = freelist_next(list, c)) != NULL)
        gone += discard_inside(c);
    return gone;
}

size_t discard_free_pages(struct arena *a, size_t budget)
{
    size_t gone = 0;

    for (size_t i = UNSORTED_BIN; i < NBINS && gone < budget; i++)
        gone += discard_in_list(&a->bins[i], budget - gone);
    return gone;
}

bool trim_arena(struct arena *a, size_t pad)
{
    consolidate_fastbins(a);
    bool gone = discard_free_pages(a, SIZE_MAX) != 0;
    if (a != &main_arena)
        delete_free_heaps(a);
    return shrink_top(a, pad) || gone;
}

/* How many bytes are free in top and in long chunks? */
static size_t spare_in_all(struct arena *a)
{
    size_t bytes = top_size(a);

    for (size_t i = bin_index(LONG_SIZE); i < NBINS; i++) {
        struct chunk *c = NULL;
        while ((c = freelist_next(&a->bins[i], c)) != NULL)
            bytes += chunk_size(c);
    }
    return bytes;
}

/* Should memory go back? Of the free bytes, a->clean have no pages any more,
 * and a->least have been free for a second. */
static bool has_excess(struct arena *a)
{
    size_t bytes = spare_in_all(a);
    size_t now = (size_t)time(NULL);

    a->in_use = a->system_mem - bytes;
    a->clean = a->clean < bytes ? a->clean : bytes;
    a->least = a->least < bytes ? a->least : bytes;
    size_t keep = a->clean + params.top_pad + a->in_use / 4;
    size_t hoard = (size_t)(a == &main_arena ? 24 : 4) << 20; /* MiB */
    bool excess = bytes > keep + hoard && bytes > a->in_use &&
                  a->gone < a->max_system_mem;
    if (a->second != now) {
        excess = a->least > keep || top_size(a) > hoard;
        a->second = now;
        a->least = bytes;
        a->gone = 0;
    }
    a->gone += excess ? bytes - a->clean : 0;
    return excess;
}

void trim_from_time_to_time(struct arena *a)
{
    if (a->freed < TICK_BYTES || a->freed < a->in_use / TICK_PART)
        return;
    a->freed = 0;
    consolidate_fastbins(a);
    unsorted_take(a, SIZE_MAX); /* files all chunks */
    if (!has_excess(a) && params.dynamic)
        return;
    discard_free_pages(a, SIZE_MAX);
    if (a != &main_arena)
        delete_free_heaps(a);
    if (top_size(a) >= params.trim_threshold)
        shrink_top(a, params.top_pad);
    a->clean = a->system_mem - a->in_use;
}
