/* memory.h - physical memory: page frames, and what is known of each
 *
 * Physical memory is a file in memory (a memfd) of max_pfn page frames, which
 * have the numbers 0, 1, 2 ... It is mapped as a whole, once. This is the
 * direct map, through which the kernel reads and writes every frame:
 *
 *   direct_map  [frame 0][frame 1][frame 2] ...    PAGE_SIZE bytes each
 *   mem_map     [ page  ][ page  ][ page  ] ...    a struct page for each
 *
 * So a frame has three names: its number (pfn), its struct page, and its
 * address in the direct map. Each follows from any other one by arithmetic.
 * What the kernel knows of a frame stands in its struct page, outside the
 * frame: so who writes beyond his frames destroys somebody's bytes, but no list
 * of the kernel.
 *
 * The direct map begins at a multiple of the largest block (buddy.h). So a
 * block whose first number is a multiple of its length is aligned in memory,
 * too.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include "list.h"

#include <stdatomic.h>
#include <stdbool.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define CACHE_LINE 64UL /* bytes that the CPU caches as a whole */

/* Bits of page->flags. */
enum pageflags {
    PG_buddy,         /* the first frame of a free block */
    PG_slab,          /* the first frame of a slab (slab.h) */
    PG_large_kmalloc, /* the first frame of a block of kmalloc() */
    PG_anon,          /* what it holds is one process's, and no file's */

    /* Of a page of a file (filemap.h), with page_cache_lock. */
    PG_locked, /* it is being read from the disk */
};

/* The order and the users of a block stand in the struct page of its first
 * frame. In those of its other frames they are 0, and PG_buddy is not set. */
struct page {
    atomic_ulong flags;   /* a bit for each of enum pageflags; atomic, since
                           * who sets one need not hold the others' locks */
    int _refcount;        /* how many use the block; 0: it is free */
    atomic_int _mapcount; /* how many PTEs lead to it */
    unsigned order;       /* the block, free or in use, has 2^order frames */
    struct list_head lru; /* the link in the one list that the block is on:
                           * while it is free, the free list of its order;
                           * while it is a slab, a list of its cache */

    /* Of a slab (slab.h). Linux puts these in the place of others that a slab
     * does not need, by a union. */
    struct kmem_cache *slab_cache;
    void *s_mem;              /* the first object */
    unsigned short *freelist; /* indices of the free ones, from active on */
    unsigned active;          /* how many objects are in use */

    /* Of a page of a file (filemap.h). */
    struct address_space *mapping; /* the file; NULL: it is of none */
    unsigned long index;           /* which page of it */
    struct page *next_hash;        /* the next one with the same hash */
};

extern struct page *mem_map;
extern char *direct_map;
extern unsigned long max_pfn; /* how many frames there are */

static inline struct page *pfn_to_page(unsigned long pfn)
{
    return mem_map + pfn;
}

static inline unsigned long page_to_pfn(const struct page *page)
{
    return (unsigned long)(page - mem_map);
}

/* Where the direct map has the frame. */
static inline void *page_address(const struct page *page)
{
    return direct_map + (page_to_pfn(page) << PAGE_SHIFT);
}

/* Does this address lie in the direct map? */
static inline bool virt_addr_valid(const void *address)
{
    return (unsigned long)address - (unsigned long)direct_map <
           max_pfn << PAGE_SHIFT;
}

/* The frame at an address in the direct map. */
static inline struct page *virt_to_page(const void *address)
{
    return pfn_to_page((unsigned long)((const char *)address - direct_map) >>
                       PAGE_SHIFT);
}

/* The order of the smallest block that has so many bytes. */
static inline unsigned get_order(size_t size)
{
    unsigned order = 0;

    while (PAGE_SIZE << order < size)
        order++;
    return order;
}

/* Is this the struct page of a frame? */
static inline bool is_struct_page(const struct page *page)
{
    unsigned long offset = (unsigned long)page - (unsigned long)mem_map;
    return offset < max_pfn * sizeof(*page) && offset % sizeof(*page) == 0;
}

static inline bool PageBuddy(const struct page *page)
{
    return page->flags & 1UL << PG_buddy;
}

static inline bool PageSlab(const struct page *page)
{
    return page->flags & 1UL << PG_slab;
}

static inline bool PageLargeKmalloc(const struct page *page)
{
    return page->flags & 1UL << PG_large_kmalloc;
}

static inline int page_count(const struct page *page)
{
    return page->_refcount;
}

static inline bool PageAnon(const struct page *page)
{
    return page->flags & 1UL << PG_anon;
}

static inline bool test_page_bit(const struct page *page, enum pageflags bit)
{
    return page->flags & 1UL << bit;
}

static inline void set_page_bit(struct page *page, enum pageflags bit)
{
    page->flags |= 1UL << bit;
}

static inline void clear_page_bit(struct page *page, enum pageflags bit)
{
    page->flags &= ~(1UL << bit);
}

static inline int page_mapcount(const struct page *page)
{
    return page->_mapcount;
}

/* One PTE more leads to the frame, or one less. */
static inline void page_add_rmap(struct page *page)
{
    page->_mapcount++;
}

static inline void page_remove_rmap(struct page *page)
{
    if (--page->_mapcount == 0 && PageAnon(page))
        page->flags &= ~(1UL << PG_anon);
}

/* Get so many frames from the host, all zero, and a struct page for each.
 * Returns 0, or -EINVAL if there are none, or what the host has against it
 * (-ENOMEM and others). */
int memory_start(unsigned long frames);

/* Give all frames back to the host, whoever uses them. */
void memory_stop(void);

/* The memfd, in which frame pfn begins at byte pfn * PAGE_SIZE; -1 if there is
 * no memory. */
int memory_fd(void);

#endif
