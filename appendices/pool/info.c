/* info.c - what a pool has, used and free
 *
 * How many bytes are in use is counted as they come and go. The rest is found
 * by a walk over all chunks, from size to size: that takes time in proportion
 * to the number of chunks, and is not for a moment when somebody waits.
 */
#include "lists.h"

size_t pool_size(const struct pool *pool)
{
    return pool->size;
}

size_t pool_used(const struct pool *pool)
{
    return pool->used;
}

size_t pool_most_used(const struct pool *pool)
{
    return pool->most_used;
}

int pool_walk(struct pool *pool, pool_visitor *visit, void *context)
{
    int answer = 0;

    for (struct chunk *c = pool->first; c != pool->end && answer == 0;
         c = chunk_after(c))
        answer = visit(chunk_to_payload(c), chunk_size(c), in_use(c), context);
    return answer;
}

static int add_to_info(void *payload, size_t size, bool used, void *context)
{
    struct pool_info *info = context;

    (void)payload;
    if (used) {
        info->used += size;
        info->used_chunks++;
        return 0;
    }
    info->free += size;
    info->free_chunks++;
    if (size > info->largest_free)
        info->largest_free = size;
    return 0;
}

struct pool_info pool_info(struct pool *pool)
{
    struct pool_info info;

    info.used = info.free = info.largest_free = 0;
    info.used_chunks = info.free_chunks = 0;
    pool_walk(pool, add_to_info, &info);
    return info;
}
