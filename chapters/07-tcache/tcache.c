/* tcache.c - chunks that a thread keeps for itself
 *
 * When a bin of the cache is empty or full, the arena is asked, and for many
 * chunks at once, so that its lock is rarely taken. If the bin is empty, a
 * piece of memory is cut into chunks. If it is full, half of them go back.
 *
 * What lies in a cache helps nobody else, and keeps its neighbours from being
 * merged. So a bin begins with room for a few chunks, and its limit doubles
 * when it is empty or full. But when it is full again, and has not been found
 * empty since, the thread is only freeing, and the limit falls.
 *
 * Chunks of other arenas are not kept, or else two threads would write to the
 * same line of the CPU's caches. They are collected, and handed over on a list.
 */
#include "tcache.h"
#include "allocate.h"
#include "mapped.h"
#include "trim.h"

#include <stdatomic.h>

/* Bounds, in bytes; half of its memory, too, for the caches of an arena. */
#define BIN_BYTES     ((size_t)64 * 1024)   /* in a bin */
#define ARENA_BYTES   ((size_t)1024 * 1024) /* in all caches of an arena */
#define FOREIGN_BYTES ((size_t)16 * 1024)   /* to be handed over */
#define REMOTE_BYTES  ((size_t)256 * 1024)  /* to wait there; or 1/8 of it */
#define RUN_BYTES     ((size_t)2 * 1024)    /* to be cut into chunks */
#define FIRST_LIMIT   8                     /* chunks, in a bin, at first */

struct tcache no_cache;
__thread struct tcache *tcache = &no_cache;

static struct chunk *next_cached(const struct chunk *c)
{
    struct chunk *next = fastbin_next(c);

    if (next != NULL &&
        (uintptr_t)chunk_to_payload(next) % MALLOC_ALIGNMENT != 0)
        fatal("malloc(): unaligned tcache chunk detected");
    return next;
}

static void free_in_arena(struct arena *a, struct chunk *c)
{
    a->freed += chunk_size(c);
    free_chunk(a, c);
    trim_from_time_to_time(a);
}

void tcache_take_over(struct arena *a)
{
    struct chunk *next, *c = a->remote;

    if (c == NULL)
        return;
    c = atomic_exchange(&a->remote, NULL);
    a->remote_bytes = 0;
    for (; c != NULL; c = next) {
        next = next_cached(c);
        c->bk = NULL; /* the mark */
        if (a != tcache->arena || !tcache_put(c))
            free_in_arena(a, c);
    }
}

/* Hand the chunks of the foreign bin over to their arenas. If nobody has taken
 * over what an arena has for long, do it. */
static void hand_over(struct tcache_bin *bin)
{
    struct chunk *next, *c = bin->first;

    if (c == NULL) /* as it is in no_cache */
        return;
    bin->first = NULL;
    bin->room = bin->limit;
    for (; c != NULL; c = next) {
        struct arena *a = arena_of(c);
        size_t bytes = atomic_fetch_add(&a->remote_bytes, chunk_size(c));
        struct chunk *first = a->remote;
        next = next_cached(c);
        do
            c->fd = mix_link(&c->fd, first);
        while (!atomic_compare_exchange_weak(&a->remote, &first, c));
        if (bytes > REMOTE_BYTES && bytes > a->system_mem / 8) {
            bool locked = arena_lock(a);
            tcache_take_over(a);
            arena_unlock(a, locked);
        }
    }
}

/* Give back what a bin has beyond so many bytes: what was freed longest ago. */
static void reduce_bin(struct arena *a, struct tcache_bin *bin, size_t bytes)
{
    struct chunk *last = NULL, *next, *c = bin->first;

    for (; c != NULL && chunk_size(c) <= bytes; c = next_cached(c)) {
        bytes -= chunk_size(c);
        last = c;
    }
    if (last != NULL)
        last->fd = mix_link(&last->fd, NULL);
    else
        bin->first = NULL;
    bool locked = arena_lock(a);
    for (; c != NULL; c = next) {
        next = next_cached(c);
        c->bk = NULL; /* the mark */
        bin->room += (uint32_t)chunk_size(c);
        free_in_arena(a, c);
    }
    arena_unlock(a, locked);
}

static void change_limit(struct tcache *t, struct tcache_bin *bin, size_t limit)
{
    t->arena->promised += limit - bin->limit;
    bin->room += (uint32_t)limit - bin->limit;
    bin->limit = (uint32_t)limit;
}

/* Let the next bin in turn have only half of its limit. */
static void make_one_give_way(struct tcache *t)
{
    t->turn = t->turn % (NBINS - 1) + 1; /* never the foreign one */
    struct tcache_bin *bin = &t->bins[t->turn];

    reduce_bin(t->arena, bin, bin->limit / 2);
    change_limit(t, bin, bin->limit / 2);
}

static bool is_cacheable(size_t size)
{
    return tcache != &no_cache && size <= request_to_size(params.tcache_max) &&
           params.tcache_count != 0 && params.perturb == 0;
}

/* Let a bin have more chunks of this size, if it may. */
static void raise_limit(struct tcache *t, struct tcache_bin *bin, size_t size)
{
    size_t most = BIN_BYTES > 2 * size ? BIN_BYTES : 2 * size;
    size_t limit = bin->limit != 0 ? 2 * bin->limit : FIRST_LIMIT * size;

    if (most / size > params.tcache_count)
        most = params.tcache_count * size;
    if (limit > most)
        limit = most;
    if (limit <= bin->limit)
        return;
    size_t all = t->arena->promised + limit - bin->limit;
    if (all > ARENA_BYTES || all > t->arena->system_mem / 2)
        make_one_give_way(t);
    else
        change_limit(t, bin, limit);
}

/* A bin has no room for a chunk of this size: make some. */
static void make_room(struct tcache *t, struct tcache_bin *bin, size_t size)
{
    bool again = t->was_full[bin - t->bins];

    t->was_full[bin - t->bins] = true;
    if (again) {
        reduce_bin(t->arena, bin, 0);
        if (bin->limit / 2 >= FIRST_LIMIT * size)
            change_limit(t, bin, bin->limit / 2);
    } else {
        raise_limit(t, bin, size);
        if (bin->room < size)
            reduce_bin(t->arena, bin, bin->limit / 2);
    }
}

void tcache_free(struct chunk *c)
{
    struct arena *a = arena_of(c);
    struct tcache_bin *bin = tcache_bin_for(c);

    if (bin == &tcache->bins[FOREIGN_BIN])
        hand_over(bin);
    else if (is_cacheable(chunk_size(c)))
        make_room(tcache, bin, chunk_size(c));
    if (tcache_put(c))
        return;
    bool locked = arena_lock(a);
    free_in_arena(a, c);
    arena_unlock(a, locked);
}

/* Put more chunks of this size into a bin, then what is cut from a piece. */
static void refill(struct arena *a, struct tcache_bin *bin, size_t size)
{
    size_t wanted = bin->limit / 2 < RUN_BYTES ? bin->limit / 2 : RUN_BYTES;
    struct chunk *c;

    wanted = wanted / size * size;
    while (wanted != 0 && (c = allocate_exact(a, size)) != NULL) {
        wanted -= size;
        tcache_put(c);
    }
    c = wanted != 0 ? allocate_at_hand(a, wanted) : NULL;
    while (c != NULL) {
        struct chunk *rest =
            chunk_size(c) >= size + MINSIZE ? cut_chunk(c, size) : NULL;
        if (!tcache_put(c)) /* the last may be longer than the others */
            free_chunk(a, c);
        c = rest;
    }
}

struct chunk *tcache_fetch(struct arena *a, size_t size)
{
    if (!is_cacheable(size))
        return NULL;
    tcache->was_full[bin_index(size)] = false;
    if (!is_small(size))
        return tcache_find(MALLOC_ALIGNMENT, size);

    struct tcache_bin *bin = &tcache->bins[small_index(size)];
    bool locked = arena_lock(a);
    tcache_take_over(a);
    struct chunk *c = allocate_chunk(a, size);
    if (c != NULL && bin->first == NULL)
        refill(a, bin, size);
    arena_unlock(a, locked);
    raise_limit(tcache, bin, size);
    return c;
}

struct chunk *tcache_find(size_t alignment, size_t size)
{
    struct tcache_bin *bin = &tcache->bins[bin_index(size)];
    struct chunk *c = bin->first;

    if (c == NULL || chunk_size(c) < size ||
        (uintptr_t)chunk_to_payload(c) % alignment != 0)
        return NULL;
    return tcache_pop(bin, chunk_size(c));
}

struct tcache *tcache_start(struct arena *a)
{
    bool locked = arena_lock(a);
    struct chunk *c = allocate_chunk(a, request_to_size(sizeof(struct tcache)));
    arena_unlock(a, locked);
    if (c != NULL) {
        tcache = memset(chunk_to_payload(c), 0, sizeof(struct tcache));
        tcache->arena = a;
        tcache->bins[FOREIGN_BIN].room = FOREIGN_BYTES;
        tcache->bins[FOREIGN_BIN].limit = FOREIGN_BYTES;
    }
    return tcache;
}

void tcache_empty(struct tcache *t)
{
    if (t == &no_cache)
        return;
    hand_over(&t->bins[FOREIGN_BIN]);
    for (struct tcache_bin *bin = t->bins + 1; bin < t->bins + NBINS; bin++)
        if (bin->limit != 0) {
            reduce_bin(t->arena, bin, 0);
            change_limit(t, bin, 0);
        }
}

void tcache_end(struct tcache *t)
{
    struct chunk *c = payload_to_chunk(t);
    struct arena *a = t->arena;

    if (t == tcache)
        tcache = &no_cache;
    if (t == &no_cache)
        return;
    tcache_empty(t);
    bool locked = arena_lock(a);
    if (is_mapped(c)) /* the arena had no memory for it */
        unmap_chunk(c);
    else
        free_chunk(a, c);
    arena_unlock(a, locked);
}
