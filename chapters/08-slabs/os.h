/* os.h - what the allocator asks of the system
 *
 * All memory comes from the system, and goes back to it, through these
 * functions. To run the allocator on another system, replace os.c.
 */
#ifndef OS_H
#define OS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

/* Bytes that the system gave: where they begin, and how many there are. If
 * start is NULL there are none. */
struct span {
    char *start;
    size_t size;
    char *zero_from; /* they are zero from here on; NULL: all are */
    size_t own;      /* bytes before start, kept by heap.c for itself */
};

/* The size of a page, the unit in which the system gives memory, in bytes. */
size_t os_page_size(void);

/* The program break: the first address after the heap of the process. */
char *os_break(void);

/* Move the break up by size bytes. Returns the old break, which is where the
 * new memory begins, or NULL with errno ENOMEM. */
char *os_grow(size_t size);

/* Move the break down by size bytes. Returns false if it does not move. Leaves
 * errno as it was, as do all functions here that give memory back. */
bool os_shrink(size_t size);

/* Map size bytes of fresh memory, all zero; size is a multiple of a page.
 * Returns NULL with errno ENOMEM on failure. */
void *os_map(size_t size);

/* Change the length of a mapping from old_size to size bytes; it may move.
 * Returns NULL, and changes nothing, on failure. */
void *os_remap(void *address, size_t old_size, size_t size);

/* Give a mapping of size bytes back. */
void os_unmap(void *address, size_t size);

/* Give whole pages back but keep their addresses. They are zero from then on,
 * except on systems that only pretend to do it. Returns false, and changes
 * nothing, if pages are locked in memory. */
bool os_discard(void *address, size_t size);

/* Give these pages memory before they are touched: one call is much cheaper
 * than a page fault for each. If it fails, the page faults come all the same.
 */
void os_populate(void *address, size_t size);

/* Stretches of pages that are to be discarded. After each os_discard() the
 * system must see to it that no core uses the pages any more. To do this once
 * for many stretches is much cheaper. */
struct batch {
    struct iovec stretch[64];
    size_t count, bytes;
};

/* Discard these pages too, in a moment. */
void os_discard_with(struct batch *b, void *address, size_t size);

/* Discard all pages of a batch, which is empty then. */
void os_discard_batch(struct batch *b);

/* Reserve size bytes of address space, a power of two, at a multiple of size.
 * They are not accessible yet. Returns NULL with errno ENOMEM on failure. */
void *os_reserve(size_t size);

/* Make size bytes of reserved address space accessible, in whole pages. They
 * are zero at first. Returns false with errno ENOMEM on failure. */
bool os_open(void *address, size_t size);

/* Write message as a line to standard error, without allocating, and abort().
 * Locks may be held: if there are threads, a handler of SIGABRT must not
 * allocate. */
void fatal(const char *message) __attribute__((noreturn, cold));

#endif
