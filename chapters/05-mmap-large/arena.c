/* arena.c - the memory of an arena: its regions, and top at their end
 *
 * Memory comes from the system in steps of top_pad and more, because a system
 * call costs as much as dozens of calls of malloc. What is not dealt out
 * yet is top. Top is a chunk like the others, so that its size says how much
 * is left; it is moved up as chunks are cut from its start.
 *
 * Invariant: top keeps at least MINSIZE, so that there is always a header
 * after the last chunk, and room for a fence.
 */
#include "arena.h"
#include "bins.h"
#include "mapped.h"
#include "os.h"
#include "params.h"

/* What is mapped at least where the break cannot move, in bytes. */
#define MIN_MAPPED_REGION (1024 * 1024)

struct arena main_arena = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* A forked child has only the thread that called fork(). Were another one just
 * then inside malloc, the child would find the lock held forever. So fork()
 * waits for the lock, and both sides let go of it afterwards. In between there
 * may be fork handlers of others, which may allocate. */
__thread bool forking;

static void before_fork(void)
{
    arena_lock(&main_arena);
    mappings_lock();
    forking = true;
}

static void after_fork(void)
{
    forking = false;
    mappings_unlock();
    arena_unlock(&main_arena);
}

__attribute__((constructor)) static void register_fork_handlers(void)
{
    pthread_atfork(before_fork, after_fork, after_fork);
}

static char *top_end(const struct arena *a)
{
    return a->top != NULL ? (char *)chunk_after(a->top) : NULL;
}

/* Let low and high enclose the newest region. */
static void widen(struct arena *a)
{
    if (a->low == NULL || (char *)a->top < a->low)
        a->low = (char *)a->top;
    if (top_end(a) > a->high)
        a->high = top_end(a);
}

/* Free all of an old top but its end, which is returned: the place of a fence.
 * There is nothing to merge, for the chunk before top is in use. */
static struct chunk *free_old_top(struct arena *a, struct chunk *old_top)
{
    size_t rest = chunk_size(old_top) - MINSIZE;
    if (rest < MINSIZE)
        return old_top;

    struct chunk *end = make_chunk(chunk_at(old_top, rest), MINSIZE);
    set_size(old_top, rest);
    unsorted_push(a, old_top);
    return end;
}

/* Begin a region at start. The region before, if any, can grow no more: it is
 * closed with a fence, which leads on to the new one. */
static void begin_region(struct arena *a, char *start, size_t size)
{
    struct chunk *old_top = a->top;

    a->top = make_chunk(start, size);
    widen(a);
    if (old_top == NULL) {
        a->first = a->top;
        return;
    }
    struct chunk *end = free_old_top(a, old_top);
    struct fence *fence = (struct fence *)end;
    fence->extent = chunk_size(end);
    fence->next = a->top;
    set_size(end, 0);
}

/* How far after the break a region can begin: at a page, since somebody may
 * have left the break anywhere; and so that payloads are aligned, for which a
 * header of 16 bytes needs nothing more. */
static size_t region_offset(const char *start)
{
    size_t to_page = -(uintptr_t)start % os_page_size();
    return to_page + -HEADER_SIZE % MALLOC_ALIGNMENT;
}

/* The break cannot move: something lies in its way, or it has reached a limit.
 * Begin a region in a mapping. */
static bool map_region(struct arena *a, size_t size)
{
    size_t length = align_up(size + MINSIZE, os_page_size());
    if (length < MIN_MAPPED_REGION)
        length = MIN_MAPPED_REGION;
    char *start = os_map(length);
    if (start == NULL)
        return false;

    size_t skip = region_offset(start);
    length = align_down(length - skip, MALLOC_ALIGNMENT);
    a->system_mem += length;
    a->top_is_mapped = true;
    begin_region(a, start + skip, length);
    return true;
}

bool grow_top(struct arena *a, size_t size)
{
    char *start = os_break();
    bool contiguous = a->top != NULL && start == top_end(a);
    size_t have = contiguous ? top_size(a) : 0;
    size_t more = size + MINSIZE + params.top_pad - have;
    size_t skip = contiguous ? 0 : region_offset(start);

    more = align_up(more, os_page_size());
    if (start < top_end(a) && !a->top_is_mapped)
        fatal("break adjusted to free malloc space"); /* it is below ours */
    char *got = os_grow(skip + more);
    if (got == NULL)
        return map_region(a, size);
    if (got != start)
        return grow_top(a, size); /* somebody was faster: what we got is lost */
    a->system_mem += more;
    a->top_is_mapped = false;
    if (contiguous)
        set_size(a->top, have + more);
    else
        begin_region(a, start + skip, more);
    return true;
}

struct chunk *take_from_top(struct arena *a, size_t size)
{
    if (a->top != NULL &&
        (top_size(a) < MINSIZE || top_size(a) > a->system_mem))
        fatal("malloc(): corrupted top size");
    if (top_size(a) < size + MINSIZE && !grow_top(a, size))
        return NULL;
    widen(a); /* top may have grown */

    struct chunk *c = a->top;
    a->top = make_chunk(chunk_at(c, size), chunk_size(c) - size);
    set_size(c, size);
    return c;
}

/* Give whole pages of top back, but keep pad bytes to spare. */
static void shrink_top(struct arena *a, size_t pad)
{
    if (top_size(a) < MINSIZE || top_size(a) - MINSIZE < pad)
        return;
    size_t extra = align_down(top_size(a) - MINSIZE - pad, os_page_size());

    /* Is the break still where we left it? */
    if (extra == 0 || os_break() != top_end(a) || !os_shrink(extra))
        return;
    set_size(a->top, top_size(a) - extra);
    a->system_mem -= extra;
}

void trim_top(struct arena *a)
{
    if (top_size(a) >= params.trim_threshold)
        shrink_top(a, params.top_pad);
}
