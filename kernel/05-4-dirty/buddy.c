/* buddy.c - blocks of frames, given out and taken back
 *
 * Invariants: each frame lies in exactly one block, which is free or in use. A
 * block is on the free list of its order if and only if it is free, and then
 * its first frame has PG_buddy. No free block has a free buddy of its own
 * order: they are merged at the moment when the second one becomes free.
 *
 * A request and a free take at most one step for each order, that is 10.
 */
#include "buddy.h"
#include "bug.h"
#include "context.h"
#include "trace.h"

#include <string.h>

struct zone normal_zone;

static void add_to_free_list(struct zone *zone, struct page *page,
                             unsigned order)
{
    page->flags |= 1UL << PG_buddy;
    page->order = order;
    list_add(&page->lru, &zone->free_area[order].free_list);
    zone->free_area[order].nr_free++;
    zone->free_pages += 1UL << order;
}

static void del_page_from_free_list(struct zone *zone, struct page *page)
{
    list_del(&page->lru);
    zone->free_area[page->order].nr_free--;
    zone->free_pages -= 1UL << page->order;
    page->flags &= ~(1UL << PG_buddy);
    page->order = 0;
}

/* ---- to give out a block ---- */

/* Give the upper half back, and the upper half of the rest, until what is left
 * of this block of order high has order low. */
static void expand(struct zone *zone, struct page *page, unsigned low,
                   unsigned high)
{
    while (high > low) {
        high--;
        add_to_free_list(zone, page + (1UL << high), high);
    }
}

/* Take a block off the free lists: the smallest that is large enough. */
static struct page *rmqueue(struct zone *zone, unsigned order)
{
    for (unsigned high = order; high < MAX_ORDER; high++) {
        struct free_area *area = &zone->free_area[high];
        if (list_empty(&area->free_list))
            continue;
        struct page *page =
            list_first_entry(&area->free_list, struct page, lru);
        trace(FLOOR_BUDDY, "frame %lu, %s block of order %u", page_to_pfn(page),
              high > order ? "split off a" : "a", high);
        del_page_from_free_list(zone, page);
        expand(zone, page, order, high);
        return page;
    }
    return NULL;
}

/* Are there more frames left after this request than must be kept? */
static bool zone_watermark_ok(const struct zone *zone, gfp_t gfp,
                              unsigned order)
{
    unsigned long min = zone->watermark[WMARK_MIN];

    if (gfp & __GFP_HIGH)
        min -= min / 2;
    return zone->free_pages >= min + (1UL << order);
}

struct page *alloc_pages(gfp_t gfp, unsigned order)
{
    struct zone *zone = &normal_zone;
    struct page *page = NULL;

    might_sleep_if(gfp & __GFP_DIRECT_RECLAIM);
    if (order >= MAX_ORDER)
        return NULL;
    spin_lock(&zone->lock);
    trace(FLOOR_FRAME, "alloc_pages(order %u): %lu frames are free", order,
          zone->free_pages);
    if (zone_watermark_ok(zone, gfp, order))
        page = rmqueue(zone, order);
    if (page != NULL) {
        page->order = order;
        page->_refcount = 1;
    }
    spin_unlock(&zone->lock);

    if (page != NULL && gfp & __GFP_ZERO)
        memset(page_address(page), 0, PAGE_SIZE << order);
    return page;
}

unsigned long __get_free_pages(gfp_t gfp, unsigned order)
{
    struct page *page = alloc_pages(gfp, order);
    return page != NULL ? (unsigned long)page_address(page) : 0;
}

/* ---- to take a block back ---- */

static unsigned long find_buddy_pfn(unsigned long pfn, unsigned order)
{
    return pfn ^ 1UL << order;
}

/* Is there a free block of this order at pfn? Beyond the end there is none. */
static bool page_is_buddy(unsigned long pfn, unsigned order)
{
    if (pfn >= max_pfn)
        return false;
    struct page *page = pfn_to_page(pfn);
    return PageBuddy(page) && page->order == order;
}

/* Put a block on the free lists, merged with its buddy if that is free, and the
 * merged one with its own buddy, and so on. */
static void free_one_page(struct zone *zone, struct page *page, unsigned order)
{
    unsigned long pfn = page_to_pfn(page);

    for (; order < MAX_ORDER - 1; order++) {
        unsigned long buddy_pfn = find_buddy_pfn(pfn, order);
        if (!page_is_buddy(buddy_pfn, order))
            break;
        trace(FLOOR_BUDDY, "merged with its buddy, frame %lu of order %u",
              buddy_pfn, order);
        del_page_from_free_list(zone, pfn_to_page(buddy_pfn));
        pfn &= ~(1UL << order); /* where the lower one of both begins */
    }
    add_to_free_list(zone, pfn_to_page(pfn), order);
}

struct page *block_of(struct page *page)
{
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        struct page *head =
            pfn_to_page(page_to_pfn(page) & ~((1UL << order) - 1));
        if ((PageBuddy(head) || page_count(head) > 0) && head->order >= order)
            return head;
    }
    return NULL;
}

/* Is this the first frame of a block in use, of this order? If not, say what is
 * wrong. */
static void free_pages_check(struct page *page, unsigned order)
{
    static const char where[] = "__free_pages";
    unsigned long pfn = page_to_pfn(page);
    struct page *head = block_of(page);

    if (head == NULL)
        bug(where, "frame %lu belongs to no block", pfn);
    if (PageBuddy(head))
        bug(where,
            "frame %lu is free already, in the block of order %u at frame %lu",
            pfn, head->order, page_to_pfn(head));
    if (head != page)
        bug(where, "frame %lu lies within the block of order %u at frame %lu",
            pfn, head->order, page_to_pfn(head));
    if (page->order != order)
        bug(where, "frame %lu has order %u, but is freed with order %u", pfn,
            page->order, order);
}

void __free_pages(struct page *page, unsigned order)
{
    struct zone *zone = &normal_zone;

    if (!is_struct_page(page))
        bug("__free_pages", "%p is no struct page of a frame", (void *)page);
    spin_lock(&zone->lock);
    free_pages_check(page, order);
    if (--page->_refcount == 0) {
        page->order = 0;
        trace(FLOOR_FRAME, "free_pages(frame %lu, order %u)", page_to_pfn(page),
              order);
        free_one_page(zone, page, order);
    }
    spin_unlock(&zone->lock);
}

void get_page(struct page *page)
{
    struct zone *zone = &normal_zone;

    spin_lock(&zone->lock);
    page->_refcount++;
    spin_unlock(&zone->lock);
}

void free_pages(unsigned long address, unsigned order)
{
    if (address == 0)
        return;
    if (!virt_addr_valid((void *)address))
        bug("free_pages", "0x%lx is not the address of a frame", address);
    if (address % PAGE_SIZE != 0)
        bug("free_pages", "0x%lx is byte %lu of frame %lu, not its start",
            address, address % PAGE_SIZE,
            page_to_pfn(virt_to_page((void *)address)));
    __free_pages(virt_to_page((void *)address), order);
}

/* ---- the start ---- */

/* The largest number whose square is at most x. */
static unsigned long int_sqrt(unsigned long x)
{
    unsigned long root = 0;

    for (unsigned long bit = 1UL << 31; bit != 0; bit >>= 1)
        if ((root | bit) * (root | bit) <= x)
            root |= bit;
    return root;
}

/* In KiB, the reserve is 4 times the square root of the memory: a large machine
 * needs more of a reserve than a small one, but a smaller share. */
static void setup_watermarks(struct zone *zone)
{
    const unsigned long page_kib = PAGE_SIZE / 1024;
    unsigned long min_free_kib = int_sqrt(zone->managed_pages * page_kib * 16);

    if (min_free_kib < 128)
        min_free_kib = 128;
    if (min_free_kib > 65536)
        min_free_kib = 65536;
    unsigned long min = min_free_kib / page_kib;
    zone->watermark[WMARK_MIN] = min;
    zone->watermark[WMARK_LOW] = min + min / 4;
    zone->watermark[WMARK_HIGH] = min + min / 2;
}

/* The order of the largest block that can end before frame pfn. */
static unsigned largest_order(unsigned long pfn)
{
    unsigned order = 0;

    while (order < MAX_ORDER - 1 && pfn % (2UL << order) == 0)
        order++;
    return order;
}

void buddy_init(void)
{
    struct zone *zone = &normal_zone;

    *zone = (struct zone){.name = "Normal", .managed_pages = max_pfn};
    spin_lock_init(&zone->lock);
    for (unsigned order = 0; order < MAX_ORDER; order++)
        INIT_LIST_HEAD(&zone->free_area[order].free_list);
    setup_watermarks(zone);

    /* Backwards, so that the first frames are given out first. */
    for (unsigned long pfn = max_pfn; pfn > 0;) {
        unsigned order = largest_order(pfn);
        pfn -= 1UL << order;
        add_to_free_list(zone, pfn_to_page(pfn), order);
    }
}
