/* allocate.h - room for an object, at the top of the thread's own page
 *
 * Each thread fills a small page of its own, so nobody else has to be asked for
 * most objects. It takes a new page when the next object does not fit, and at
 * the start of each marking (retire_page()): so a page is either new in this
 * cycle, as a whole, or not at all.
 */
#ifndef ALLOCATE_H
#define ALLOCATE_H

#include "heap.h"
#include "thread.h"

/* The offset of so many bytes that are zero, or 0 if there is no memory. */
uintptr_t allocate(size_t bytes, enum claim claim);

/* Take back the last thing that this thread has allocated, if it is small. */
void take_back(uintptr_t offset, size_t bytes);

/* The thread is to begin another page. */
void retire_page(struct thread *t);

#endif
