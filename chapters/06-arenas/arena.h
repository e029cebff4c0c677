/* arena.h - the state of the allocator
 *
 * An arena owns memory from the system and deals it out in chunks. It is a
 * list of regions. A region is a run of chunks without a gap; the newest one
 * ends in top, the rest that has not been dealt out yet:
 *
 *   first -> [chunk][chunk][chunk][fence] --> [chunk][chunk][      top      ]
 *             \____ closed region ____/        \_______ newest region ______/
 *
 * Normally there is one region, which grows. Only when somebody else has
 * moved the break, or it cannot move, is the region closed with a fence, and
 * another one begun.
 *
 * Locking: each arena has a lock. It is taken in malloc.c, report.c and
 * check.c, at the public functions; everything below expects to find it held.
 * Only the size of a chunk in use may be read without it, by whoever owns the
 * chunk: others change no more of that word than a flag. (To the letter of C
 * that is a data race. glibc does the same.) The order of all locks is in
 * arenas.c.
 */
#ifndef ARENA_H
#define ARENA_H

#include "chunk.h"
#include "freelist.h"

#include <pthread.h>
#include <sys/single_threaded.h>

/* Fast bins 7 to 9 are used only if M_MXFAST is raised. Of the other bins,
 * number 0 is not used. */
#define NFASTBINS       10
#define NBINS           127
#define UNSORTED_BIN    1
#define FIRST_SMALL_BIN 2
#define FIRST_LARGE_BIN 64

struct arena {
    pthread_mutex_t lock; /* guards all that follows, and every header */
    struct chunk *top;    /* what is not dealt out yet, itself a chunk */
    bool top_is_mapped;   /* does top lie in a mapping, not at the break? */
    struct chunk *first;  /* the first chunk of the first region */
    char *low, *high;     /* all regions lie between these */
    size_t system_mem;    /* bytes held from the system */

    size_t max_system_mem; /* the most there ever were */

    struct chunk *fastbins[NFASTBINS]; /* each a list by fd alone */
    bool have_fast;                    /* is there a chunk in one of them? */
    struct freelist bins[NBINS];
    uint32_t binmap[(NBINS + 31) / 32]; /* where bit i is 0, bin i is empty */
    struct chunk *last_remainder;       /* of the last small request */

    /* These have a lock of their own: see arenas.c. */
    struct arena *next;      /* on the ring of all arenas */
    struct arena *next_free; /* on the list of those without threads */
    size_t attached_threads; /* how many threads allocate here */
    unsigned number;         /* 0 is the main arena */
};

/* The end of a closed region. It stands where a chunk would, and is told from
 * one by its size: no chunk has size 0. So its length is kept elsewhere. */
struct fence {
    size_t prev_size;   /* as in a chunk */
    size_t size;        /* 0 */
    struct chunk *next; /* the first chunk of the next region */
    size_t extent;      /* its length: bytes to the end of the region */
};

extern struct arena main_arena;

/* Is this thread between the fork handlers? Then it holds every lock. */
extern __thread bool forking __attribute__((tls_model("initial-exec")));

/* While there is one thread, nobody else can want the lock. */
static inline void arena_lock(struct arena *a)
{
    if (!forking && !__libc_single_threaded)
        pthread_mutex_lock(&a->lock);
}

static inline void arena_unlock(struct arena *a)
{
    if (!forking && !__libc_single_threaded)
        pthread_mutex_unlock(&a->lock);
}

static inline bool is_fence(const struct chunk *c)
{
    return chunk_size(c) == 0;
}

/* The bytes from a chunk, or a fence, to what follows it. */
static inline size_t extent(const struct chunk *c)
{
    return is_fence(c) ? ((const struct fence *)c)->extent : chunk_size(c);
}

static inline size_t top_size(const struct arena *a)
{
    return a->top != NULL ? chunk_size(a->top) : 0;
}

/* Does this chunk lie in our memory, and not reach into top? Regions are in no
 * order, and between them may be memory of others: the answer is a guess. */
static inline bool is_below_top(const struct arena *a, struct chunk *c)
{
    struct chunk *next = chunk_after(c);
    return (char *)c >= a->low && (char *)next <= a->high && c < next &&
           (next <= a->top || c > a->top);
}

/* Has this header a size that a chunk or a fence of ours can have? It is asked
 * of the header after a chunk, which an overrun would have overwritten. */
static inline bool plausible(const struct arena *a, const struct chunk *c)
{
    return extent(c) >= MINSIZE && extent(c) < a->system_mem;
}

/* The arena has so many bytes more from the system. */
static inline void hold_more(struct arena *a, size_t bytes)
{
    a->system_mem += bytes;
    if (a->max_system_mem < a->system_mem)
        a->max_system_mem = a->system_mem;
}

/* Begin a region at start, where a chunk can begin. The region before, if any,
 * can grow no more: it is closed with a fence, which leads on to the new one.
 */
void begin_region(struct arena *a, char *start, size_t size);

/* Ask the system for so much that top can give size bytes and keep MINSIZE,
 * with top_pad to spare. A new region may be begun. Returns false with errno
 * ENOMEM if the system refuses. */
bool grow_top(struct arena *a, size_t size);

/* Cut a chunk of size bytes from top, which grows if it is too small. Returns
 * NULL with errno ENOMEM if the system gives no more. */
struct chunk *take_from_top(struct arena *a, size_t size);

/* Give whole pages of top back to the system, but keep pad bytes to spare.
 * Returns whether any went. */
bool shrink_top(struct arena *a, size_t pad);

/* Give memory back to the system if top has more than anybody will soon need.
 * Call it when a chunk was freed that is large, alone or merged. */
void trim_top(struct arena *a);

#endif
