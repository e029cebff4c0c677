/* pool.c - memory from one array, in bounded time
 *
 * A request gets the first chunk of the first list where all chunks are long
 * enough. What it has beyond the request is split off and stays free. A chunk
 * that is freed is merged at once with the free chunks before and after it.
 *
 * Each of these steps is a fixed number of instructions, and no step is
 * repeated: the only loop of this file is where pool_realloc() copies
 * a payload.
 *
 * Invariant: no two free chunks are neighbours.
 */
#include "lists.h"

/* The chunk size that a request needs, in bytes; 0 if there can be none. */
static size_t request_to_size(const struct pool *pool, size_t request)
{
    if (request == 0 || request > pool->size)
        return 0;
    size_t size = align_up(request + sizeof(size_t), POOL_ALIGNMENT);
    return size < MINSIZE ? MINSIZE : size;
}

/* ---- a chunk becomes free ---- */

/* Merge a chunk that is on no list with its free neighbours, and put it on one.
 */
static void release_chunk(struct pool *pool, struct chunk *c)
{
    struct chunk *next = chunk_after(c);

    c->size &= ~IN_USE;
    if (!prev_in_use(c)) {
        struct chunk *before = chunk_before(c);
        lists_unlink(pool, before);
        set_size(before, chunk_size(before) + chunk_size(c));
        c = before;
    }
    if (!in_use(next)) {
        lists_unlink(pool, next);
        set_size(c, chunk_size(c) + chunk_size(next));
    }
    lists_push(pool, c);
}

/* ---- a chunk becomes used ---- */

/* Free what a chunk in use has beyond size bytes, if that is enough for a
 * chunk. */
static void split_chunk(struct pool *pool, struct chunk *c, size_t size)
{
    if (chunk_size(c) - size >= MINSIZE)
        release_chunk(pool, cut_chunk(c, size));
}

/* So many more bytes are in use. */
static void count_used(struct pool *pool, size_t more)
{
    pool->used += more;
    if (pool->used > pool->most_used)
        pool->most_used = pool->used;
}

/* Hand out size bytes of a chunk that is on no list. */
static void *use_chunk(struct pool *pool, struct chunk *c, size_t size)
{
    mark_used(c);
    split_chunk(pool, c, size);
    count_used(pool, chunk_size(c));
    return chunk_to_payload(c);
}

/* Can this be a chunk, as far as its header says? */
static bool is_plausible(const struct pool *pool, const struct chunk *c)
{
    size_t room = (size_t)((char *)pool->end - (char *)c);

    return c >= pool->first && c < pool->end && chunk_size(c) >= MINSIZE &&
           chunk_size(c) % POOL_ALIGNMENT == 0 && chunk_size(c) <= room;
}

/* P says that the chunk before is free. Does that one say so, too? */
static bool has_free_before(const struct pool *pool, struct chunk *c)
{
    if (c->prev_size > (size_t)((char *)c - (char *)pool->first) ||
        c->prev_size % POOL_ALIGNMENT != 0)
        return false;
    struct chunk *before = chunk_before(c);
    return !in_use(before) && chunk_size(before) == c->prev_size;
}

/* The chunk of a payload that the program hands to us; NULL if it is none, or
 * if one of the headers that free() would follow cannot be right. */
static struct chunk *given_chunk(const struct pool *pool, void *payload)
{
    if ((uintptr_t)payload % POOL_ALIGNMENT != 0 ||
        payload < (void *)pool->first || payload >= (void *)pool->end)
        return NULL;
    struct chunk *c = payload_to_chunk(payload);
    if (!is_plausible(pool, c) || !in_use(c))
        return NULL;
    struct chunk *next = chunk_after(c);
    if (!prev_in_use(next) || (next != pool->end && !is_plausible(pool, next)))
        return NULL;
    return prev_in_use(c) || has_free_before(pool, c) ? c : NULL;
}

/* ---- the pool's functions ---- */

struct pool *pool_init(void *memory, size_t size)
{
    struct pool *pool = memory;

    if (memory == NULL || size > PTRDIFF_MAX ||
        ((uintptr_t)memory | size) % POOL_ALIGNMENT != 0)
        return NULL;
    unsigned nlevels = place_of(size).level + 1;
    size_t own = offsetof(struct pool, levels) + nlevels * sizeof(struct level);
    own = align_up(own, POOL_ALIGNMENT) + CHUNK_OFFSET;
    if (size < own + MINSIZE + HEADER_SIZE)
        return NULL;

    pool->size = size;
    pool->used = pool->most_used = 0;
    lists_init(pool, nlevels);
    pool->first = (struct chunk *)((char *)memory + own);
    pool->end = (struct chunk *)((char *)memory + size - HEADER_SIZE);
    make_chunk(pool->first, (size_t)((char *)pool->end - (char *)pool->first));
    pool->end->size = IN_USE;
    lists_push(pool, pool->first);
    return pool;
}

void *pool_alloc(struct pool *pool, size_t request)
{
    size_t size = request_to_size(pool, request);
    if (size == 0)
        return NULL;
    struct chunk *c = lists_take(pool, size);
    return c != NULL ? use_chunk(pool, c, size) : NULL;
}

void *pool_alloc_aligned(struct pool *pool, size_t alignment, size_t request)
{
    if (!is_power_of_two(alignment) || alignment > pool->size)
        return NULL;
    if (alignment <= POOL_ALIGNMENT)
        return pool_alloc(pool, request);
    size_t size = request_to_size(pool, request);
    if (size == 0 || size > pool->size - alignment)
        return NULL;

    /* Enough for an aligned payload, wherever the chunk begins. */
    struct chunk *c = lists_take(pool, size + alignment + MINSIZE);
    if (c == NULL)
        return NULL;
    uintptr_t payload = (uintptr_t)chunk_to_payload(c);
    if (payload % alignment != 0) {
        /* What lies before it becomes a chunk too, of at least MINSIZE. */
        struct chunk *before = c;
        c = cut_chunk(c, align_up(payload + MINSIZE, alignment) - payload);
        mark_used(c);
        release_chunk(pool, before);
    }
    return use_chunk(pool, c, size);
}

bool pool_free(struct pool *pool, void *payload)
{
    struct chunk *c = given_chunk(pool, payload);
    if (c == NULL)
        return false;
    pool->used -= chunk_size(c);
    release_chunk(pool, c);
    return true;
}

/* Make a chunk in use size bytes long where it is, if the free chunk after it
 * allows that. */
static bool resize_chunk(struct pool *pool, struct chunk *c, size_t size)
{
    struct chunk *next = chunk_after(c);

    if (chunk_size(c) < size) {
        if (in_use(next) || chunk_size(c) + chunk_size(next) < size)
            return false;
        lists_unlink(pool, next);
        set_size(c, chunk_size(c) + chunk_size(next));
        mark_used(c);
    }
    split_chunk(pool, c, size);
    return true;
}

/* Copy size bytes, a multiple of a word. (memcpy() would be libc's.) */
static void copy_words(size_t *to, const size_t *from, size_t size)
{
    for (size_t i = 0; i < size / sizeof(size_t); i++)
        to[i] = from[i];
}

void *pool_realloc(struct pool *pool, void *payload, size_t request)
{
    if (payload == NULL)
        return pool_alloc(pool, request);
    if (request == 0) {
        pool_free(pool, payload);
        return NULL;
    }
    struct chunk *c = given_chunk(pool, payload);
    size_t size = request_to_size(pool, request);
    if (c == NULL || size == 0)
        return NULL;

    size_t before = chunk_size(c);
    if (resize_chunk(pool, c, size)) {
        pool->used -= before;
        count_used(pool, chunk_size(c));
        return payload;
    }
    void *moved = pool_alloc(pool, request);
    if (moved == NULL)
        return NULL;
    copy_words(moved, payload, usable_size(c));
    pool_free(pool, payload);
    return moved;
}

size_t pool_usable_size(struct pool *pool, void *payload)
{
    struct chunk *c = given_chunk(pool, payload);

    return c != NULL ? usable_size(c) : 0;
}
