/* os.h - what the allocator asks of the system
 *
 * The heap of a process is the memory between the end of its own data and an
 * address called the program break, which sbrk() moves. Everything that this
 * allocator hands out lies there.
 */
#ifndef OS_H
#define OS_H

#include <stdbool.h>
#include <stddef.h>

/* The size of a page, the unit in which the system gives memory, in bytes. */
size_t os_page_size(void);

/* The program break: the first address after the heap. */
char *os_break(void);

/* Move the break up by size bytes. Returns the break as it was, where the new
 * memory begins, or NULL with errno ENOMEM. */
char *os_grow(size_t size);

/* Move the break down by size bytes. Returns false if it stays. Leaves errno as
 * it was, as do all calls here that give memory back. */
bool os_shrink(size_t size);

/* Write one line to standard error, without allocating, and abort(). The lock
 * may be held: a handler of SIGABRT must not allocate. */
void fatal(const char *message) __attribute__((noreturn));

#endif
