/* pool.c - where slabs come from, and the table of them
 *
 * A slab that becomes empty can serve any size. So it comes back here, and goes
 * from here to whoever needs one next. Some keep their pages meanwhile. The
 * pages of others go back to the system: only addresses are kept.
 *
 * How many should keep them? If a slab is needed that has lost its pages, too
 * few have kept theirs, and one more may. If some lose theirs without being
 * needed, one less.
 */
#include "pool.h"
#include "lock.h"
#include "os.h"

/* How many slabs keep their pages: so many, one for so many in use, and what
 * has been learned, up to 32 MiB. */
#define LEAST_KEPT   ((size_t)16)
#define KEPT_PART    8
#define MOST_LEARNED ((size_t)2048)
#define AT_ONCE      8 /* slabs that lose their pages together */

/* So many are made accessible at a time, with a page of the table for them. */
#define OPEN_SLABS ((size_t)64)

/* The first slabs are the table itself. */
#define TABLE_SLABS (SLAB_SPAN / SLAB_SIZE * sizeof(struct slab) / SLAB_SIZE)

uintptr_t slab_base = -SLAB_SPAN;

/* The lock guards all of this. */
static struct {
    pthread_mutex_t lock;
    struct ring kept, gone; /* slabs that have pages, and that have none */
    size_t kept_count, in_use;
    size_t learned, unneeded; /* see discard_oldest() */
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
    __atomic_store_n(&slab_base, (uintptr_t)start, __ATOMIC_RELAXED);
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

    if (s != NULL) {
        pool.kept_count--;
    } else {
        s = ring_first(&pool.gone);
        if (s != NULL && pool.learned < MOST_LEARNED)
            pool.learned++;
    }
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
static void discard_oldest(struct batch *b)
{
    struct slab *s = (struct slab *)pool.kept.before;

    os_discard_with(b, slab_start(s), SLAB_SIZE);
    s->kept = false;
    pool.kept_count--;
    ring_remove(s);
    ring_add(&pool.gone, s);
    if (++pool.unneeded % UNLEARN == 0 && pool.learned != 0)
        pool.learned--;
}

static void discard_all_but(size_t count)
{
    struct batch b = {.count = 0};

    while (pool.kept_count > count)
        discard_oldest(&b);
    os_discard_batch(&b);
}

void pool_give(struct slab *s)
{
    s->owner = NULL;
    s->divisor = 0;
    s->kept = true;
    ring_add(&pool.kept, s);
    pool.kept_count++;
    pool.in_use--;
    size_t may = LEAST_KEPT + pool.learned + pool.in_use / KEPT_PART;
    if (pool.kept_count >= may + AT_ONCE)
        discard_all_but(may);
}

bool pool_trim(void)
{
    bool any = pool.kept_count != 0;

    discard_all_but(0);
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
