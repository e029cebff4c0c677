/* check_slab.c - are slabs, freelists and arrays as they must be?
 *
 * What is asked here are the invariants of slab.c and array_cache.c. That
 * nothing is free twice is found by a mark for each free object, in a map of
 * all places in memory where one can begin. The map comes from the host.
 */
#include "array_cache.h"
#include "check_parts.h"

#include <stdlib.h>

static unsigned char *marks; /* a byte for each PLACE bytes of memory */

#define PLACE sizeof(void *)

void lock_slabs(void)
{
    struct kmem_cache *cache;

    spin_lock(&slab_mutex);
    for (int cpu = 0; cpu < NR_CPUS; cpu++)
        hold_cpu(cpu);
    list_for_each_entry(cache, &slab_caches, list)
        spin_lock(&cache->node.list_lock);
}

void unlock_slabs(void)
{
    struct kmem_cache *cache;

    list_for_each_entry(cache, &slab_caches, list)
        spin_unlock(&cache->node.list_lock);
    for (int cpu = NR_CPUS - 1; cpu >= 0; cpu--)
        release_cpu(cpu);
    spin_unlock(&slab_mutex);
}

/* Returns false if it has a mark already. */
static bool mark(const void *object)
{
    unsigned char *place = marks + ((char *)object - direct_map) / PLACE;

    return (*place)++ == 0;
}

/* ---- slabs ---- */

static const char *check_freelist(const struct kmem_cache *cache,
                                  const struct page *page)
{
    unsigned long pfn = page_to_pfn(page);

    for (unsigned i = page->active; i < cache->num; i++) {
        unsigned index = page->freelist[i];
        if (index >= cache->num)
            return broken("%s: slab at frame %lu: object %u of %u is free",
                          cache->name, pfn, index, cache->num);
        if (!mark(index_to_obj(cache, page, index)))
            return broken("%s: slab at frame %lu: object %u is free twice",
                          cache->name, pfn, index);
    }
    return NULL;
}

/* Is this a slab, with as many objects in use as one on its list may have? */
static const char *check_slab(const struct kmem_cache *cache,
                              const struct page *page, unsigned least,
                              unsigned most)
{
    unsigned long pfn = page_to_pfn(page);
    const char *start = page_address(page), *s_mem = page->s_mem;

    if (!PageSlab(page) || page->slab_cache != cache ||
        page->order != cache->gfporder)
        return broken("%s: frame %lu is no slab of it", cache->name, pfn);
    if (page->active < least || page->active > most)
        return broken("%s: slab at frame %lu: %u of %u objects in use, on the "
                      "wrong list",
                      cache->name, pfn, page->active, cache->num);
    if (s_mem < start ||
        s_mem + cache->size * cache->num >
            (cache->off_slab ? start + (PAGE_SIZE << page->order)
                             : (char *)page->freelist))
        return broken("%s: slab at frame %lu: objects go beyond it",
                      cache->name, pfn);
    return check_freelist(cache, page);
}

static const char *check_slab_list(const struct kmem_cache *cache,
                                   const struct list_head *head, unsigned least,
                                   unsigned most, unsigned long *free,
                                   unsigned long *slabs)
{
    const struct list_head *before = head;
    const char *trouble;

    for (; before->next != head; before = before->next) {
        const struct page *page = list_entry(before->next, struct page, lru);
        if (!is_struct_page(page) || page->lru.prev != before)
            return broken("%s: a list of slabs is broken", cache->name);
        if ((trouble = check_slab(cache, page, least, most)) != NULL)
            return trouble;
        *free += cache->num - page->active;
        ++*slabs;
    }
    return NULL;
}

static const char *check_node(const struct kmem_cache *cache,
                              unsigned long *slabs)
{
    const struct kmem_cache_node *node = &cache->node;
    unsigned long free = 0;
    const char *trouble;

    if ((trouble = check_slab_list(cache, &node->slabs_free, 0, 0, &free,
                                   slabs)) != NULL ||
        (trouble = check_slab_list(cache, &node->slabs_partial, 1,
                                   cache->num - 1, &free, slabs)) != NULL ||
        (trouble = check_slab_list(cache, &node->slabs_full, cache->num,
                                   cache->num, &free, slabs)) != NULL)
        return trouble;
    if (node->free_objects != free)
        return broken("%s: free_objects is %lu, not %lu", cache->name,
                      node->free_objects, free);
    return NULL;
}

/* ---- arrays ---- */

static const char *check_array(const struct kmem_cache *cache,
                               const struct array_cache *ac)
{
    if (ac->avail > ac->limit)
        return broken("%s: an array of %u objects has %u", cache->name,
                      ac->limit, ac->avail);
    for (unsigned i = 0; i < ac->avail; i++) {
        virt_to_slab(cache, ac->entry[i]);
        if (!mark(ac->entry[i]))
            return broken("%s: %p lies in an array, and is free elsewhere",
                          cache->name, ac->entry[i]);
    }
    return NULL;
}

static const char *check_cache(const struct kmem_cache *cache,
                               unsigned long *slabs)
{
    const char *trouble = check_node(cache, slabs);

    for (int cpu = 0; cpu < NR_CPUS && trouble == NULL; cpu++)
        trouble = check_array(cache, cache->cpu_cache[cpu]);
    if (trouble == NULL)
        trouble = check_array(cache, cache->node.shared);
    return trouble;
}

static const char *check_caches(void)
{
    const struct kmem_cache *cache;
    const char *trouble = NULL;
    unsigned long listed = 0, marked = 0;

    list_for_each_entry(cache, &slab_caches, list)
        if ((trouble = check_cache(cache, &listed)) != NULL)
            return trouble;
    for (unsigned long pfn = 0; pfn < max_pfn; pfn++)
        marked += PageSlab(pfn_to_page(pfn));
    if (marked != listed)
        return broken("%lu frames begin a slab, but lists have %lu", marked,
                      listed);
    return NULL;
}

const char *check_slabs(void)
{
    marks = calloc(max_pfn, PAGE_SIZE / PLACE);
    if (marks == NULL)
        return broken("there is no memory for the check");
    const char *trouble = check_caches();

    free(marks);
    return trouble;
}
