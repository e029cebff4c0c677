/* arena.h - the state of the allocator
 *
 * An arena owns memory from the system and deals it out in chunks. It is a
 * list of regions. A region is a run of chunks without a gap; the newest one
 * ends in top, the rest that has not been dealt out yet:
 *
 *   first -> [chunk][chunk][chunk][fence] --> [chunk][chunk][      top      ]
 *             \____ closed region ____/        \_______ newest region ______/
 *
 * Normally there is one region, which grows. Only when it cannot grow, because
 * the system's next bytes lie elsewhere, is it closed with a fence, and another
 * one begun.
 *
 * Locking: an arena has a lock. It is taken in malloc.c, report.c and check.c,
 * by the public functions; everything below expects to find it held. Only the
 * size of a chunk in use may be read without it, by whoever owns the chunk:
 * others never change the size, only flags beside it, from chapter 02 on. (To
 * the letter of C that is a data race. glibc does the same.) Mapped chunks and
 * the list of arenas have locks too; the order of all is in threads.c.
 */
#ifndef ARENA_H
#define ARENA_H

#include "chunk.h"
#include "freelist.h"
#include "heap.h"
#include "lock.h"
#include "os.h"

/* The last fast bins are used only if M_MXFAST is raised. Bins 0 and 127 stay
 * empty. */
#define NFASTBINS       10
#define NBINS           128
#define UNSORTED_BIN    1
#define FIRST_SMALL_BIN 2
#define FIRST_LARGE_BIN 64

struct arena {
    pthread_mutex_t lock; /* guards all that follows, and every header */
    struct chunk *top;    /* what is not dealt out yet, itself a chunk */
    struct chunk *first;  /* the first chunk of the first region */
    char *end;            /* the end of the newest region, and so of top */
    char *low, *high;     /* all regions lie between these */
    char *zero_from;      /* from here to its end top is all zero */
    size_t zero_bytes;    /* so many bytes at the end of the payload that was
                           * last cut from top are zero; only calloc() asks */

    size_t system_mem;     /* bytes held from the system */
    size_t max_system_mem; /* the most there ever were */
    unsigned number;       /* 0 is the main arena */

    struct chunk *fastbins[NFASTBINS]; /* each a list by fd alone */
    struct freelist bins[NBINS];
    uint32_t binmap[NBINS / 32];  /* where bit i is 0, bin i is empty */
    struct chunk *last_remainder; /* of the last small request */

    struct arena *_Atomic next; /* on the list of all arenas */

    /* These have a lock of their own: see threads.c. */
    struct arena *next_free; /* on the list of those without threads */
    size_t attached_threads; /* how many threads allocate here */
    pid_t newest_thread;     /* the last that was attached; 0: it has left */
};

/* The end of a closed region: what was left of top. It stands where a chunk
 * would, and is told from one by its size, 0, which no chunk has. Its real
 * length is in extent. */
struct fence {
    size_t prev_size;   /* as in a chunk */
    size_t size;        /* 0 */
    struct chunk *next; /* the first chunk of the next region */
    size_t extent;      /* its length: bytes to the end of the region */
};

extern struct arena main_arena;

/* The arena that follows; NULL after the last one. Begin with NULL. */
struct arena *next_arena(struct arena *a);

/* The arena that a chunk belongs to. */
static inline struct arena *arena_of(const struct chunk *c)
{
    if ((c->size & NON_MAIN_ARENA) != 0)
        return heap_of(c)->arena;
    return &main_arena;
}

static inline bool arena_lock(struct arena *a)
{
    return lock_acquire(&a->lock);
}

static inline void arena_unlock(struct arena *a, bool locked)
{
    lock_release(&a->lock, locked);
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
 * order, and between them may be memory of others: the answer can be a wrong
 * yes, never a wrong no. */
static inline bool is_below_top(const struct arena *a, struct chunk *c)
{
    if ((char *)c < a->low || (char *)c >= a->high)
        return false; /* it may be no memory at all: its size says nothing */
    struct chunk *next = chunk_after(c);
    return c < next && (char *)next <= a->high &&
           (next <= a->top || c > a->top);
}

/* Has this header a size that a chunk or a fence of ours can have? It is asked
 * of headers that an overrun may have overwritten. */
static inline bool is_plausible(const struct arena *a, const struct chunk *c)
{
    return extent(c) >= MINSIZE && extent(c) < a->system_mem;
}

/* Top must end where its region ends: else its size was overwritten. */
static inline void check_top(const struct arena *a)
{
    if (a->top != NULL && (char *)chunk_after(a->top) != a->end)
        fatal("malloc(): corrupted top size");
}

/* Make a new arena, with these bytes as its first region. */
void arena_init(struct arena *a, struct span fresh);

/* Ask the system for so much that top can give size bytes and keep MINSIZE,
 * with top_pad to spare. A new region may be begun. Returns false with errno
 * ENOMEM if the system refuses. */
bool grow_top(struct arena *a, size_t size);

/* Cut a chunk of size bytes from top, which grows if it is too small. If bytes
 * at the end of the payload are zero, fresh says how many. Returns NULL with
 * errno ENOMEM if the system gives no more. */
struct chunk *take_from_top(struct arena *a, size_t size);

#endif
