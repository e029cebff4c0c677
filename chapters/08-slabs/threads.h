/* threads.h - which thread uses which arena
 *
 * See threads.c, which has the order of locks.
 */
#ifndef THREADS_H
#define THREADS_H

#include "arena.h"

/* The arena of this thread; NULL before its first allocation. */
extern __thread struct arena *thread_arena
    __attribute__((tls_model("initial-exec")));

/* Attach this thread to an arena, which is returned. */
struct arena *attach_thread(void);

/* Between these two calls no arena is added and no thread is attached. */
bool arenas_lock(void);
void arenas_unlock(bool locked);

/* In a forked child, detach all threads but this one: they are not there. */
void forget_other_threads(void);

#endif
