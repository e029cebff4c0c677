/* arenas.h - which thread uses which arena
 *
 * See arenas.c, where the order of locks is written down.
 */
#ifndef ARENAS_H
#define ARENAS_H

#include "heap.h"

/* The arena that this thread is attached to; NULL before its first call. */
extern __thread struct arena *thread_arena
    __attribute__((tls_model("initial-exec")));

/* Attach this thread to an arena, which is returned. */
struct arena *attach(void);

/* The arena of this thread, locked. */
static inline struct arena *arena_get(void)
{
    struct arena *a = thread_arena != NULL ? thread_arena : attach();

    arena_lock(a);
    return a;
}

/* This arena, locked, has no memory for a request. Unlocks it, and returns
 * another one, locked, that may have some; NULL if there is none. */
struct arena *arena_get_retry(struct arena *a);

/* The arena of a chunk that is in use and not mapped. */
static inline struct arena *arena_of(const struct chunk *c)
{
    if ((c->size & NON_MAIN_ARENA) != 0)
        return heap_of(c)->arena;
    return &main_arena;
}

/* All arenas stand still, none is added, between these two. */
void arenas_lock(void);
void arenas_unlock(void);

/* The arena that follows; NULL after the last one. Begin with NULL, and with
 * the arenas locked. */
struct arena *next_arena(struct arena *a);

/* In a forked child: only this thread is left. */
void forget_other_threads(void);

#endif
