/* moving.h - a heap whose objects move: what a program uses
 *
 *      moving_start(64 << 20, 2, 100);
 *      thread_attach();
 *      struct object **list = root_push(NULL);
 *      struct object *o = object_new(1, 100);    1 reference, 100 bytes of data
 *      store_reference(o, 0, *list);
 *      *list = o;
 *
 * There is no free. What can be reached from a root, or from the global
 * reference, is live; the rest is found and given back while the program runs.
 *
 * The rules, which a compiler would follow for a language that has such a heap:
 *
 * - object_new(), collect(), thread_return() and safepoint() are safepoints. A
 *   reference in a variable is good until the thread's next one. What is needed
 *   beyond it stays in a root, or in a slot of an object.
 *   So an object is made first, and stored in a statement of its own: in
 *   store_reference(*root, 0, object_new(0, 8)), *root may be read before.
 * - A loop that runs long without any of them calls safepoint().
 * - Around whatever makes a thread wait stand thread_leave() and
 *   thread_return(). A lock that a thread holds at a safepoint is not taken by
 *   others without these.
 * - Data that several threads use needs its own synchronization. Slots need
 *   none: who loads a reference sees the object as it was when it was stored.
 *
 * A heap that is full ends the program: one line on stderr, exit status 1.
 */
#ifndef MOVING_H
#define MOVING_H

#include "barrier.h"
#include "collector.h"
#include "thread.h"

/* Begin with an empty heap of at most so many bytes, whose collector has so
 * many workers. A cycle begins when what is held has grown by so many per cent
 * since the last one, or earlier. Returns 0 or a negative errno. */
int moving_start(size_t capacity, size_t workers, size_t growth);

/* All threads must have been detached. */
void moving_stop(void);

/* A new object with so many references, all NULL, and so many bytes of data,
 * all zero. Its address is a multiple of 8. It is a safepoint. */
struct object *object_new(size_t references, size_t bytes);

/* Bytes of memory that the heap has at this moment: pages, marks, tables. */
size_t moving_held(void);

#endif
