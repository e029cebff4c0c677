/* pool.c - pages for slabs, and the table of them
 *
 * A slab that has no used slot can serve any size. Its owner keeps it in a
 * pool. Some slabs there keep their pages, for the next size that needs one.
 * The pages of others go back to the system: only addresses are kept.
 *
 * How many should keep them? If a slab is needed that has given its page back,
 * too few have kept theirs, and one more may. If some give theirs back without
 * being needed, one less.
 */
#include "pool.h"
#include "lock.h"
#include "os.h"

#include <string.h>

/* One slab may keep its page for so many in use, and as many as learned. When
 * there are so many more, those give theirs back, all in one call. */
#define KEPT_PART 8
#define AT_ONCE   64

/* What has been learned by one page that was missed is forgotten by so many
 * that were not. */
#define UNLEARN 4

/* So many are made accessible at a time, with a page of the table for them. */
#define OPEN_SLABS ((size_t)128)

/* The first pages are the table itself. */
#define TABLE_SLABS (SLAB_SPAN / SLAB_SIZE * sizeof(struct slab) / SLAB_SIZE)

uintptr_t slab_base = -SLAB_SPAN;
uint32_t divisors[NCLASSES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t opened; /* slabs before this one are accessible; 0: nothing is */
static bool refused;  /* there are no addresses */

bool slabs_lock(void)
{
    return lock_acquire(&lock);
}

void slabs_unlock(bool locked)
{
    lock_release(&lock, locked);
}

static bool reserve(void)
{
    void *start = !refused ? os_reserve(SLAB_SPAN) : NULL;

    refused = start == NULL;
    if (refused)
        return false;
    for (size_t i = 1; i < NCLASSES; i++)
        divisors[i] = (uint32_t)(UINT32_MAX / (i * SLOT_UNIT) + 1);
    __atomic_store_n(&slab_base, (uintptr_t)start, __ATOMIC_RELAXED);
    opened = TABLE_SLABS;
    return true;
}

/* Make more slabs accessible, and their entries in the table. They all get this
 * owner, for good. The lock is held. */
static void open_slabs(struct pool *pool)
{
    struct slab *s = (struct slab *)slab_base + opened;

    if (opened + OPEN_SLABS > SLAB_SPAN / SLAB_SIZE ||
        !os_open(s, OPEN_SLABS * sizeof(*s)) ||
        !os_open(slab_start(s), OPEN_SLABS * SLAB_SIZE))
        return;
    opened += OPEN_SLABS;
    for (size_t i = OPEN_SLABS; i-- > 0;) {
        s[i].owner = pool->owner;
        ring_add(&pool->gone, &s[i]);
    }
}

void pool_init(struct pool *pool, uint16_t owner)
{
    memset(pool, 0, sizeof(*pool));
    pool->owner = owner;
    ring_init(&pool->kept);
    ring_init(&pool->gone);
}

/* A slab without a page. */
static struct slab *take_gone(struct pool *pool)
{
    if (ring_first(&pool->gone) == NULL) {
        bool locked = slabs_lock();
        if (opened != 0 || reserve())
            open_slabs(pool);
        slabs_unlock(locked);
    }
    if (pool->gone_count != 0) {
        pool->gone_count--;
        pool->learned++;
    }
    return ring_first(&pool->gone);
}

struct slab *pool_take(struct pool *pool)
{
    struct slab *s = ring_first(&pool->kept);

    if (s != NULL)
        pool->kept_count--;
    else
        s = take_gone(pool);
    if (s == NULL)
        return NULL;
    ring_remove(s);
    pool->used_count++;
    return s;
}

/* Let slabs give their pages back, the oldest first, until so many are left. */
static void discard_all_but(struct pool *pool, size_t count)
{
    struct batch b = {.count = 0};

    for (; pool->kept_count > count; pool->kept_count--) {
        struct slab *s = pool->kept.before;
        s->class = 0;
        os_discard_with(&b, slab_start(s), SLAB_SIZE);
        ring_remove(s);
        ring_add(&pool->gone, s);
        if (++pool->gone_count % UNLEARN == 0 && pool->learned != 0)
            pool->learned--;
    }
    os_discard_batch(&b);
}

void pool_give(struct pool *pool, struct slab *s)
{
    ring_add(&pool->kept, s);
    pool->kept_count++;
    pool->used_count--;
    size_t may = pool->used_count / KEPT_PART + pool->learned;
    if (pool->kept_count >= may + AT_ONCE)
        discard_all_but(pool, may);
}

bool pool_trim(struct pool *pool)
{
    bool any = pool->kept_count != 0;

    discard_all_but(pool, 0);
    return any;
}

struct slab *next_slab(const struct slab *s)
{
    struct slab *table = (struct slab *)slab_base;
    size_t number = s != NULL ? (size_t)(s - table) + 1 : TABLE_SLABS;

    return number < opened ? table + number : NULL;
}

size_t table_bytes(void)
{
    return opened != 0 ? (opened - TABLE_SLABS) * sizeof(struct slab) : 0;
}

size_t slabs_held(void)
{
    size_t held = table_bytes();

    for (struct slab *s = next_slab(NULL); s != NULL; s = next_slab(s))
        held += s->class != 0 ? SLAB_SIZE : 0;
    return held;
}
