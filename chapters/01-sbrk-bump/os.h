/* os.h - what the allocator asks of the system
 *
 * All memory comes from the system, and goes back to it, through these
 * functions. To run the allocator on another system, replace os.c.
 */
#ifndef OS_H
#define OS_H

#include <stddef.h>

/* Bytes that the system gave: where they begin, and how many there are. They
 * are all zero. If start is NULL there are none. */
struct span {
    char *start;
    size_t size;
};

/* The size of a page, the unit in which the system gives memory, in bytes. */
size_t os_page_size(void);

/* The program break: the first address after the heap of the process. */
char *os_break(void);

/* Move the break up by size bytes. Returns the old break, which is where the
 * new memory begins, or NULL with errno ENOMEM. */
char *os_grow(size_t size);

/* Map size bytes of fresh memory, all zero; size is a multiple of a page.
 * Returns NULL with errno ENOMEM on failure. */
void *os_map(size_t size);

/* Write message as a line to standard error, without allocating, and abort().
 * Locks may be held: if there are threads, a handler of SIGABRT must not
 * allocate. */
void fatal(const char *message) __attribute__((noreturn, cold));

#endif
