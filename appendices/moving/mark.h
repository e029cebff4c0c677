/* mark.h - find all objects that can still be reached, while the program runs
 *
 * An object is white as long as its bit is 0: nobody has reached it in this
 * cycle. It is grey when its bit is set and it stands on a mark stack, and
 * black when its slots have been followed. What was allocated since marking
 * began is black from the start. When nothing is grey any more, what is white
 * cannot be reached.
 *
 * The program only ever gets references that were marked: its roots are, in the
 * pause at the start, and the load barrier marks each reference that it loads.
 * So no slot of a black object can come to hold a white one.
 *
 * Whoever marks an object, mutator or worker, puts it into a segment of its
 * own. Full segments go on a shared list, where the workers find them.
 */
#ifndef MARK_H
#define MARK_H

#include "thread.h"

/* The object of a reference whose colour is bad, marked. */
struct object *mark_reference(struct object *stale);

/* So does the collector with a root, in a pause. */
void mark_root(struct object **root);

/* Put what this thread has marked on the shared list. */
void mark_hand_over(struct thread *t);

/* A worker's: follow objects until all workers find nothing more. */
void mark_begin(size_t workers);
void mark_until_nothing_is_left(void);

/* Is the shared list empty? */
bool mark_is_done(void);

#endif
