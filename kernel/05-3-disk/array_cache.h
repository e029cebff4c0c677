/* array_cache.h - free objects at hand, for each CPU
 *
 * Each CPU has an array of free objects of each cache. The last one that was
 * freed is the first one to be taken, because it is most likely still in the
 * CPU's own cache. Nobody else looks into the array, so no lock is needed that
 * others want. Only if it is empty, or full, it is refilled or flushed, by
 * batchcount objects at once: from or to the array that all CPUs share, or else
 * the slabs.
 *
 *   CPU 0  [ o o o o . . . ]     [ shared: o o o o o o o . . . ]    slabs
 *   CPU 1  [ o o . . . . . ]     the list_lock guards the shared array and them
 *
 * For the slabs, what lies in an array is in use.
 */
#ifndef ARRAY_CACHE_H
#define ARRAY_CACHE_H

#include "slab.h"

struct array_cache {
    unsigned avail;      /* how many objects there are */
    unsigned limit;      /* how many there may be */
    unsigned batchcount; /* how many are moved at once */
    void *entry[];       /* the one freed last is the last */
};

/* Take an object from the array of this CPU, or from where that is refilled.
 * Returns NULL if no slab has one. */
void *take_object(struct kmem_cache *cache);

/* Put it there. If slabs are to be given back then, they are put on a list. */
void put_object(struct kmem_cache *cache, void *object,
                struct list_head *unused);

/* Give a new cache its arrays, and take them away. Returns 0 or -ENOMEM. */
int enable_cpucache(struct kmem_cache *cache);
void disable_cpucache(struct kmem_cache *cache);

/* Empty all arrays into the slabs. Those to give back are put on a list. */
void drain_cpu_caches(struct kmem_cache *cache, struct list_head *unused);

#endif
