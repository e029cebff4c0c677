/* tcache.h - chunks that a thread keeps for itself
 *
 * Most chunks that a thread frees are of sizes that it soon wants again. So it
 * puts them into a cache of its own, and takes them from there. No other thread
 * looks into that cache, so no lock is needed: a malloc() or free() that is
 * served there takes a few dozen instructions. Those are in this file. What
 * happens when a bin of the cache is empty or full is in tcache.c.
 *
 * The cache has a bin for each bin of an arena. It neither merges nor sorts:
 * its chunks stay marked as in use, and are linked as in a fast bin.
 *
 * Invariant: the bk of a chunk in a cache is tcache_mark, a random number that
 * no other chunk has. So check.c knows that the chunk is free, and free() knows
 * that it is being freed twice.
 */
#ifndef TCACHE_H
#define TCACHE_H

#include "bins.h"
#include "fastbin.h"

/* The room is counted down to 0. It is 0 when the bin is full, and also when the
 * thread has no cache: so free() asks one question, not two. */
struct tcache_bin {
    struct chunk *first; /* linked by fd, mixed as in a fast bin */
    uint32_t room;       /* bytes of chunks that it may still take */
    uint32_t limit;      /* the room that it has when it is empty */
};

struct tcache {
    struct tcache_bin bins[NBINS];
    bool was_full[NBINS]; /* and not empty, the last time it was either */
    size_t turn;          /* the bin that had to give way last */
    struct arena *arena;  /* of this thread */
};

/* Arenas do not use this bin. Here it is for chunks of other arenas, which wait
 * in it to be handed over, whatever their size. */
#define FOREIGN_BIN 0

/* The largest request that gets a small chunk, in bytes. */
#define MAX_SMALL_REQUEST (MIN_LARGE_SIZE - MALLOC_ALIGNMENT - sizeof(size_t))

/* This thread's cache. If it has none, since it has just begun or is about to
 * end, this is one without any room, and nobody writes to it. */
extern __thread struct tcache *tcache
    __attribute__((tls_model("initial-exec")));

extern struct chunk *tcache_mark;

/* Is this chunk, which is marked as in use, in a cache? */
static inline bool is_cached(const struct chunk *c)
{
    return c->bk == tcache_mark;
}

static inline struct tcache_bin *tcache_bin_for(const struct chunk *c)
{
    size_t size = chunk_size(c);

    if (arena_of(c) != tcache->arena)
        return &tcache->bins[FOREIGN_BIN];
    return &tcache->bins[is_small(size) ? small_index(size) : bin_index(size)];
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

/* Put a chunk that is no longer used into the cache. Returns false if there is
 * no room. */
static inline bool tcache_put(struct chunk *c)
{
    struct tcache_bin *bin = tcache_bin_for(c);

    if (bin->room < chunk_size(c))
        return false;
    c->fd = mix_link(&c->fd, bin->first);
    c->bk = tcache_mark;
    bin->first = c;
    bin->room -= (uint32_t)chunk_size(c);
    return true;
}

/* Give this thread a cache, with memory from its arena; if there is none, the
 * thread goes on without. Returns the cache. */
struct tcache *tcache_start(struct arena *a);

/* Give back all that is in a cache. */
void tcache_empty(struct tcache *t);

/* The same, and the cache too: its thread has ended, or is about to. */
void tcache_end(struct tcache *t);

/* Get a chunk of at least size bytes: if it is large, from the cache; if small,
 * from the arena, and put more of its size into the cache. Returns NULL if there
 * is none, or if this size is not cached. */
struct chunk *tcache_fetch(struct arena *a, size_t size);

/* Take a chunk of at least size bytes from the cache, with its payload at a
 * multiple of alignment. Returns NULL if there is none among the first few. */
struct chunk *tcache_find(size_t alignment, size_t size);

/* Free a chunk that tcache_put() had no room for. */
void tcache_free(struct chunk *c);

/* Free what threads of other arenas have handed over. The caller holds the
 * arena's lock. */
void tcache_take_over(struct arena *a);

#endif
