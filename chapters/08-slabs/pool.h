/* pool.h - pages for slabs, and the table of them
 *
 * A slab is one page of 4 KiB. (Where pages are larger there are no slabs.) All
 * slabs lie in one stretch of addresses that is reserved once. It costs no
 * memory: it is made accessible as slabs are needed. At its start lies the
 * table, with an entry for each slab:
 *
 *   slab_base -> +---------------------------------------+
 *                | entry 0 | entry 1 | entry 2 | ...     |  as long as 131072
 *                :                                       :  slabs
 *                +---------------------------------------+
 *                | slab 131072: slot, slot, slot, ...    |
 *                +---------------------------------------+
 *                | slab 131073: slot, slot, slot, ...    |
 *                +---------------------------------------+
 *                : not accessible yet                    :
 *                +---------------------------------------+  SLAB_SPAN bytes
 *
 * One subtraction and one comparison tell whether a payload lies in a slab, and
 * one shift which entry is that slab's. The entries of the table's own pages
 * are not accessible, for no payload lies there.
 */
#ifndef POOL_H
#define POOL_H

#include "chunk.h"

#define SLAB_SIZE ((size_t)4096)
#define SLAB_SPAN ((size_t)64 << 30) /* 64 GiB; with 32 bits this is 0 */

/* The class of a slab is the size of its slots, in units of 16 bytes. */
#define SLOT_UNIT ((size_t)16)
#define MAX_SLOT  ((size_t)1024)
#define NCLASSES  (MAX_SLOT / SLOT_UNIT + 1)

/* What the table says of a slab: 32 bytes. Only the owner may change it. But
 * whoever has a payload in the slab may read the class and the owner: neither
 * changes as long as a slot is in use. */
struct slab {
    struct slab *next, *before; /* on a ring of its owner */
    struct slot *first;         /* free slots */
    uint16_t used;              /* slots in use, or in a bin */
    uint16_t owner;             /* its number; 0: nobody has the slab */
    uint8_t class;              /* 0: it has no slots */
    bool held;                  /* it has a page */
};

/* The slabs of an owner in which no slot is used, on two rings. (A ring begins
 * with a struct slab that is in no table.) */
struct pool {
    uint16_t owner;   /* its number, from 1 */
    struct slab kept; /* these have pages */
    struct slab gone; /* and these have none */
    size_t kept_count;
    size_t gone_count; /* those that lost one since the last trim */
    size_t used_count; /* slabs that are not in the pool */
    size_t learned;    /* how many more than usual may keep their pages */
};

/* Where the addresses begin. As long as there are none, no pointer lies in the
 * SLAB_SPAN bytes after it. */
extern uintptr_t slab_base;

/* 2^32 / size, rounded up, for each class. */
extern uint32_t divisors[NCLASSES];

static inline uintptr_t get_base(void)
{
    return __atomic_load_n(&slab_base, __ATOMIC_RELAXED);
}

static inline bool is_in_slabs(const void *address)
{
    const size_t span = SLAB_SPAN;

    return (uintptr_t)address - get_base() < span;
}

/* The slab in which an address lies; NULL if it lies in none. */
static inline struct slab *slab_of(const void *address)
{
    const size_t span = SLAB_SPAN;
    uintptr_t base = get_base(), offset = (uintptr_t)address - base;

    return offset < span ? (struct slab *)base + offset / SLAB_SIZE : NULL;
}

/* Where its page begins. */
static inline char *slab_start(const struct slab *s)
{
    uintptr_t base = get_base();

    return (char *)base + (size_t)(s - (struct slab *)base) * SLAB_SIZE;
}

/* The size of its slots, in bytes. */
static inline size_t slot_size(const struct slab *s)
{
    return s->class * SLOT_UNIT;
}

/* How many slots a slab of this class has. */
static inline size_t slots_of(size_t class)
{
    return class != 0 ? SLAB_SIZE / SLOT_UNIT / class : 0;
}

static inline void ring_init(struct slab *ring)
{
    ring->next = ring->before = ring;
}

static inline void ring_remove(struct slab *s)
{
    s->next->before = s->before;
    s->before->next = s->next;
}

/* Put a slab first on a ring. */
static inline void ring_add(struct slab *ring, struct slab *s)
{
    s->next = ring->next;
    s->before = ring;
    ring->next->before = s;
    ring->next = s;
}

/* The first slab on a ring, or NULL. */
static inline struct slab *ring_first(const struct slab *ring)
{
    return ring->next != ring ? ring->next : NULL;
}

/* The lock guards what all threads share: the addresses, the list of owners,
 * and owners without a thread. It is the last lock that anybody takes. */
bool slabs_lock(void);
void slabs_unlock(bool locked);

void pool_init(struct pool *pool, uint16_t owner);

/* A slab without used slots, on no ring. NULL if there is none. */
struct slab *pool_take(struct pool *pool);

/* Take a slab back that is on no ring, and of which no slot is used. Pages of
 * this and of others may go back to the system. */
void pool_give(struct pool *pool, struct slab *s);

/* The same for a slab that nobody has taken. All keep their pages. */
void pool_keep(struct pool *pool, struct slab *s);

/* Give all pages in the pool back. Returns whether there were any. */
bool pool_trim(struct pool *pool);

/* The slab after s in the table, or the first one if s is NULL, whoever has it;
 * NULL after the last one. */
struct slab *next_slab(const struct slab *s);

/* The bytes of the table, as far as it is in use. */
size_t table_bytes(void);

/* The same, and the pages that slabs have. */
size_t slabs_held(void);

#endif
