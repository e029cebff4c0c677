/* support_02_1.c - what the cases of caches and slabs share
 */
#include "slabs.h"

unsigned long free_frames(void)
{
    return normal_zone.free_pages;
}

struct kmem_cache *must_create(const char *name, size_t size, size_t align)
{
    struct kmem_cache *cache = kmem_cache_create(name, size, align, NULL);
    ck_assert_msg(cache != NULL, "there is no cache of %zu bytes", size);
    return cache;
}

struct kmem_cache *must_create_bare(const char *name, size_t size)
{
    struct kmem_cache *cache = must_create(name, size, 0);
    if (make_arrays_small != NULL)
        make_arrays_small(cache);
    return cache;
}

void *must_take(struct kmem_cache *cache)
{
    void *object = kmem_cache_alloc(cache, GFP_KERNEL);
    ck_assert_msg(object != NULL, "there is no object of %s", cache->name);
    return object;
}

void give_to_slab(struct kmem_cache *cache, void *object)
{
    kmem_cache_free(cache, object);
    if (empty_arrays != NULL)
        empty_arrays(cache);
}

unsigned length(const struct list_head *head)
{
    unsigned links = 0;

    for (const struct list_head *link = head->next; link != head;
         link = link->next)
        links++;
    return links;
}

unsigned slabs(const struct kmem_cache *cache)
{
    const struct kmem_cache_node *node = &cache->node;
    return length(&node->slabs_partial) * 100 + length(&node->slabs_full) * 10 +
           length(&node->slabs_free);
}

struct kmem_cache *cache_of(void *object)
{
    return block_of(virt_to_page(object))->slab_cache;
}
