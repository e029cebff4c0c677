/* heap.c - memory for arenas other than the main one
 *
 * There is only one break, and the main arena has it. The other arenas take
 * heaps: stretches of address space, HEAP_MAX_SIZE long and aligned to that, of
 * which only the start is accessible at first. Address space costs no memory. A
 * heap grows by making more of it accessible, and so stays in one piece.
 *
 *   heap -> [heap_info][arena, in the first][chunk][chunk][   top   ]........
 *            \_________________ size ______________________________/
 *
 * Because of the alignment, the address of a chunk tells which heap it lies in,
 * and so which arena: free() needs no table to find it.
 *
 * Like break.c this is a source of memory: each heap becomes a region of its
 * arena. (The heap of a process, which os.c describes, is something else.)
 */
#include "heap.h"

#include <errno.h>

/* No heap is shorter than this when it begins, in bytes. */
#define HEAP_MIN_SIZE ((size_t)32 * 1024)

struct heap_info *new_heap(size_t header, size_t size, size_t pad)
{
    header = align_up(header, MALLOC_ALIGNMENT) + CHUNK_OFFSET;
    size_t room = HEAP_MAX_SIZE - header - MALLOC_ALIGNMENT;
    if (size > room) {
        errno = ENOMEM;
        return NULL;
    }
    size += header + MALLOC_ALIGNMENT + (pad < room - size ? pad : room - size);
    size = align_up(size, os_page_size());
    if (size < HEAP_MIN_SIZE)
        size = HEAP_MIN_SIZE;
    struct heap_info *heap = os_reserve(HEAP_MAX_SIZE);
    if (heap == NULL)
        return NULL;
    if (!os_open(heap, size)) {
        os_unmap(heap, HEAP_MAX_SIZE);
        return NULL;
    }
    heap->first = (struct chunk *)((char *)heap + header);
    heap->size = heap->mprotect_size = size;
    return heap;
}

struct span heap_span(struct heap_info *heap)
{
    char *first = (char *)heap->first, *end = (char *)heap + heap->size;

    return (struct span){
        .start = first,
        .size = (size_t)(end - first) - CHUNK_OFFSET,
        .own = (size_t)(first - (char *)heap),
    };
}

/* Make a heap longer by more bytes, a multiple of a page. */
static bool extend_heap(struct heap_info *heap, size_t more)
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
    return true;
}

struct span heap_grow(char *end, size_t have, size_t size, size_t pad)
{
    struct heap_info *heap = heap_of(end - 1);
    char *unopened = (char *)heap + heap->mprotect_size; /* all zero */
    size_t more = align_up(size - have, os_page_size());
    size_t room = HEAP_MAX_SIZE - heap->size;

    pad = align_down(pad, os_page_size());
    if (more < room) /* as much to spare as there is room for */
        more += pad < room - more ? pad : room - more;
    if (extend_heap(heap, more))
        return (struct span){.start = end, .size = more, .zero_from = unopened};

    struct heap_info *next = new_heap(sizeof(struct heap_info), size, pad);
    if (next == NULL)
        return (struct span){.start = NULL};
    next->arena = heap->arena;
    next->prev = heap;
    return heap_span(next);
}

/* The pages go back; their addresses stay accessible. (Some systems do not
 * discard the pages, so heap_grow() does not count on zeros there.) */
bool heap_shrink(char *end, size_t size)
{
    if (!os_discard(end + CHUNK_OFFSET - size, size))
        return false;
    heap_of(end - 1)->size -= size;
    return true;
}
