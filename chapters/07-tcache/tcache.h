/* tcache.h - chunks that a thread keeps for itself
 *
 * Most chunks that a thread frees are of sizes that it soon wants again. So it
 * puts them into a cache of its own, and takes them from there. No other thread
 * looks into that cache: no lock is needed, and a malloc() or free() that is
 * served there takes a few dozen instructions. Those are in this file. See
 * tcache.c for what is done when a bin of the cache is empty or full.
 *
 * The cache has a bin for each bin of an arena, but it does not merge and does
 * not sort: chunks stay marked as in use, and are linked one way, last in,
 * first out, as in a fast bin.
 *
 * Invariant: the bk of a chunk in a cache is tcache_mark. This is a random
 * number, and it is wiped out when a chunk leaves the cache, so that no other
 * chunk has it: it tells check.c that a chunk is free, and free() that it is
 * being freed twice.
 */
#ifndef TCACHE_H
#define TCACHE_H

#include "bins.h"
#include "fastbin.h"

/* The room is counted down, to 0 when the bin is full. It is also 0 where there
 * is no cache at all. So free() asks one question, not two. */
struct tcache_bin {
    struct chunk *first; /* linked by fd, mixed as in a fast bin */
    uint32_t room;       /* bytes of chunks that it may still take */
    uint32_t limit;      /* the room that it has when it is empty */
};

struct tcache {
    struct tcache_bin bins[NBINS];
    struct arena *arena;   /* where the chunks in all bins but one belong */
    size_t promised;       /* bytes, the sum of all limits */
    size_t turn;           /* the bin that had to give way last */
    bool was_full[NBINS];  /* and not empty, the last time it was either */
};

/* Arenas have no bin of this number. Here it is for chunks of other arenas, of
 * whatever size: they wait in it to be handed over. */
#define FOREIGN_BIN 0

/* The largest request that gets a small chunk, in bytes. */
#define MAX_SMALL_REQUEST (MIN_LARGE_SIZE - MALLOC_ALIGNMENT - sizeof(size_t))

/* This thread's cache. If it has none, because it has just begun or is about to
 * end, this is an empty one without room, to which nobody writes. */
extern __thread struct tcache *tcache
    __attribute__((tls_model("initial-exec")));

extern struct chunk *tcache_mark;

/* Is this chunk, which is marked as in use, in somebody's cache? */
static inline bool is_cached(const struct chunk *c)
{
    return c->bk == tcache_mark;
}

static inline struct tcache_bin *tcache_bin_for(struct tcache *t,
                                                const struct chunk *c)
{
    size_t size = chunk_size(c);

    if (arena_of(c) != t->arena)
        return &t->bins[FOREIGN_BIN];
    return &t->bins[is_small(size) ? small_index(size) : bin_index(size)];
}

static inline void tcache_push(struct tcache_bin *bin, struct chunk *c)
{
    c->fd = mix_link(&c->fd, bin->first);
    c->bk = tcache_mark;
    bin->first = c;
    bin->room -= (uint32_t)chunk_size(c);
}

/* Take a chunk for this request, in bytes, from the cache. Returns NULL if there
 * is none, or if the request is large. */
static inline struct chunk *tcache_take(size_t request)
{
    if (request > MAX_SMALL_REQUEST)
        return NULL;
    size_t size = request_to_size(request);
    struct tcache_bin *bin = &tcache->bins[small_index(size)];
    struct chunk *c = fastbin_pop(&bin->first, size,
                                  "malloc(): unaligned tcache chunk detected",
                                  "malloc(): memory corruption (tcache)");
    if (c != NULL)
        bin->room += (uint32_t)size;
    return c;
}

/* Put a chunk that the program gives back into the cache. Returns false if there
 * is no room. */
static inline bool tcache_put(struct chunk *c)
{
    struct tcache_bin *bin = tcache_bin_for(tcache, c);

    if (bin->room < chunk_size(c))
        return false;
    tcache_push(bin, c);
    return true;
}

/* Make a cache for this thread, with memory from its arena. Without memory, the
 * thread goes on without a cache. Returns the cache. */
struct tcache *tcache_start(struct arena *a);

/* Give back all that is in a cache. */
void tcache_empty(struct tcache *t);

/* The same, and the cache itself: its thread has ended, or is about to. */
void tcache_end(struct tcache *t);

/* A chunk of at least size bytes: a large one from the cache, a small one from
 * the arena, and then some more of the size are put into the cache. Returns NULL
 * if there is none, or if such chunks are not cached. */
struct chunk *tcache_fetch(struct arena *a, size_t size);

/* A chunk from the cache of at least size bytes, whose payload is at a multiple
 * of alignment. Returns NULL if none is near. */
struct chunk *tcache_find(size_t alignment, size_t size);

/* Free a chunk that tcache_put() has refused. */
void tcache_free(struct chunk *c);

/* Free what threads of other arenas have handed over. The caller holds the lock
 * of the arena. */
void tcache_take_over(struct arena *a);

#endif
