/* inspect.c - the functions with which this book looks into an allocator
 *
 * They are those of every chapter, so that its tests and measures can be run on
 * libpool.so: see inspect.h.
 */
#include "array.h"
#include "inspect.h"
#include "lists.h"

#pragma GCC visibility push(default)

/* What is visited, and with what. */
struct visit {
    malloc_visitor *visitor;
    void *context;
};

static int describe(void *payload, size_t size, bool used, void *context)
{
    struct visit *visit = context;

    return visit->visitor(
        &(struct malloc_chunk_info){
            .address = payload_to_chunk(payload),
            .payload = payload,
            .size = size,
            .kind = used ? MALLOC_USED : MALLOC_FREE,
        },
        visit->context);
}

/* The pool's own data come first, and last the header that is its end. */
static int walk_all(struct pool *pool, struct visit *visit)
{
    struct malloc_chunk_info own = {
        .address = pool,
        .size = (size_t)((char *)pool->first - (char *)pool),
        .kind = MALLOC_HEADER,
    };
    struct malloc_chunk_info end = {
        .address = pool->end,
        .size = HEADER_SIZE,
        .kind = MALLOC_FENCE,
    };
    int answer = visit->visitor(&own, visit->context);

    if (answer == 0)
        answer = pool_walk(pool, describe, visit);
    return answer != 0 ? answer : visit->visitor(&end, visit->context);
}

int malloc_walk(malloc_visitor *visitor, void *context)
{
    struct visit visit = {.visitor = visitor, .context = context};
    bool locked;
    struct pool *pool = pool_acquire(&locked);
    int answer = walk_all(pool, &visit);

    lock_release(&pool_lock, locked);
    return answer;
}

size_t malloc_held(void)
{
    bool locked;
    size_t size = pool_size(pool_acquire(&locked));

    lock_release(&pool_lock, locked);
    return size;
}

const char *malloc_check(void)
{
    bool locked;
    const char *broken = pool_check(pool_acquire(&locked));

    lock_release(&pool_lock, locked);
    return broken;
}
