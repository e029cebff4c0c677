/* tcache.c - chunks that a thread keeps for itself
 *
 * When a bin of the cache is empty or full, the arena is asked. That is done for
 * many chunks at a time, so that its lock is rarely taken:
 *
 *   empty   a run of chunks is cut from one piece: one search for all of them
 *   full    half of them go back, those that were freed longest ago
 *
 * What lies in a cache is of no use to others, and keeps its neighbours apart.
 * So a bin begins with room for a few chunks, and earns more: its limit doubles
 * when it has been empty after it was full, or full after it was empty. For then
 * it was too small. If it is full again and again, the thread is only freeing,
 * and the bin does better to stay small. Limits are bounded for each bin, for
 * each thread, and in all.
 *
 * Chunks of other arenas are not kept. If they were, two threads would use parts
 * of the same cache line, and an arena's memory would end up in all threads.
 * They are collected, and handed over to the arena without taking its lock.
 */
#include "tcache.h"
#include "allocate.h"
#include "decay.h"

#include <stdatomic.h>

/* Bounds, in bytes, for: a bin, a thread, all threads, the foreign bin, and what
 * is handed over to an arena whose own threads do not come for it. */
#define BIN_BYTES     ((size_t)32 * 1024)
#define THREAD_BYTES  ((size_t)1024 * 1024)
#define ALL_BYTES     ((size_t)64 * 1024 * 1024)
#define FOREIGN_BYTES ((size_t)16 * 1024)
#define REMOTE_BYTES  ((size_t)256 * 1024)
#define RUN_BYTES     ((size_t)2 * 1024)

/* How many chunks a bin may have at first, and how many are looked at in
 * search of one that fits. */
#define FIRST_LIMIT 8
#define MAX_TRIES   16

static struct tcache none;
static _Atomic size_t promised_to_all;
__thread struct tcache *tcache = &none;
struct chunk *tcache_mark;

static void change_limit(struct tcache *t, struct tcache_bin *bin, size_t limit)
{
    promised_to_all += limit - bin->limit;
    t->promised += limit - bin->limit;
    bin->room += (uint32_t)limit - bin->limit;
    bin->limit = (uint32_t)limit;
}

/* The highest limit for a bin with chunks of this size, in bytes. */
static size_t highest_limit(size_t size)
{
    size_t bytes = BIN_BYTES > 2 * size ? BIN_BYTES : 2 * size;
    size_t count = params.tcache_count;

    if (size > params.tcache_max || params.perturb != 0 || tcache == &none)
        return 0;
    return count < bytes / size ? count * size : bytes;
}

/* The chunk after c in a bin. */
static struct chunk *next_cached(const struct chunk *c)
{
    struct chunk *next = fastbin_next(c);

    if (next != NULL &&
        (uintptr_t)chunk_to_payload(next) % MALLOC_ALIGNMENT != 0)
        fatal("malloc(): unaligned tcache chunk detected");
    return next;
}

/* Free a chunk in its arena, whose lock is held. */
static void free_in_arena(struct arena *a, struct chunk *c)
{
    a->freed += chunk_size(c);
    free_chunk(a, c);
    decay(a);
}

/* Give back what a bin has beyond so many bytes. */
static void reduce_bin(struct tcache *t, struct tcache_bin *bin, size_t bytes)
{
    struct chunk *last = NULL, *next, *c = bin->first;

    /* Those that were freed last stay: they may still be in the CPU's cache. */
    for (; c != NULL && chunk_size(c) <= bytes; c = next_cached(c)) {
        bytes -= chunk_size(c);
        last = c;
    }
    if (last == NULL)
        bin->first = NULL;
    else
        last->fd = mix_link(&last->fd, NULL);

    bool locked = arena_lock(t->arena);
    for (; c != NULL; c = next) {
        next = next_cached(c);
        bin->room += (uint32_t)chunk_size(c);
        c->bk = NULL; /* the mark */
        free_in_arena(t->arena, c);
    }
    arena_unlock(t->arena, locked);
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

/* Hand a chunk over to its arena, whose threads will come for it. If none has
 * come for long, do their work. */
static void hand_over(struct chunk *c)
{
    struct arena *a = arena_of(c);
    struct chunk *first = a->remote;

    do
        c->fd = mix_link(&c->fd, first);
    while (!atomic_compare_exchange_weak(&a->remote, &first, c));
    a->remote_bytes += chunk_size(c);
    if (a->remote_bytes > REMOTE_BYTES) {
        bool locked = arena_lock(a);
        tcache_take_over(a);
        arena_unlock(a, locked);
    }
}

static void hand_all_over(struct tcache_bin *bin)
{
    struct chunk *next, *c = bin->first;

    bin->first = NULL;
    bin->room = bin->limit;
    for (; c != NULL; c = next) {
        next = next_cached(c);
        hand_over(c);
    }
}

/* The next bin in turn loses half of its limit. */
static void make_one_give_way(struct tcache *t)
{
    struct tcache_bin *bin;

    do {
        t->turn = t->turn % (NBINS - 1) + 1; /* not the foreign one */
        bin = &t->bins[t->turn];
    } while (bin->limit == 0);
    reduce_bin(t, bin, bin->limit / 2);
    change_limit(t, bin, bin->limit / 2);
}

static void raise_limit(struct tcache *t, struct tcache_bin *bin, size_t size)
{
    size_t limit = bin->limit != 0 ? 2 * bin->limit : FIRST_LIMIT * size;

    if (limit > highest_limit(size))
        limit = highest_limit(size);
    if (limit <= bin->limit || promised_to_all > ALL_BYTES)
        return;
    while (t->promised + limit - bin->limit > THREAD_BYTES)
        make_one_give_way(t);
    change_limit(t, bin, limit);
}

/* A bin has no room for another chunk of this size: make some. */
static void make_room(struct tcache *t, struct tcache_bin *bin, size_t size)
{
    bool *was_full = &t->was_full[bin - t->bins];

    if (*was_full) { /* the thread is only freeing */
        reduce_bin(t, bin, 0);
        if (bin->limit / 2 >= FIRST_LIMIT * size)
            change_limit(t, bin, bin->limit / 2);
    } else {
        raise_limit(t, bin, size);
        if (bin->room < size)
            reduce_bin(t, bin, bin->limit / 2);
    }
    *was_full = true;
}

void tcache_free(struct chunk *c)
{
    struct tcache_bin *bin = tcache_bin_for(tcache, c);
    struct arena *a = arena_of(c);

    if (a == tcache->arena && highest_limit(chunk_size(c)) != 0)
        make_room(tcache, bin, chunk_size(c));
    else if (bin->limit > chunk_size(c))
        hand_all_over(bin);
    if (tcache_put(c))
        return;
    bool locked = arena_lock(a);
    free_in_arena(a, c);
    arena_unlock(a, locked);
}

/* Put some more chunks of this size into a bin that is empty. */
static void refill(struct arena *a, struct tcache_bin *bin, size_t size)
{
    size_t wanted = bin->limit / 2 < RUN_BYTES ? bin->limit / 2 : RUN_BYTES;
    struct chunk *c;

    wanted = wanted / size * size;
    while (wanted >= size && (c = allocate_exact(a, size)) != NULL) {
        tcache_push(bin, c);
        wanted -= size;
    }
    c = wanted >= size ? allocate_at_hand(a, wanted) : NULL;
    while (c != NULL) {
        struct chunk *rest = NULL;
        if (chunk_size(c) >= size + MINSIZE)
            rest = cut_chunk(c, size);
        if (!tcache_put(c)) /* the last may be longer than the others */
            free_chunk(a, c);
        c = rest;
    }
}

struct chunk *tcache_fetch(struct arena *a, size_t size)
{
    if (!is_small(size))
        return tcache_find(MALLOC_ALIGNMENT, size);
    if (highest_limit(size) == 0)
        return NULL;

    struct tcache_bin *bin = &tcache->bins[small_index(size)];
    tcache->was_full[bin - tcache->bins] = false;
    bool locked = arena_lock(a);
    tcache_take_over(a);
    struct chunk *c = allocate_chunk(a, size);
    if (c != NULL && bin->first == NULL)
        refill(a, bin, size);
    arena_unlock(a, locked);
    raise_limit(tcache, bin, size);
    return c;
}

/* Take a chunk from the middle of a bin: from behind the one before, or from the
 * start if that is NULL. */
static struct chunk *unlink_cached(struct tcache_bin *bin, struct chunk *before,
                                   struct chunk *c)
{
    if (before == NULL)
        bin->first = next_cached(c);
    else
        before->fd = mix_link(&before->fd, next_cached(c));
    bin->room += (uint32_t)chunk_size(c);
    c->bk = NULL;
    return c;
}

struct chunk *tcache_find(size_t alignment, size_t size)
{
    struct tcache_bin *bin = &tcache->bins[bin_index(size)];
    struct chunk *before = NULL, *c = bin->first;

    for (int tries = 0; c != NULL && tries < MAX_TRIES; tries++) {
        if (chunk_size(c) >= size &&
            (uintptr_t)chunk_to_payload(c) % alignment == 0)
            return unlink_cached(bin, before, c);
        before = c;
        c = next_cached(c);
    }
    return NULL;
}

void tcache_empty(struct tcache *t)
{
    if (t == &none)
        return;
    hand_all_over(&t->bins[FOREIGN_BIN]);
    for (struct tcache_bin *bin = t->bins + 1; bin < t->bins + NBINS; bin++)
        if (bin->limit != 0) {
            reduce_bin(t, bin, 0);
            change_limit(t, bin, 0);
        }
}

struct tcache *tcache_start(struct arena *a)
{
    bool locked = arena_lock(a);
    struct chunk *c = allocate_chunk(a, request_to_size(sizeof(struct tcache)));
    arena_unlock(a, locked);
    if (c != NULL) {
        tcache = memset(chunk_to_payload(c), 0, sizeof(struct tcache));
        tcache->arena = a;
        change_limit(tcache, &tcache->bins[FOREIGN_BIN], FOREIGN_BYTES);
    }
    return tcache;
}

void tcache_end(struct tcache *t)
{
    struct chunk *c = payload_to_chunk(t);
    struct arena *a = t->arena;

    if (t == tcache)
        tcache = &none;
    if (t == &none)
        return;
    tcache_empty(t);
    change_limit(t, &t->bins[FOREIGN_BIN], 0);
    bool locked = arena_lock(a);
    free_chunk(a, c);
    arena_unlock(a, locked);
}
