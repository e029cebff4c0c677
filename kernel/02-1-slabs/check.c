/* check.c - is the kernel's data as it must be?
 *
 * Checking after every operation finds a mistake where it is made, not
 * thousands of operations later where it hurts. What is asked here are the
 * invariants that stand at the head of the files. The time is in proportion to
 * the memory.
 */
#include "check.h"
#include "buddy.h"
#include "slab.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the walk over the frames has met. */
struct found {
    unsigned long free_blocks[MAX_ORDER];
    unsigned long free_pages;
};

/* Put the finding in words. */
__attribute__((format(printf, 1, 2))) static const char *
broken(const char *format, ...)
{
    static _Thread_local char words[160];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    return words;
}

/* ---- blocks: each frame lies in one ---- */

/* Is this a possible block, free or in use? */
static const char *check_block(const struct page *page)
{
    unsigned long pfn = page_to_pfn(page);

    if (PageBuddy(page) && page_count(page) != 0)
        return broken("frame %lu: free, but with %d users", pfn,
                      page_count(page));
    if (!PageBuddy(page) && page_count(page) <= 0)
        return broken("frame %lu: neither free nor in use", pfn);
    if (page->order >= MAX_ORDER)
        return broken("frame %lu: a block of order %u", pfn, page->order);
    if (pfn % (1UL << page->order) != 0)
        return broken("frame %lu: a block of order %u is not aligned", pfn,
                      page->order);
    if (max_pfn - pfn < 1UL << page->order)
        return broken("frame %lu: a block of order %u goes beyond the end", pfn,
                      page->order);
    return NULL;
}

/* Do the other frames of the block say that no block begins there? */
static const char *check_other_frames(const struct page *page)
{
    for (unsigned long i = 1; i < 1UL << page->order; i++)
        if (PageBuddy(page + i) || page_count(page + i) != 0)
            return broken("frame %lu: a block within a block of order %u",
                          page_to_pfn(page + i), page->order);
    return NULL;
}

/* Could this free block have been merged? */
static const char *check_merged(const struct page *page)
{
    unsigned long pfn = page_to_pfn(page);
    unsigned long buddy_pfn = pfn ^ 1UL << page->order;

    if (page->order == MAX_ORDER - 1 || buddy_pfn >= max_pfn)
        return NULL;
    const struct page *buddy = pfn_to_page(buddy_pfn);
    if (PageBuddy(buddy) && buddy->order == page->order)
        return broken("frame %lu: a free block and its free buddy, of order %u",
                      pfn, page->order);
    return NULL;
}

static const char *check_blocks(struct found *found)
{
    const char *trouble;
    unsigned long pfn = 0;

    while (pfn < max_pfn) {
        const struct page *page = pfn_to_page(pfn);
        if ((trouble = check_block(page)) != NULL ||
            (trouble = check_other_frames(page)) != NULL)
            return trouble;
        if (PageBuddy(page)) {
            if ((trouble = check_merged(page)) != NULL)
                return trouble;
            found->free_blocks[page->order]++;
            found->free_pages += 1UL << page->order;
        }
        pfn += 1UL << page->order;
    }
    return NULL;
}

/* ---- free lists: all free blocks of one order, and nothing else ---- */

/* Each link leads back to the one before it. So the walk meets none twice, and
 * it comes to an end. */
static const char *check_free_list(const struct free_area *area, unsigned order,
                                   unsigned long blocks)
{
    const struct list_head *before = &area->free_list;
    unsigned long listed = 0;

    for (; before->next != &area->free_list; before = before->next) {
        const struct page *page = list_entry(before->next, struct page, lru);
        if (!is_struct_page(page))
            return broken("free list %u: a link leads to no page", order);
        if (page->lru.prev != before)
            return broken("free list %u: frame %lu does not lead back", order,
                          page_to_pfn(page));
        if (!PageBuddy(page) || page->order != order)
            return broken("free list %u: frame %lu is no free block of it",
                          order, page_to_pfn(page));
        listed++;
    }
    if (area->free_list.prev != before)
        return broken("free list %u: its end is not where the head says",
                      order);
    if (listed != blocks)
        return broken("free list %u: %lu blocks of %lu", order, listed, blocks);
    if (area->nr_free != blocks)
        return broken("free list %u: nr_free is %lu, not %lu", order,
                      area->nr_free, blocks);
    return NULL;
}

static const char *check_zone(struct zone *zone)
{
    struct found found = {0};
    const char *trouble = check_blocks(&found);

    for (unsigned order = 0; order < MAX_ORDER && trouble == NULL; order++)
        trouble = check_free_list(&zone->free_area[order], order,
                                  found.free_blocks[order]);
    if (trouble == NULL && zone->free_pages != found.free_pages)
        trouble = broken("free_pages is %lu, not %lu", zone->free_pages,
                         found.free_pages);
    return trouble;
}

static const char *check_buddy(void)
{
    spin_lock(&normal_zone.lock);
    const char *trouble = check_zone(&normal_zone);
    spin_unlock(&normal_zone.lock);
    return trouble;
}

/* ---- slabs ---- */

/* That nothing is free twice is found by a mark for each free object, in a map
 * of all places in memory where one can begin. The map comes from the host, and
 * is kept for the next check. */
static unsigned char *marks; /* a bit for each PLACE bytes of memory */
static size_t marks_size;

#define PLACE sizeof(void *)

static void lock_slabs(void)
{
    struct kmem_cache *cache;

    spin_lock(&slab_mutex);
    list_for_each_entry(cache, &slab_caches, list)
        spin_lock(&cache->node.list_lock);
}

static void unlock_slabs(void)
{
    struct kmem_cache *cache;

    list_for_each_entry(cache, &slab_caches, list)
        spin_unlock(&cache->node.list_lock);
    spin_unlock(&slab_mutex);
}

/* Returns false if it has a mark already. */
static bool mark(const void *object)
{
    size_t place = (size_t)((char *)object - direct_map) / PLACE;
    unsigned char bit = (unsigned char)(1u << place % 8);
    bool marked = marks[place / 8] & bit;

    marks[place / 8] |= bit;
    return !marked;
}

static const char *check_indices(const struct kmem_cache *cache,
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
    return check_indices(cache, page);
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

static const char *check_caches(void)
{
    const struct kmem_cache *cache;
    const char *trouble = NULL;
    unsigned long listed = 0, marked = 0;

    list_for_each_entry(cache, &slab_caches, list)
        if ((trouble = check_node(cache, &listed)) != NULL)
            return trouble;
    for (unsigned long pfn = 0; pfn < max_pfn; pfn++)
        marked += PageSlab(pfn_to_page(pfn));
    if (marked != listed)
        return broken("%lu frames begin a slab, but lists have %lu", marked,
                      listed);
    return NULL;
}

static const char *check_slabs(void)
{
    size_t size = max_pfn * (PAGE_SIZE / PLACE / 8);

    if (size > marks_size) {
        free(marks);
        marks = malloc(size);
        marks_size = marks != NULL ? size : 0;
    }
    if (marks == NULL)
        return broken("there is no memory for the check");
    memset(marks, 0, size);
    return check_caches();
}

/* Frames come last to be locked, since they are asked for with other locks. */
const char *kernel_check(void)
{
    lock_slabs();
    const char *trouble = check_buddy();
    if (trouble == NULL)
        trouble = check_slabs();
    unlock_slabs();
    return trouble;
}
