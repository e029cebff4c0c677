/* slab.c - slabs, and the free objects in them
 *
 * Invariants: a slab is on the list that its active says, slabs_free (0),
 * slabs_full (num) or slabs_partial, and then its first frame has PG_slab. The
 * freelist from active on has indices below num, each once. free_objects is the
 * sum of num - active of all slabs.
 *
 * To take an object takes a few instructions. To free one takes a look at all
 * free ones of its slab, so that a second free is found. (Linux looks only if
 * it is built with CONFIG_DEBUG_SLAB.)
 */
#include "slab.h"
#include "buddy.h"
#include "bug.h"

/* ---- objects of a slab ---- */

static unsigned obj_to_index(const struct kmem_cache *cache,
                             const struct page *page, const void *object)
{
    size_t offset = (size_t)((const char *)object - (char *)page->s_mem);
    return (unsigned)offset / (unsigned)cache->size;
}

struct page *virt_to_slab(const struct kmem_cache *cache, const void *object)
{
    static const char where[] = "kmem_cache_free";

    if (!virt_addr_valid(object))
        bug(where, "%p is not the address of a frame", object);
    struct page *page = block_of(virt_to_page(object));
    if (page == NULL || !PageSlab(page))
        bug(where, "%p lies in frame %lu, which is in no slab", object,
            page_to_pfn(virt_to_page(object)));
    if (page->slab_cache != cache)
        bug(where, "%p is an object of %s, not of %s", object,
            page->slab_cache->name, cache->name);
    unsigned index = obj_to_index(cache, page, object);
    if (index >= cache->num)
        bug(where, "%p lies in a slab of %s, but in no object", object,
            cache->name);
    if (object != index_to_obj(cache, page, index))
        bug(where, "%p lies within an object of %s, not at its start", object,
            cache->name);
    return page;
}

void freed_twice(const struct kmem_cache *cache, const void *object)
{
    bug("kmem_cache_free", "%p, an object of %s, was freed twice", object,
        cache->name);
}

static void *slab_get_obj(const struct kmem_cache *cache, struct page *page)
{
    return index_to_obj(cache, page, page->freelist[page->active++]);
}

static void slab_put_obj(const struct kmem_cache *cache, struct page *page,
                         void *object)
{
    unsigned index = obj_to_index(cache, page, object);

    for (unsigned i = page->active; i < cache->num; i++)
        if (page->freelist[i] == index)
            freed_twice(cache, object);
    page->freelist[--page->active] = (unsigned short)index;
}

/* ---- slabs of a cache ---- */

/* A slab with a free object: rather one that is in use already. */
static struct page *get_first_slab(struct kmem_cache_node *node)
{
    if (!list_empty(&node->slabs_partial))
        return list_first_entry(&node->slabs_partial, struct page, lru);
    if (!list_empty(&node->slabs_free))
        return list_first_entry(&node->slabs_free, struct page, lru);
    return NULL;
}

unsigned alloc_block(struct kmem_cache *cache, void **objects, unsigned count)
{
    struct kmem_cache_node *node = &cache->node;
    struct page *page;
    unsigned got = 0;

    while (got < count && (page = get_first_slab(node)) != NULL) {
        while (got < count && page->active < cache->num)
            objects[got++] = slab_get_obj(cache, page);
        list_del(&page->lru);
        list_add(&page->lru, page->active == cache->num ? &node->slabs_full
                                                        : &node->slabs_partial);
    }
    node->free_objects -= got;
    return got;
}

void detach_slab(struct kmem_cache *cache, struct page *page,
                 struct list_head *unused)
{
    page->flags &= ~(1UL << PG_slab);
    cache->node.free_objects -= cache->num;
    list_del(&page->lru);
    list_add(&page->lru, unused);
}

/* A slab that has become partial goes to the list's end: the later it is used
 * again, the more of its other objects are freed by then. */
void free_block(struct kmem_cache *cache, void **objects, unsigned count,
                struct list_head *unused)
{
    struct kmem_cache_node *node = &cache->node;

    for (unsigned i = 0; i < count; i++) {
        struct page *page = virt_to_slab(cache, objects[i]);
        slab_put_obj(cache, page, objects[i]);
        node->free_objects++;
        list_del(&page->lru);
        if (page->active > 0)
            list_add_tail(&page->lru, &node->slabs_partial);
        else
            list_add(&page->lru, &node->slabs_free);
        if (page->active == 0 && node->free_objects > node->free_limit)
            detach_slab(cache, page, unused);
    }
}
