/* heap.h - memory for arenas other than the main one
 *
 * See heap.c. The caller holds the lock of the arena, unless the arena is new.
 */
#ifndef HEAP_H
#define HEAP_H

#include "chunk.h"
#include "os.h"
#include "params.h"

/* Every heap begins at a multiple of this, and has at most this many bytes. */
#define HEAP_MAX_SIZE (2 * MAX_MMAP_THRESHOLD)

struct heap_info {
    struct arena *arena;
    struct heap_info *prev; /* the heap that was filled before this one */
    struct chunk *first;    /* its first chunk, behind this header */
    struct fence *fence;    /* its end, once a newer heap has been begun */
    size_t size;            /* bytes held, this header included */
    size_t mprotect_size;   /* bytes that were ever made accessible */
};

/* The heap in which an address lies. */
static inline struct heap_info *heap_of(const void *address)
{
    return (struct heap_info *)((uintptr_t)address & ~(HEAP_MAX_SIZE - 1));
}

/* A new heap, which has no arena yet. It begins with header bytes, for a
 * heap_info and what else the caller puts there. At least size bytes for chunks
 * follow, and pad more if there is room. NULL with errno ENOMEM on failure. */
struct heap_info *new_heap(size_t header, size_t size, size_t pad);

/* The bytes for chunks in a new heap. */
struct span heap_span(struct heap_info *heap);

/* As break_grow(), for the heap that ends at end. If it is full, a new heap for
 * the same arena is begun. */
struct span heap_grow(char *end, size_t have, size_t size, size_t pad);

/* Give back size bytes that end at end, a multiple of a page. Returns false if
 * they cannot go back. */
bool heap_shrink(char *end, size_t size);

#endif
