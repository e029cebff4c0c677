/* check.c - is the kernel's data as it must be?
 *
 * Checking after every operation finds a mistake where it is made, not
 * thousands of operations later where it hurts. What is asked here are the
 * invariants that stand at the head of the files. The time is in proportion to
 * the memory.
 */
#include "check.h"
#include "buddy.h"
#include "check_parts.h"

#include <stdarg.h>
#include <stdio.h>

/* What the walk over the frames has met. */
struct found {
    unsigned long free_blocks[MAX_ORDER];
    unsigned long free_pages;
};

const char *broken(const char *format, ...)
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

/* Frames come last to be locked, since they are asked for with other locks. */
const char *kernel_check(void)
{
    lock_areas();
    lock_slabs();
    const char *trouble = check_buddy();
    if (trouble == NULL)
        trouble = check_slabs();
    if (trouble == NULL)
        trouble = check_areas();
    unlock_slabs();
    unlock_areas();
    return trouble;
}
