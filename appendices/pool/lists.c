/* lists.c - the free chunks, on lists in two levels
 *
 * There is a list for each range of sizes. The first level doubles: each level
 * is for sizes up to twice those of the level before. The second level divides
 * what a level covers into 16 equal ranges. Level 0 begins at size 0, and its
 * ranges are, like those of level 1, one POOL_ALIGNMENT wide: there all chunks
 * of a list have the same size. Above, a range is a sixteenth of the size where
 * its level begins.
 *
 * Two numbers say where a size belongs, and both are read off the bits of the
 * size. One map has a bit for each level, and each level has a map with a bit
 * for each of its lists. So a list that is not empty is found with two
 * instructions that find a bit, without a search.
 *
 * The only loop in this file is in lists_init().
 */
#include "lists.h"

/* The number of the highest bit of n that is set; n is not 0. */
static unsigned highest_bit(size_t n)
{
    return 8 * sizeof(long) - 1 - (unsigned)__builtin_clzl(n);
}

/* The number of the lowest one. */
static unsigned lowest_bit(unsigned long n)
{
    return (unsigned)__builtin_ctzl(n);
}

/* How wide is the range of the list for this size? As a power of two, counted
 * in units of POOL_ALIGNMENT. */
static unsigned width_log2(size_t size)
{
    size_t units = size / POOL_ALIGNMENT;

    return units < LISTS ? 0 : highest_bit(units) - LISTS_LOG2;
}

struct place place_of(size_t size)
{
    size_t units = size / POOL_ALIGNMENT;
    unsigned width = width_log2(size);

    /* Level 0? If not, the units are 1xxxx… in binary: xxxx is the list. */
    if (units < LISTS)
        return (struct place){.level = 0, .list = (unsigned)units};
    return (struct place){
        .level = width + 1,
        .list = (unsigned)(units >> width) - LISTS,
    };
}

void lists_init(struct pool *pool, unsigned nlevels)
{
    pool->nlevels = nlevels;
    pool->map = 0;
    for (unsigned i = 0; i < nlevels; i++) {
        pool->levels[i].map = 0;
        for (unsigned j = 0; j < LISTS; j++)
            pool->levels[i].lists[j] = NULL;
    }
}

void lists_push(struct pool *pool, struct chunk *c)
{
    struct place at = place_of(chunk_size(c));
    struct level *level = &pool->levels[at.level];

    c->fd = level->lists[at.list];
    c->bk = NULL;
    if (c->fd != NULL)
        c->fd->bk = c;
    level->lists[at.list] = c;
    level->map |= 1UL << at.list;
    pool->map |= 1UL << at.level;
    mark_free(c);
}

/* Take a chunk off the list at this place. */
static void unlink_at(struct pool *pool, struct place at, struct chunk *c)
{
    struct level *level = &pool->levels[at.level];

    if (c->fd != NULL)
        c->fd->bk = c->bk;
    if (c->bk != NULL) {
        c->bk->fd = c->fd;
        return;
    }
    /* It was the first one. Was it the only one, too, and its list the last? */
    level->lists[at.list] = c->fd;
    if (c->fd == NULL)
        level->map &= ~(1UL << at.list);
    if (level->map == 0)
        pool->map &= ~(1UL << at.level);
}

void lists_unlink(struct pool *pool, struct chunk *c)
{
    unlink_at(pool, place_of(chunk_size(c)), c);
}

struct chunk *lists_take(struct pool *pool, size_t size)
{
    /* From the start of a range on, all chunks of a list are long enough. */
    size_t width = POOL_ALIGNMENT << width_log2(size);
    struct place at = place_of(align_up(size, width));
    if (at.level >= pool->nlevels)
        return NULL;

    unsigned long lists = pool->levels[at.level].map & -1UL << at.list;
    if (lists == 0) {
        /* The lowest level above that has a chunk. */
        unsigned long levels = pool->map & -2UL << at.level;
        if (levels == 0)
            return NULL;
        at.level = lowest_bit(levels);
        lists = pool->levels[at.level].map;
    }
    at.list = lowest_bit(lists);
    struct chunk *c = pool->levels[at.level].lists[at.list];
    unlink_at(pool, at, c);
    return c;
}
