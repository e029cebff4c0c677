/* inspect.h - look into a running allocator
 *
 * Every chapter has these three functions, and this header is the same in all
 * of them. The tests and the plots look into an allocator through nothing else.
 * A program finds the functions with dlsym(), or links with libmalloc.a. It
 * must not have functions of these names itself.
 *
 * The sizes of all chunks that malloc_walk() visits add up to malloc_held():
 * the chunks cover the memory held from the system without a gap.
 */
#ifndef INSPECT_H
#define INSPECT_H

#include <stddef.h>

/* Some kinds appear only in later chapters. */
enum malloc_kind {
    MALLOC_USED,   /* handed out */
    MALLOC_FREE,   /* free, on a list or in a bin */
    MALLOC_CACHED, /* free, but kept whole for the next request of its size */
    MALLOC_TOP,    /* the unused end of the newest region */
    MALLOC_FENCE,  /* the end of a region that cannot grow any more */
    MALLOC_HEADER, /* the allocator's own data at the start of a region */
    MALLOC_MAPPED, /* handed out, in a mapping of its own */
};

struct malloc_chunk_info {
    const void *address; /* first byte of the chunk, its header included */
    const void *payload; /* what malloc returned, if it is in use */
    size_t size;         /* bytes from address to the end of the chunk */
    enum malloc_kind kind;
    unsigned arena; /* 0 is the main arena */
};

typedef int malloc_visitor(const struct malloc_chunk_info *chunk,
                           void *context);

/* Call visit() for each chunk, in the order of their addresses within a region
 * of memory. The first answer other than 0 ends the walk and is returned; if
 * there is none, 0. visit() is called with locks held: it must not allocate or
 * free. */
int malloc_walk(malloc_visitor *visit, void *context);

/* The bytes held from the system now, used or not. */
size_t malloc_held(void);

/* Check every invariant of the allocator. Returns NULL if all hold, or else a
 * sentence that names the first one found broken. */
const char *malloc_check(void);

#endif
