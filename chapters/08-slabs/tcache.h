/* tcache.h - chunks that a thread keeps for itself
 *
 * Most chunks that a thread frees are of sizes that it soon wants again. So it
 * keeps them in a cache of its own. No other thread looks into it, so no lock
 * is needed. For a bin that is empty or full, see tcache.c.
 *
 * Invariant: cached chunks stay marked as in use, so that nobody merges them,
 * and have a mark of their own: bk is the address of no_cache.
 */
#ifndef TCACHE_H
#define TCACHE_H

#include "bins.h"
#include "fastbin.h"

/* No room: the bin is full, or there is no cache. free() asks only once. */
struct tcache_bin {
    struct chunk *first; /* linked by fd, mixed as in a fast bin */
    uint32_t room;       /* bytes of chunks that it may still take */
    uint32_t limit;      /* the room that it has when it is empty */
};

struct tcache {
    struct tcache_bin bins[NBINS];
    bool was_full[NBINS]; /* and not found empty since */
    size_t turn;          /* the bin that had to give way last */
    struct arena *arena;  /* of this thread */
    struct owner *owner;  /* of this thread's slabs */
};

/* Unused in arenas. Here it is for chunks of other arenas, of all sizes. */
#define FOREIGN_BIN 0

/* The largest request that gets a small chunk, in bytes. */
#define MAX_SMALL_REQUEST (MIN_LARGE_SIZE - MALLOC_ALIGNMENT - sizeof(size_t))

/* This thread's cache. If it has none, since it has just begun or is about to
 * end, it is no_cache, without any room, to which nobody writes. */
extern __thread struct tcache *tcache
    __attribute__((tls_model("initial-exec")));
extern struct tcache no_cache;

/* Is this chunk, which is marked as in use, in a cache? */
static inline bool is_cached(const struct chunk *c)
{
    return c->bk == (struct chunk *)&no_cache;
}

static inline struct tcache_bin *tcache_bin_for(const struct chunk *c)
{
    size_t size = chunk_size(c);

    if (arena_of(c) != tcache->arena)
        return &tcache->bins[FOREIGN_BIN];
    return &tcache->bins[is_small(size) ? small_index(size) : bin_index(size)];
}

/* Take the first chunk of a bin, which has this size; NULL if it is empty. */
static inline struct chunk *tcache_pop(struct tcache_bin *bin, size_t size)
{
    struct chunk *c = fastbin_pop(&bin->first, size,
                                  "malloc(): unaligned tcache chunk detected",
                                  "malloc(): memory corruption (tcache)");
    if (c != NULL)
        bin->room += (uint32_t)size;
    return c;
}

/* Take a small chunk for this request from the cache; NULL if there is none. */
static inline struct chunk *tcache_take(size_t request)
{
    if (request > MAX_SMALL_REQUEST)
        return NULL;
    size_t size = request_to_size(request);
    return tcache_pop(&tcache->bins[small_index(size)], size);
}

/* Put a chunk into the cache. Returns false if there is no room. */
static inline bool tcache_put(struct chunk *c)
{
    struct tcache_bin *bin = tcache_bin_for(c);

    if (bin->room < chunk_size(c))
        return false;
    c->fd = mix_link(&c->fd, bin->first);
    c->bk = (struct chunk *)&no_cache;
    bin->first = c;
    bin->room -= (uint32_t)chunk_size(c);
    return true;
}

/* Give this thread a cache, or no_cache if there is no memory. Returns it. */
struct tcache *tcache_start(struct arena *a);

/* Give back all that is in a cache. */
void tcache_empty(struct tcache *t);

/* The same, and the cache too: its thread has ended, or is about to. */
void tcache_end(struct tcache *t);

/* A chunk of at least size bytes: a large one from the cache, a small one from
 * the arena, with more of its size for the cache. NULL if there is none. */
struct chunk *tcache_fetch(struct arena *a, size_t size);

/* Take the first chunk of the bin for this size if it fits, and its payload
 * lies at a multiple of alignment; or else NULL. */
struct chunk *tcache_find(size_t alignment, size_t size);

/* Free a chunk that tcache_put() had no room for. */
void tcache_free(struct chunk *c);

/* Free what others have handed over to an arena. Its lock must be held. */
void tcache_take_over(struct arena *a);

#endif
