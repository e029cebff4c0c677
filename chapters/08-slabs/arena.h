/* arena.h - the state of the allocator
 *
 * An arena owns memory that it got from the system, and deals it out in chunks.
 * It is a list of regions. A region is a run of chunks without a gap. The
 * newest region ends in top, the part that has not been dealt out yet:
 *
 *   first -> [chunk][chunk][chunk][fence] --> [chunk][chunk][      top      ]
 *             \____ closed region ____/        \_______ newest region ______/
 *
 * Normally there is one region, which grows. It cannot grow when the next bytes
 * that the system has to give lie elsewhere. Then it is closed with a fence,
 * which stands where a chunk would, and another region is begun.
 *
 * Locking: each arena has a lock. The public functions take it, in malloc.c,
 * report.c and check.c, and so does fork.c; all others expect it to be held.
 * Only the owner of a chunk in use may read its size without the lock: other
 * threads never change that size, only the flags beside it, from chapter 02 on.
 * (Strictly, the C standard calls that a data race. glibc does the same.)
 * The mappings and the list of arenas have locks of their own; the order in
 * which locks are taken is in threads.c.
 */
#ifndef ARENA_H
#define ARENA_H

#include "chunk.h"
#include "freelist.h"
#include "heap.h"
#include "lock.h"
#include "os.h"

/* The last fast bins are used only after mallopt() has raised M_MXFAST. Bins 0
 * and 127 stay empty. */
#define NFASTBINS       10
#define NBINS           128
#define UNSORTED_BIN    1
#define FIRST_SMALL_BIN 2
#define FIRST_LARGE_BIN 64

struct tcache;

struct arena {
    pthread_mutex_t lock; /* guards what follows, and all headers */
    struct chunk *top;    /* the rest not yet dealt out, itself a chunk */
    struct chunk *first;  /* the first chunk of the first region */
    char *end;            /* the end of the newest region, and so of top */
    char *low, *high;     /* all regions lie between these */
    char *zero_from;      /* top is all zero from here to its end */
    size_t zero_bytes;    /* how many bytes at the end of the payload last cut
                           * from top are zero; only calloc() asks */

    /* Bytes held from the system. Caches ask without the lock. */
    _Atomic size_t system_mem;
    size_t max_system_mem; /* the most that it ever held */
    unsigned number;       /* 0 is the main arena */

    /* In bytes: freed since trim.c last looked; in use then; free, but without
     * pages; gone in this second; and the least that was free in it. */
    size_t freed, in_use, clean, gone, least, second;

    struct chunk *fastbins[NFASTBINS]; /* each linked by fd alone */
    struct freelist bins[NBINS];
    uint32_t binmap[NBINS / 32];  /* where bit i is 0, bin i is empty */
    struct chunk *last_remainder; /* left over by the last small request */

    struct chunk *_Atomic remote; /* freed by threads of other arenas */
    _Atomic size_t remote_bytes;
    _Atomic size_t promised; /* the sum of the limits of all its caches */

    struct arena *_Atomic next; /* on the list of all arenas */

    /* The lock in threads.c guards these. */
    struct arena *next_free; /* on the list of arenas without threads */
    size_t attached_threads; /* how many threads allocate here */
    pid_t newest_thread;     /* the one attached last; 0: it has left */
    struct tcache *cache;    /* of that thread */
};

/* The end of a closed region: what was left of top. It stands where a chunk
 * would, but its size is 0, which no chunk's is. Its real length is in
 * extent. */
struct fence {
    size_t prev_size;   /* as in a chunk */
    size_t size;        /* chunk_size() reads 0 */
    struct chunk *next; /* the first chunk of the next region */
    size_t extent;      /* its length: bytes to the end of the region */
};

extern struct arena main_arena;

/* The arena after a, or the first one if a is NULL. NULL after the last one. */
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

/* The bytes from the start of a chunk or a fence to what follows it. */
static inline size_t extent(const struct chunk *c)
{
    return is_fence(c) ? ((const struct fence *)c)->extent : chunk_size(c);
}

static inline size_t top_size(const struct arena *a)
{
    return a->top != NULL ? chunk_size(a->top) : 0;
}

/* Does this chunk lie in our memory without reaching into top? Regions can lie
 * in any order, with memory of others between them. So a yes may be wrong, but
 * a no never is. */
static inline bool is_below_top(const struct arena *a, struct chunk *c)
{
    if ((char *)c < a->low || (char *)c >= a->high)
        return false; /* perhaps no memory at all: its size must not be read */
    struct chunk *next = chunk_after(c);
    return c < next && (char *)next <= a->high &&
           (next <= a->top || c > a->top);
}

/* Does this header have a size that a chunk or a fence of ours can have? One
 * that was overwritten, from the payload before it, most likely does not. */
static inline bool is_plausible(const struct arena *a, const struct chunk *c)
{
    return extent(c) >= MINSIZE && extent(c) < a->system_mem;
}

/* Top must end where its region ends, or else its size was overwritten. */
static inline void check_top(const struct arena *a)
{
    if (a->top != NULL && (char *)chunk_after(a->top) != a->end)
        fatal("malloc(): corrupted top size");
}

/* Set up a new arena, with these bytes as its first region. */
void arena_init(struct arena *a, struct span fresh);

/* Ask the system for memory: so much that top can give size bytes and keep
 * MINSIZE, and top_pad more. A new region may be begun for it. Returns false
 * with errno ENOMEM if the system refuses. */
bool grow_top(struct arena *a, size_t size);

/* Cut a chunk of size bytes from top, which grows if it is too small. If bytes
 * at the end of the payload are known to be zero, zero_bytes is set to their
 * number. Returns NULL with errno ENOMEM if the system refuses. */
struct chunk *take_from_top(struct arena *a, size_t size);

#endif
