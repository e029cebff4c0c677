/* check.c - is all in a pool as it must be?
 *
 * Checking after every call finds a mistake where it is made, not thousands of
 * calls later where it hurts.
 */
#include "lists.h"

/* Do the chunks cover the array from first to end, each with its tags? Counts
 * the free ones, and adds up the bytes in use. */
static const char *check_chunks(struct pool *pool, size_t *nfree, size_t *used)
{
    bool before_in_use = true; /* what lies before the first */
    size_t foot = 0;

    for (struct chunk *c = pool->first; c != pool->end; c = chunk_after(c)) {
        size_t room = (size_t)((char *)pool->end - (char *)c);
        if (chunk_size(c) < MINSIZE || chunk_size(c) % POOL_ALIGNMENT != 0)
            return "a chunk has a size that no chunk can have";
        if (chunk_size(c) > room)
            return "a chunk reaches beyond the end of the pool";
        if (prev_in_use(c) != before_in_use)
            return "a chunk's flag and the P of the next do not agree";
        if (!before_in_use && c->prev_size != foot)
            return "a free chunk's foot is not its size";
        if (!before_in_use && !in_use(c))
            return "two free chunks are neighbours";
        before_in_use = in_use(c);
        foot = chunk_size(c);
        *nfree += !in_use(c);
        *used += in_use(c) ? chunk_size(c) : 0;
    }
    if (prev_in_use(pool->end) != before_in_use ||
        (!before_in_use && pool->end->prev_size != foot))
        return "the end does not know the chunk before it";
    if (chunk_size(pool->end) != 0 || !in_use(pool->end))
        return "the end was overwritten";
    return NULL;
}

/* Are the chunks of a list free, of the right sizes, and linked both ways? Each
 * of them lowers missing, the number of free chunks not seen on a list yet. */
static const char *check_list(struct pool *pool, struct place at,
                              size_t *missing)
{
    struct chunk *before = NULL;
    struct chunk *c = pool->levels[at.level].lists[at.list];

    for (; c != NULL; c = c->fd) {
        if (c < pool->first || c >= pool->end)
            return "a list leads out of the pool";
        if (in_use(c))
            return "a chunk on a list is in use";
        struct place right = place_of(chunk_size(c));
        if (right.level != at.level || right.list != at.list)
            return "a chunk is on the list for other sizes";
        if (c->bk != before)
            return "a list's links do not agree";
        if ((*missing)-- == 0)
            return "there are more chunks on lists than free ones";
        before = c;
    }
    return NULL;
}

/* Do the maps say which lists have chunks? */
static const char *check_maps(const struct pool *pool)
{
    for (unsigned i = 0; i < pool->nlevels; i++) {
        const struct level *level = &pool->levels[i];
        for (unsigned j = 0; j < LISTS; j++)
            if ((level->map >> j & 1) != (level->lists[j] != NULL))
                return "a level's map is wrong about a list";
        if ((pool->map >> i & 1) != (level->map != 0))
            return "the pool's map is wrong about a level";
    }
    return NULL;
}

const char *pool_check(struct pool *pool)
{
    size_t missing = 0, used = 0;
    const char *broken = check_chunks(pool, &missing, &used);

    if (broken == NULL && used != pool->used)
        broken = "the bytes in use are not those counted";
    if (broken == NULL)
        broken = check_maps(pool);
    for (unsigned i = 0; broken == NULL && i < pool->nlevels; i++)
        for (unsigned j = 0; broken == NULL && j < LISTS; j++)
            broken = check_list(pool, (struct place){i, j}, &missing);
    if (broken == NULL && missing != 0)
        broken = "a free chunk is on no list";
    return broken;
}
