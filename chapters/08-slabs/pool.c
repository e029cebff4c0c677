/* pool.c - where slabs come from, and the table of them
 *
 * A slab that becomes empty can serve any size. So it comes back here, and goes
 * from here to whoever needs one next. Some keep their pages meanwhile. The
 * pages of others go back to the system: only addresses are kept.
 */
#include "pool.h"
#include "lock.h"
#include "os.h"

/* How many slabs keep their pages: so many, or one for so many in use. */
#define LEAST_KEPT ((size_t)8)
#define KEPT_PART  8

/* So many are made accessible at a time, with a page of the table for them. */
#define OPEN_SLABS ((size_t)64)

/* The first slabs are the table itself. */
#define TABLE_SLABS (SLAB_SPAN / SLAB_SIZE * sizeof(struct slab) / SLAB_SIZE)

_Atomic uintptr_t slab_base = -SLAB_SPAN;

/* The lock guards all of this. */
static struct {
    pthread_mutex_t lock;
    struct ring kept, gone; /* slabs that have pages, and that have none */
    size_t kept_count, in_use;
    size_t next, open; /* numbers of slabs: never dealt out; not accessible */
    bool refused;      /* there are no addresses */
} pool = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .kept = {&pool.kept, &pool.kept},
    .gone = {&pool.gone, &pool.gone},
};

bool pool_lock(void)
{
    return lock_acquire(&pool.lock);
}

void pool_unlock(bool locked)
{
    lock_release(&pool.lock, locked);
}

static bool reserve(void)
{
    void *start = SLAB_SPAN != 0 ? os_reserve(SLAB_SPAN) : NULL;

    pool.refused = start == NULL;
    if (start == NULL)
        return false;
    slab_base = (uintptr_t)start;
    pool.next = pool.open = TABLE_SLABS;
    return true;
}

/* Make more slabs accessible, and the entries of the table for them. */
static bool open_more(void)
{
    struct slab *table = (struct slab *)slab_base;

    if (pool.open + OPEN_SLABS > SLAB_SPAN / SLAB_SIZE ||
        !os_open(table + pool.open, OPEN_SLABS * sizeof(*table)) ||
        !os_open(slab_start(table + pool.open), OPEN_SLABS * SLAB_SIZE))
        return false;
    pool.open += OPEN_SLABS;
    return true;
}

/* A slab that was never dealt out. */
static struct slab *take_fresh(void)
{
    if (pool.open == 0 && (pool.refused || !reserve()))
        return NULL;
    if (pool.next == pool.open && !open_more())
        return NULL;
    struct slab *s = (struct slab *)slab_base + pool.next++;
    ring_init(&s->ring);
    return s;
}

struct slab *pool_take(void)
{
    struct slab *s = ring_first(&pool.kept);

    if (s != NULL)
        pool.kept_count--;
    else
        s = ring_first(&pool.gone);
    if (s == NULL)
        s = take_fresh();
    if (s == NULL)
        return NULL;
    ring_remove(s);
    s->kept = false;
    pool.in_use++;
    return s;
}

/* Of the slabs that keep their pages the one that came first loses them. */
static void discard_oldest(void)
{
    struct slab *s = (struct slab *)pool.kept.before;

    os_discard(slab_start(s), SLAB_SIZE);
    s->kept = false;
    pool.kept_count--;
    ring_remove(s);
    ring_add(&pool.gone, s);
}

void pool_give(struct slab *s)
{
    s->owner = NULL;
    s->divisor = 0;
    s->kept = true;
    ring_add(&pool.kept, s);
    pool.kept_count++;
    pool.in_use--;
    while (pool.kept_count > LEAST_KEPT + pool.in_use / KEPT_PART)
        discard_oldest();
}

bool pool_trim(void)
{
    bool any = pool.kept_count != 0;

    while (pool.kept_count != 0)
        discard_oldest();
    return any;
}

struct slab *next_slab(const struct slab *s)
{
    struct slab *table = (struct slab *)slab_base;
    size_t number = s != NULL ? (size_t)(s - table) + 1 : TABLE_SLABS;

    return number < pool.next ? table + number : NULL;
}

size_t table_bytes(void)
{
    return pool.open != 0 ? (pool.open - TABLE_SLABS) * sizeof(struct slab) : 0;
}

size_t pool_held(void)
{
    return table_bytes() + (pool.in_use + pool.kept_count) * SLAB_SIZE;
}
