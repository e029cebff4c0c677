/* object.h - the object of a cache that lies at an address
 */
#ifndef OBJECT_H
#define OBJECT_H

#include "buddy.h"
#include "slab.h"

/* The slab that an address lies in, or NULL. */
static inline const struct page *slab_of(const void *address)
{
    for (unsigned order = 0; virt_addr_valid(address) && order < MAX_ORDER;
         order++) {
        const struct page *head =
            pfn_to_page(page_to_pfn(virt_to_page(address)) & -(1UL << order));
        if (PageSlab(head) && head->order >= order)
            return head;
    }
    return NULL;
}

/* The object at an address, or next to it on the left or on the right. */
static inline void *nearest_obj(const struct page *slab, const void *address)
{
    const struct kmem_cache *cache = slab->slab_cache;
    long size = (long)cache->size;
    long offset = (const char *)address - (const char *)slab->s_mem;
    long index = offset > 0 ? offset / size : 0;
    long beyond = offset - index * size - (long)cache->object_size;

    if (beyond > size - (long)cache->object_size - beyond)
        index++; /* the next one is nearer */
    if (index >= (long)cache->num)
        index = (long)cache->num - 1;
    return index_to_obj(cache, slab, (unsigned)index);
}

#endif
