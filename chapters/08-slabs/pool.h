/* pool.h - where slabs come from, and the table of them
 *
 * All slabs lie in one stretch of addresses that is reserved once. It costs no
 * memory: it is made accessible as slabs are dealt out. At its start lies the
 * table, with an entry for each slab:
 *
 *   slab_base -> +---------------------------------------+
 *                | entry 0 | entry 1 | entry 2 | ...     |  as long as 16384
 *                :                                       :  slabs
 *                +---------------------------------------+
 *                | slab 16384: slot, slot, slot, ...     |
 *                +---------------------------------------+
 *                | slab 16385: slot, slot, slot, ...     |
 *                +---------------------------------------+
 *                : not accessible yet                    :
 *                +---------------------------------------+  SLAB_SPAN bytes
 *
 * One subtraction and one comparison tell whether a payload lies in a slab, and
 * one shift which entry is that slab's. The entries of the table's own slabs
 * are 0, and say that no slot lies there.
 */
#ifndef POOL_H
#define POOL_H

#include "chunk.h"

#define SLAB_SIZE ((size_t)16 * 1024)
#define SLAB_SPAN ((size_t)64 << 30) /* 64 GiB; with 32 bits this is 0 */

/* A slab has 4 parts. On most machines this is a page each. */
#define SLAB_PARTS 4
#define PART_SIZE  (SLAB_SIZE / SLAB_PARTS)
#define ALL_PARTS  ((1u << SLAB_PARTS) - 1)

/* What has been learned by one page that was missed is forgotten by so many
 * that were not. */
#define UNLEARN 4

/* A ring links slabs: each is on one ring at any time. */
struct ring {
    struct ring *next, *before;
};

/* What the table says of a slab: 64 bytes, one line of the CPU's caches. Only
 * the owner may touch it. But whoever has a payload in the slab may read the
 * owner's name, the divisor, the size, and which parts are fresh. */
struct slab {
    alignas(64) struct ring ring; /* of the owner or the pool */
    struct owner *_Atomic owner;  /* NULL if it is in the pool */
    struct slot *first;           /* free slots */
    uint32_t divisor;             /* 2^32 / size, rounded up; 0: no slots */
    uint16_t size;                /* of a slot, in bytes */
    uint8_t class;
    bool kept;       /* it is in the pool, with its pages */
    uint16_t carved; /* slots in parts that are carved */
    uint16_t used;   /* of these are in use, or in a bin */
    uint16_t low;    /* when so few are used, slab.c must look */
    uint16_t fresh;  /* a bit for each part that is not carved */
    bool filed;      /* it is on a ring of its owner */
    bool sparse;     /* few slots are in use: perhaps whole pages are free */
};

/* Where the addresses begin. As long as there are none, no pointer lies in the
 * SLAB_SPAN bytes after it. */
extern uintptr_t slab_base;

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
    uintptr_t base = get_base(), offset = (uintptr_t)address - base;

    return is_in_slabs(address) ? (struct slab *)base + offset / SLAB_SIZE
                                : NULL;
}

/* Where its memory begins. */
static inline char *slab_start(const struct slab *s)
{
    uintptr_t base = get_base();

    return (char *)base + (size_t)(s - (struct slab *)base) * SLAB_SIZE;
}

/* Which parts are not carved: anybody may ask, but only the owner changes it.
 */
static inline unsigned fresh_parts(const struct slab *s)
{
    return __atomic_load_n(&s->fresh, __ATOMIC_RELAXED);
}

static inline void set_fresh_parts(struct slab *s, unsigned parts)
{
    __atomic_store_n(&s->fresh, (uint16_t)parts, __ATOMIC_RELAXED);
}

static inline void ring_init(struct ring *ring)
{
    ring->next = ring->before = ring;
}

static inline void ring_remove(struct slab *s)
{
    s->ring.next->before = s->ring.before;
    s->ring.before->next = s->ring.next;
}

/* Put a slab first on a ring. */
static inline void ring_add(struct ring *ring, struct slab *s)
{
    s->ring.next = ring->next;
    s->ring.before = ring;
    ring->next->before = &s->ring;
    ring->next = &s->ring;
}

/* The first slab on a ring, or NULL. */
static inline struct slab *ring_first(const struct ring *ring)
{
    return ring->next != ring ? (struct slab *)ring->next : NULL;
}

/* The lock guards the pool, and the slabs of threads that have ended. It is the
 * last lock that anybody takes. */
bool pool_lock(void);
void pool_unlock(bool locked);

/* A slab without slots, on no ring. NULL if there is none. The lock is held, as
 * it is for what follows. */
struct slab *pool_take(void);

/* Take back a slab that is on no ring, and of which no slot is used. */
void pool_give(struct slab *s);

/* Give all pages in the pool back. Returns whether there were any. */
bool pool_trim(void);

/* The slab after s in the table, or the first one if s is NULL, whoever has it;
 * NULL after the last one. */
struct slab *next_slab(const struct slab *s);

/* The bytes of the table, as far as it is in use. */
size_t table_bytes(void);

/* The bytes of the table, and of all slabs that are in use or have pages. */
size_t pool_held(void);

#endif
