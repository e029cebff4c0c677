/* heap.h - memory for arenas other than the main one
 *
 * See heap.c. The caller holds the arena's lock.
 */
#ifndef HEAP_H
#define HEAP_H

#include "arena.h"
#include "params.h"

/* Every heap begins at a multiple of this, and is at most so long, in bytes. */
#define HEAP_MAX_SIZE (2 * MAX_MMAP_THRESHOLD)

struct heap_info {
    struct arena *arena;
    struct heap_info *prev; /* the heap that was filled before this one */
    struct chunk *first;    /* its first chunk, behind this header */
    struct fence *fence;    /* its end, once another heap has been begun */
    size_t size;            /* bytes held, up to the end of top */
    size_t mprotect_size;   /* bytes that were ever made accessible */
};

/* The heap in which a chunk of an arena other than the main one lies. */
static inline struct heap_info *heap_of(const struct chunk *c)
{
    return (struct heap_info *)((uintptr_t)c & ~(HEAP_MAX_SIZE - 1));
}

/* An arena with a heap of its own, in which it lies itself. NULL with errno
 * ENOMEM if there is no memory for it. */
struct arena *new_arena(void);

/* Make top long enough to give size bytes and keep MINSIZE, in a new heap if
 * it must be. Returns false with errno ENOMEM if that cannot be done. */
bool heap_grow_top(struct arena *a, size_t size);

/* Give size bytes at the end of a heap back; size is a multiple of a page.
 * Returns false if they cannot go. */
bool heap_discard(struct heap_info *heap, size_t size);

/* Give heaps back that are all top, as long as there is room before them. */
void delete_free_heaps(struct arena *a);

#endif
