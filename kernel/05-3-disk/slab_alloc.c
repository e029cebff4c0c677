/* slab_alloc.c - the way of an object, and where slabs come from
 *
 * An object comes from an array of this CPU (array_cache.c), which is refilled
 * from slabs (slab.c). Only if these have no free object either, a new slab is
 * made, out of frames. That may take long, so no lock is held, and no CPU.
 *
 * The freelist of a slab can be an object of a cache itself. That cache has its
 * own freelists on its slabs, so it goes no deeper than that.
 */
#include "array_cache.h"
#include "buddy.h"
#include "context.h"

#include <string.h>

struct kmem_cache *freelist_cache;

/* ---- new slabs, and old ones ---- */

/* How far on the objects of the next slab begin. */
static size_t next_colour(struct kmem_cache *cache)
{
    struct kmem_cache_node *node = &cache->node;

    spin_lock(&node->list_lock);
    unsigned colour = node->colour_next;
    node->colour_next = (colour + 1) % cache->colour;
    spin_unlock(&node->list_lock);
    return colour * cache->colour_off;
}

/* Give the slab a freelist: its own last bytes, or an object of a cache. */
static bool alloc_slabmgmt(struct kmem_cache *cache, struct page *page,
                           gfp_t gfp)
{
    char *start = page_address(page);
    char *end = start + (PAGE_SIZE << cache->gfporder);

    if (cache->off_slab)
        page->freelist = kmem_cache_alloc(freelist_cache, gfp);
    else
        page->freelist = (unsigned short *)end - cache->num;
    page->s_mem = start + next_colour(cache);
    page->slab_cache = cache;
    page->active = 0;
    return page->freelist != NULL;
}

static void cache_init_objs(struct kmem_cache *cache, struct page *page)
{
    for (unsigned i = 0; i < cache->num; i++) {
        page->freelist[i] = (unsigned short)i;
        if (cache->ctor != NULL)
            cache->ctor(index_to_obj(cache, page, i));
    }
}

static bool cache_grow(struct kmem_cache *cache, gfp_t gfp)
{
    gfp &= ~__GFP_ZERO;
    struct page *page = alloc_pages(gfp, cache->gfporder);
    if (page == NULL)
        return false;
    if (!alloc_slabmgmt(cache, page, gfp)) {
        __free_pages(page, cache->gfporder);
        return false;
    }
    cache_init_objs(cache, page);

    spin_lock(&cache->node.list_lock);
    page->flags |= 1UL << PG_slab;
    list_add(&page->lru, &cache->node.slabs_free);
    cache->node.free_objects += cache->num;
    spin_unlock(&cache->node.list_lock);
    return true;
}

void slabs_destroy(struct kmem_cache *cache, struct list_head *unused)
{
    while (!list_empty(unused)) {
        struct page *page = list_first_entry(unused, struct page, lru);
        unsigned short *freelist = page->freelist;
        list_del(&page->lru);
        __free_pages(page, cache->gfporder);
        if (cache->off_slab)
            kmem_cache_free(freelist_cache, freelist);
    }
}

/* ---- to take and to free ---- */

/* Other CPUs may take all objects of the new slab before we come back. */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
    void *object;

    might_sleep_if(gfp & __GFP_DIRECT_RECLAIM);
    while ((object = take_object(cache)) == NULL)
        if (!cache_grow(cache, gfp))
            return NULL;
    if (gfp & __GFP_ZERO)
        memset(object, 0, cache->object_size);
    return object;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
    struct list_head unused;

    virt_to_slab(cache, object);
    INIT_LIST_HEAD(&unused);
    put_object(cache, object, &unused);
    slabs_destroy(cache, &unused);
}
