/* slabs.h - what the cases of caches and slabs share
 *
 * From the second stage on there are arrays of free objects in front of the
 * slabs. A case that looks at slabs makes these small first, and empties them
 * before it looks. Where there are none, the two functions are not there
 * either: a weak name that nobody defines is NULL.
 */
#ifndef SLABS_H
#define SLABS_H

#include "suite.h"

#include "buddy.h"
#include "slab.h"

/* Now objects reach their slab at once, or almost: one stays in the array. */
void make_arrays_small(struct kmem_cache *cache) __attribute__((weak));

/* Move what lies in arrays to the slabs. No free slab is given back. */
void empty_arrays(struct kmem_cache *cache) __attribute__((weak));

unsigned long free_frames(void);
struct kmem_cache *must_create(const char *name, size_t size, size_t align);

/* A cache whose slabs show what is done. */
struct kmem_cache *must_create_bare(const char *name, size_t size);

void *must_take(struct kmem_cache *cache);

/* Free an object, and have it reach its slab. */
void give_to_slab(struct kmem_cache *cache, void *object);

unsigned length(const struct list_head *head);

/* How many slabs of the cache are partial, full and free, as digits. */
unsigned slabs(const struct kmem_cache *cache);

struct kmem_cache *cache_of(void *object);

#endif
