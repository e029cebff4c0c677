/* trim.c - give memory back to the system
 *
 * The break can go down only as far as the last chunk in use. So what is free
 * at the end, in top, goes back for good, together with its addresses. What is
 * free further down keeps its addresses, but the pages behind them can go back:
 * the system gives new ones when they are touched again.
 *
 * Both cost a system call, and later a page fault for each page. So free()
 * trims top only when it has become long, and pages inside free chunks go back
 * only when malloc_trim() is called.
 */
#include "trim.h"
#include "break.h"
#include "coalesce.h"

/* How long top may become before memory is given back, in bytes. It is as much
 * as TOP_PAD, which is kept: nothing goes back before top is a page and MINSIZE
 * longer. */
#define TRIM_THRESHOLD (128 * 1024)

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
    if (extra == 0 || !break_shrink(a->end, extra))
        return false;
    set_size(a->top, top_size(a) - extra);
    a->system_mem -= extra;
    a->end -= extra;
    if (a->zero_from > a->end) /* new pages after the end will be zero */
        a->zero_from = a->end + CHUNK_OFFSET;
    return true;
}

void trim_top(struct arena *a)
{
    if (top_size(a) < TRIM_THRESHOLD || spare_bytes(a, TOP_PAD) == 0)
        return;
    consolidate_fastbins(a); /* top may become longer by this */
    shrink_top(a, TOP_PAD);
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
    return shrink_top(a, pad) || gone;
}
