/* heap.c - memory for arenas other than the main one
 *
 * There is only one break, and the main arena has it. The others take heaps:
 * stretches of address space, HEAP_MAX_SIZE long and aligned to that, of which
 * only the start is accessible at first. Address space costs no memory; a heap
 * grows by making more of it accessible, and so stays in one piece.
 *
 *   heap -> [heap_info][arena, in the first][chunk][chunk][   top   ]........
 *            \_________________ size ______________________________/
 *
 * Because of the alignment, the heap of a chunk, and so its arena, follows
 * from its address: free() needs no table to find it.
 *
 * A heap is a region (see arena.h). When it is full another one is begun, and
 * this one is closed with a fence. Should all of the newer one become free, it
 * is given back, and this one is opened again.
 */
#include "heap.h"
#include "bins.h"
#include "os.h"
#include "params.h"

#include <errno.h>

/* No heap begins smaller than this, in bytes. */
#define HEAP_MIN_SIZE ((size_t)32 * 1024)

/* Make the heap more bytes longer; more is a multiple of a page. */
static bool grow_heap(struct heap_info *heap, size_t more)
{
    size_t size = heap->size + more;

    if (more > HEAP_MAX_SIZE || size > HEAP_MAX_SIZE)
        return false;
    if (size > heap->mprotect_size) {
        if (!os_open((char *)heap + heap->mprotect_size,
                     size - heap->mprotect_size))
            return false;
        heap->mprotect_size = size;
    }
    heap->size = size;
    hold_more(heap->arena, more);
    return true;
}

/* The pages go back, their addresses stay accessible. */
bool heap_discard(struct heap_info *heap, size_t size)
{
    if (!os_discard((char *)heap + heap->size - size, size))
        return false;
    heap->size -= size;
    return true;
}

/* A heap for an arena that has none yet, or a further one, in which size bytes
 * are accessible, and pad more if there is room. NULL with errno ENOMEM if that
 * cannot be had. */
static struct heap_info *new_heap(size_t size, size_t pad)
{
    if (size > HEAP_MAX_SIZE) {
        errno = ENOMEM;
        return NULL;
    }
    if (pad > HEAP_MAX_SIZE - size)
        pad = HEAP_MAX_SIZE - size;
    size = align_up(size + pad, os_page_size());
    if (size < HEAP_MIN_SIZE)
        size = HEAP_MIN_SIZE;
    struct heap_info *heap = os_reserve(HEAP_MAX_SIZE);
    if (heap == NULL)
        return NULL;
    if (!os_open(heap, size)) {
        os_unmap(heap, HEAP_MAX_SIZE);
        return NULL;
    }
    heap->size = heap->mprotect_size = size;
    return heap;
}

/* Begin a region in a new heap, after used bytes of header. */
static void begin_heap(struct arena *a, struct heap_info *heap, size_t used)
{
    used = align_up(used + HEADER_SIZE, MALLOC_ALIGNMENT) - HEADER_SIZE;
    size_t size = align_down(heap->size - used, MALLOC_ALIGNMENT);

    heap->arena = a;
    heap->first = (struct chunk *)((char *)heap + used);
    hold_more(a, used + size);
    begin_region(a, (char *)heap->first, size);
}

struct arena *new_arena(void)
{
    size_t used = sizeof(struct heap_info) + sizeof(struct arena);
    struct heap_info *heap = new_heap(used + 2 * MINSIZE, params.top_pad);
    if (heap == NULL)
        return NULL;

    struct arena *a = (struct arena *)(heap + 1);
    pthread_mutex_init(&a->lock, NULL);
    bins_init(a);
    begin_heap(a, heap, used);
    return a;
}

bool heap_grow_top(struct arena *a, size_t size)
{
    struct heap_info *old = heap_of(a->top);
    size_t more = align_up(size + MINSIZE - top_size(a), os_page_size());
    size_t room = HEAP_MAX_SIZE - old->size;
    size_t pad = align_down(params.top_pad, os_page_size());

    if (more < room) /* as much to spare as there is room for */
        more += pad < room - more ? pad : room - more;
    if (grow_heap(old, more)) {
        set_size(a->top, top_size(a) + more);
        return true;
    }
    /* begin_heap() rounds its header up by less than MALLOC_ALIGNMENT. */
    size_t used = sizeof(struct heap_info) + MALLOC_ALIGNMENT;
    struct heap_info *heap = new_heap(used + size + MINSIZE, params.top_pad);
    if (heap == NULL)
        return false;
    struct chunk *old_top = a->top;
    heap->prev = old;
    begin_heap(a, heap, sizeof(struct heap_info));
    if (!is_fence(old_top)) /* all but its end was freed: see free_old_top() */
        old_top = chunk_after(old_top);
    old->fence = (struct fence *)old_top;
    return true;
}

/* How large would top be, were this heap the newest again? */
static size_t room_in(const struct heap_info *heap)
{
    const struct chunk *end = (const struct chunk *)heap->fence;
    size_t free_before = prev_in_use(end) ? 0 : end->prev_size;

    return HEAP_MAX_SIZE - heap->size + extent(end) + free_before;
}

/* The newest heap is all top. Give it back, and open the one before: its fence
 * becomes top, with the free chunk before that. */
static void delete_heap(struct arena *a, struct heap_info *heap)
{
    struct heap_info *prev = heap->prev;
    struct chunk *top = (struct chunk *)prev->fence;

    a->system_mem -= top_size(a) + (size_t)((char *)heap->first - (char *)heap);
    os_unmap(heap, HEAP_MAX_SIZE);

    set_size(top, extent(top));
    if (!prev_in_use(top)) {
        size_t size = chunk_size(top);
        top = chunk_before(top);
        freelist_unlink(top);
        set_size(top, chunk_size(top) + size);
    }
    prev->fence = NULL;
    a->top = top;
}

void delete_free_heaps(struct arena *a)
{
    struct heap_info *heap = heap_of(a->top);
    size_t enough = params.top_pad + MINSIZE + os_page_size();

    while (a->top == heap->first && heap->prev != NULL &&
           room_in(heap->prev) >= enough) {
        struct heap_info *prev = heap->prev;
        delete_heap(a, heap);
        heap = prev;
    }
}
