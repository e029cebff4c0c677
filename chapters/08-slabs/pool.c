/* pool.c - pages for slabs, and the table of them
 *
 * A slab that has no used slot can serve any size. Its owner keeps it in a
 * pool. Some slabs there keep their pages, for the next size that needs one.
 * The pages of others go back to the system: only addresses are kept. Pages
 * come and go several at a time, as a call or a page fault for each would be
 * dear.
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
 * there are AT_ONCE more than that, those give theirs back together. */
#define KEPT_PART 8
#define AT_ONCE   64

/* What has been learned by one page that was missed is forgotten by so many
 * that were not. */
#define UNLEARN 4

/* With a page that is needed come pages for a part of those in use, too. */
#define AHEAD_PART 64
#define MOST_AHEAD 8

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

void pool_keep(struct pool *pool, struct slab *s)
{
    ring_add(&pool->kept, s);
    pool->kept_count++;
}

/* How many slabs follow each other, on a ring and in memory? */
static size_t run_length(const struct slab *s, size_t most)
{
    size_t length = 1;

    while (length < most && s[length - 1].next == &s[length])
        length++;
    return length;
}

/* Let some slabs have pages: the first one that has none, and if many are used
 * some more that follow it. */
static void fetch_pages(struct pool *pool)
{
    if (ring_first(&pool->gone) == NULL) {
        bool locked = slabs_lock();
        if (opened != 0 || reserve())
            open_slabs(pool);
        slabs_unlock(locked);
    }
    struct slab *s = ring_first(&pool->gone);
    if (s == NULL)
        return;
    size_t ahead = pool->used_count / AHEAD_PART;
    size_t count = run_length(s, 1 + (ahead < MOST_AHEAD ? ahead : MOST_AHEAD));
    if (count > 1)
        os_populate(slab_start(s), count * SLAB_SIZE);
    for (size_t i = count; i-- > 0;) {
        s[i].held = true;
        ring_remove(&s[i]);
        pool_keep(pool, &s[i]);
    }
    size_t missed = count < pool->gone_count ? count : pool->gone_count;
    pool->gone_count -= missed;
    pool->learned += missed;
}

struct slab *pool_take(struct pool *pool)
{
    if (pool->kept_count == 0)
        fetch_pages(pool);
    struct slab *s = ring_first(&pool->kept);
    if (s == NULL)
        return NULL;
    ring_remove(s);
    pool->kept_count--;
    pool->used_count++;
    return s;
}

/* A slab gives its page back, when the batch is discarded. */
static void lose_page(struct pool *pool, struct slab *s, struct batch *b)
{
    s->class = 0;
    s->held = false;
    os_discard_with(b, slab_start(s), SLAB_SIZE);
    ring_remove(s);
    ring_add(&pool->gone, s);
    pool->kept_count--;
    if (++pool->gone_count % UNLEARN == 0 && pool->learned != 0)
        pool->learned--;
}

/* Let slabs give their pages back, until so many are left: the empty ones among
 * those that were opened together with the oldest, from the last to the first.
 * (Pages that lie close together go back more cheaply.) */
static void discard_all_but(struct pool *pool, size_t count)
{
    struct batch b = {.count = 0};

    while (pool->kept_count > count) {
        struct slab *table = (struct slab *)slab_base;
        size_t oldest = (size_t)(pool->kept.before - table);
        struct slab *first = table + align_down(oldest, OPEN_SLABS);
        for (struct slab *s = first + OPEN_SLABS; s-- > first;)
            if (s->held && s->used == 0 && pool->kept_count > count)
                lose_page(pool, s, &b);
    }
    os_discard_batch(&b);
}

void pool_give(struct pool *pool, struct slab *s)
{
    pool_keep(pool, s);
    pool->used_count--;
    size_t may = pool->used_count / KEPT_PART + pool->learned;
    if (pool->kept_count >= may + AT_ONCE)
        discard_all_but(pool, may);
}

bool pool_trim(struct pool *pool)
{
    bool any = pool->kept_count != 0;

    discard_all_but(pool, 0);
    pool->gone_count = 0; /* so if one is missed, nothing is learned */
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
        held += s->held ? SLAB_SIZE : 0;
    return held;
}
