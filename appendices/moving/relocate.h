/* relocate.h - the emptiest pages are emptied, while the program runs
 *
 * When marking has ended, all is known about a page that was not opened since:
 * how many of its bytes live, and which. A page without any is free. Of the
 * others, those that waste most are to be emptied: each of their objects is
 * copied to the page that a worker fills, a forwarding table says where it is
 * now, and the page is free when the last one has gone. The emptiest go first,
 * since for them least is copied until a page is free.
 *
 * The program does not wait for that. If it loads a reference to an object that
 * has not moved yet, it moves the object itself. So it never sees the old copy,
 * and nobody writes to that while it is copied.
 *
 * If there is no memory for the copy, the object stays, and so does its page:
 * it is pinned, until the next cycle.
 */
#ifndef RELOCATE_H
#define RELOCATE_H

#include "thread.h"

/* Choose the pages; returns how many. There must be no tables of the cycle
 * before. */
size_t relocate_select(void);

/* The object of a reference whose colour is bad, at its new place. */
struct object *relocate_reference(struct object *stale);
void relocate_root(struct object **root);

/* A worker's: empty chosen pages, until there is none left. */
void relocate_until_nothing_is_left(void);

/* All have gone: what was marked is needed no more. Before the next marking. */
void relocate_end(void);

/* Forget all tables: no reference needs them. */
void relocate_forget(void);

#endif
