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

static inline unsigned long free_frames(void)
{
    return normal_zone.free_pages;
}

static inline struct kmem_cache *must_create(const char *name, size_t size,
                                             size_t align)
{
    struct kmem_cache *cache = kmem_cache_create(name, size, align, NULL);
    ck_assert_msg(cache != NULL, "there is no cache of %zu bytes", size);
    return cache;
}

/* A cache whose slabs show what is done. */
static inline struct kmem_cache *must_create_bare(const char *name, size_t size)
{
    struct kmem_cache *cache = must_create(name, size, 0);
    if (make_arrays_small != NULL)
        make_arrays_small(cache);
    return cache;
}

static inline void *must_take(struct kmem_cache *cache)
{
    void *object = kmem_cache_alloc(cache, GFP_KERNEL);
    ck_assert_msg(object != NULL, "there is no object of %s", cache->name);
    return object;
}

/* Free an object, and have it reach its slab. */
static inline void give_to_slab(struct kmem_cache *cache, void *object)
{
    kmem_cache_free(cache, object);
    if (empty_arrays != NULL)
        empty_arrays(cache);
}

static inline unsigned length(const struct list_head *head)
{
    unsigned links = 0;

    for (const struct list_head *link = head->next; link != head;
         link = link->next)
        links++;
    return links;
}

/* How many slabs of the cache are partial, full and free, as digits. */
static inline unsigned slabs(const struct kmem_cache *cache)
{
    const struct kmem_cache_node *node = &cache->node;
    return length(&node->slabs_partial) * 100 + length(&node->slabs_full) * 10 +
           length(&node->slabs_free);
}

static inline struct kmem_cache *cache_of(void *object)
{
    return block_of(virt_to_page(object))->slab_cache;
}

#endif
