/* allocator.h - the allocator under test, whichever it is
 *
 * A library is opened with dlopen() in a scope of its own and called through
 * the pointers of one struct. So Check and the C library keep their own malloc,
 * a broken one cannot break the runner, and every case runs on every allocator:
 * a chapter, a student's, somebody else's, or the system's.
 *
 * A function that the library lacks is replaced by one that fails the case that
 * calls it, and names the function. So cases call what they need and need not
 * ask first. For calls that an allocator may well lack the text begins with
 * "n/a:", and the case is not judged.
 */
#ifndef ALLOCATOR_H
#define ALLOCATOR_H

#include "inspect.h"

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct allocator {
    void *(*malloc)(size_t size);
    void (*free)(void *payload);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *payload, size_t size);
    void *(*reallocarray)(void *payload, size_t count, size_t size);
    void *(*memalign)(size_t alignment, size_t size);
    int (*posix_memalign)(void **payload, size_t alignment, size_t size);
    void *(*aligned_alloc)(size_t alignment, size_t size);
    void *(*valloc)(size_t size);
    void *(*pvalloc)(size_t size);
    size_t (*malloc_usable_size)(void *payload);

    /* tuning and reporting, as in glibc */
    int (*mallopt)(int number, int value);
    int (*malloc_trim)(size_t pad);
    struct mallinfo2 (*mallinfo2)(void);
    struct mallinfo (*mallinfo)(void);
    void (*malloc_stats)(void);
    int (*malloc_info)(int options, FILE *out);

    /* inspect.h */
    int (*malloc_walk)(malloc_visitor *visit, void *context);
    size_t (*malloc_held)(void);
    const char *(*malloc_check)(void);

    char missing[160];  /* the names of the family that it lacks */
    bool inspectable;   /* it answers all of inspect.h */
    bool is_the_system; /* it is the C library's own */
};

/* The one under test. */
extern struct allocator lib;

/* Fill in lib from the library at path, or from the C library if path is
 * "system". Returns NULL, or why the library cannot be opened. */
const char *open_allocator(const char *path);

/* Close it again; nothing of lib may be called any more. */
void close_allocator(void);

#endif
