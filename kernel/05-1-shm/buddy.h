/* buddy.h - blocks of frames, given out and taken back
 *
 * A block has 2^order frames, and its first number is a multiple of that. So
 * the two halves of a block of order n + 1 are blocks of order n. They are each
 * other's buddy. Their numbers differ in one bit, the bit 2^n:
 *
 *   order 2   [0       3][4       7]
 *   order 1   [0  1][2  3][4  5][6  7]    buddy of 4: 4 XOR 2 = 6
 *   order 0   [0][1][2][3][4][5][6][7]    buddy of 6: 6 XOR 1 = 7
 *
 * Free blocks stand on the free list of their order. A request that finds none
 * of its order takes a larger one and splits it; a block that is freed is
 * merged with its buddy if that is free as a whole, and so on upwards. Both
 * take at most one step for each order.
 */
#ifndef BUDDY_H
#define BUDDY_H

#include "gfp.h"
#include "memory.h"
#include "spinlock.h"

/* Orders are 0 to 10. (From Linux 6.8 on the largest is MAX_PAGE_ORDER; its
 * MAX_ORDER was one more than the largest, as here, until 6.3.) */
#define MAX_ORDER 11

struct free_area {
    struct list_head free_list; /* free blocks of this order, by page->lru */
    unsigned long nr_free;      /* how many they are */
};

/* Marks for the number of free frames. */
enum zone_watermarks {
    WMARK_MIN,  /* below: the reserve, whose upper half is for __GFP_HIGH */
    WMARK_LOW,  /* below: time to ask for frames back */
    WMARK_HIGH, /* above: time to stop asking */
    NR_WMARK
};

/* All memory is one zone here. (A real machine has several, for devices that
 * cannot address all memory: see /proc/buddyinfo.) */
struct zone {
    spinlock_t lock; /* guards what follows, and the order, PG_buddy and
                      * _refcount of all frames, and the lru of free ones */
    struct free_area free_area[MAX_ORDER];
    unsigned long free_pages;          /* frames that are free */
    unsigned long managed_pages;       /* frames that there are */
    unsigned long watermark[NR_WMARK]; /* in frames; never change */
    const char *name;
};

extern struct zone normal_zone;

/* All frames are free from now on. memory_start() comes before. */
void buddy_init(void);

/* A block of 2^order frames, for one user. Returns NULL if there is none, or if
 * the watermark forbids it, or if no block is that large. The frames are not
 * cleared, unless gfp has __GFP_ZERO. */
struct page *alloc_pages(gfp_t gfp, unsigned order);

/* The block has one user more. */
void get_page(struct page *page);

/* A user of a block of alloc_pages() does not need it any more. The last one
 * frees it. The order must be the one asked for. */
void __free_pages(struct page *page, unsigned order);

/* The same by address in the direct map. Returns 0 if there is no block. */
unsigned long __get_free_pages(gfp_t gfp, unsigned order);

/* Address 0 is no block, and nothing is done. */
void free_pages(unsigned long address, unsigned order);

/* The first frame of the block that this frame lies in, free or in use. It may
 * be asked about a block in use, by its user; about others, with the zone's
 * lock. */
struct page *block_of(struct page *page);

#endif
