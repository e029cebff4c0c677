/* thread.h - threads, their roots, and the pauses in which they stand still
 *
 * A root is a variable of the program that the collector knows: where it looks
 * for objects in use, and what it corrects when they move. Each thread of the
 * program, a mutator, keeps its roots on a stack of its own. The collector only
 * looks at it in a pause.
 *
 * A pause begins when all mutators stand at a safepoint: a call that says that
 * the thread has no references but its roots. They have to call safepoint()
 * again and again, as nobody can stop them from outside. While a thread waits
 * for something else it is away, and pauses do not wait for it. It cannot come
 * back during one.
 */
#ifndef THREAD_H
#define THREAD_H

#include "object.h"

#include <pthread.h>

enum { ROOTS = 4096 };

struct page;
struct segment;

struct thread {
    struct thread *next;     /* in the list of mutators */
    struct page *page;       /* the one that it fills, or NULL */
    struct segment *segment; /* objects that it has marked (mark.c), or NULL */
    size_t roots;            /* that there are on the stack */
    struct object *root[ROOTS];
};

/* Of the thread that runs: a mutator, or one of the collector's. */
extern _Thread_local struct thread *self;

extern struct thread *mutators; /* changes in no pause */
extern atomic_bool pause_wanted;

/* Become a mutator, and be one no more. A thread that ends must have left. */
void thread_attach(void);
void thread_detach(void);

/* Be away: no references but the roots, which may be corrected meanwhile. */
void thread_leave(void);
void thread_return(void);

/* Stand still if there is a pause. */
static inline void safepoint(void)
{
    if (atomic_load_explicit(&pause_wanted, memory_order_relaxed)) {
        thread_leave();
        thread_return();
    }
}

/* A new root that holds this reference, on top of the others; and no longer. */
struct object **root_push(struct object *o);
void root_pop(size_t count);

/* The collector's: wait until all stand still, and let them go on. */
void pause_begin(void);
void pause_end(void);

#endif
