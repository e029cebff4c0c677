/* threads.h - which thread uses which arena
 *
 * See threads.c, where the order of locks is written down.
 */
#ifndef THREADS_H
#define THREADS_H

#include "arena.h"

/* The arena of this thread; NULL before its first call. */
extern __thread struct arena *thread_arena
    __attribute__((tls_model("initial-exec")));

/* Attach this thread to an arena, which is returned. */
struct arena *attach_thread(void);

/* No arena is added between these two, and no thread attached. */
bool arenas_lock(void);
void arenas_unlock(bool locked);

/* In a forked child: only this thread is left. */
void forget_other_threads(void);

#endif
