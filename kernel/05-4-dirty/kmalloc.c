/* kmalloc.c - memory of any size, in neighbouring frames
 *
 * Invariant: what was given out is an object of a cache in kmalloc_caches, or
 * the start of a block with PG_large_kmalloc.
 */
#include "kmalloc.h"
#include "buddy.h"
#include "bug.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define LARGEST (1UL << KMALLOC_SHIFT_HIGH)

struct kmem_cache *kmalloc_caches[KMALLOC_SHIFT_HIGH + 1];

static const struct {
    const char *name;
    size_t size;
} kmalloc_info[KMALLOC_SHIFT_HIGH + 1] = {
    [1] = {"kmalloc-96", 96},      [2] = {"kmalloc-192", 192},
    [3] = {"kmalloc-8", 8},        [4] = {"kmalloc-16", 16},
    [5] = {"kmalloc-32", 32},      [6] = {"kmalloc-64", 64},
    [7] = {"kmalloc-128", 128},    [8] = {"kmalloc-256", 256},
    [9] = {"kmalloc-512", 512},    [10] = {"kmalloc-1024", 1024},
    [11] = {"kmalloc-2048", 2048}, [12] = {"kmalloc-4096", 4096},
    [13] = {"kmalloc-8192", 8192},
};

/* ---- which cache ---- */

/* The number of the highest bit that is set, counted from 1; 0 if none is. */
static unsigned fls(size_t x)
{
    unsigned number = 0;

    for (; x != 0; x >>= 1)
        number++;
    return number;
}

/* For sizes up to 192, where 96 and 192 are in between: an entry for 1 to 8
 * bytes, one for 9 to 16, and so on. */
static const unsigned char size_index[192 / 8] = {
    3,                      /* 8 */
    4,                      /* 16 */
    5, 5,                   /* 32 */
    6, 6, 6, 6,             /* 64 */
    1, 1, 1, 1,             /* 96 */
    7, 7, 7, 7,             /* 128 */
    2, 2, 2, 2, 2, 2, 2, 2, /* 192 */
};

unsigned kmalloc_index(size_t size)
{
    return size <= 192 ? size_index[(size - 1) / 8] : fls(size - 1);
}

int kmalloc_init(void)
{
    for (int i = 1; i <= KMALLOC_SHIFT_HIGH; i++) {
        kmalloc_caches[i] = kmem_cache_create(kmalloc_info[i].name,
                                              kmalloc_info[i].size, 0, NULL);
        if (kmalloc_caches[i] == NULL)
            return -ENOMEM;
    }
    return 0;
}

/* ---- to take ---- */

static void *kmalloc_large(size_t size, gfp_t gfp)
{
    if (size > PAGE_SIZE << (MAX_ORDER - 1))
        return NULL;
    struct page *page = alloc_pages(gfp, get_order(size));
    if (page == NULL)
        return NULL;
    page->flags |= 1UL << PG_large_kmalloc;
    return page_address(page);
}

void *kmalloc(size_t size, gfp_t gfp)
{
    if (size == 0)
        return ZERO_SIZE_PTR;
    if (size > LARGEST)
        return kmalloc_large(size, gfp);
    return kmem_cache_alloc(kmalloc_caches[kmalloc_index(size)], gfp);
}

void *kzalloc(size_t size, gfp_t gfp)
{
    return kmalloc(size, gfp | __GFP_ZERO);
}

/* ---- to free ---- */

/* The block that this was taken from. If it is none of kmalloc(), say what is
 * wrong. */
static struct page *virt_to_head_page(const char *where, const void *p)
{
    if (!virt_addr_valid(p))
        bug(where, "%p is not the address of a frame", p);
    struct page *page = block_of(virt_to_page(p));
    if (page == NULL || !(PageSlab(page) || PageLargeKmalloc(page)))
        bug(where, "%p lies in frame %lu, which is not kmalloc()'s", p,
            page_to_pfn(virt_to_page(p)));
    if (PageLargeKmalloc(page) && p != page_address(page))
        bug(where, "%p is byte %lu of what was taken, not its start", p,
            (unsigned long)((char *)p - (char *)page_address(page)));
    return page;
}

void kfree(void *p)
{
    if (is_zero_or_null(p))
        return;
    struct page *page = virt_to_head_page("kfree", p);
    if (PageSlab(page)) {
        kmem_cache_free(page->slab_cache, p);
        return;
    }
    page->flags &= ~(1UL << PG_large_kmalloc);
    __free_pages(page, page->order);
}

size_t ksize(const void *p)
{
    if (is_zero_or_null(p))
        return 0;
    struct page *page = virt_to_head_page("ksize", p);
    return PageSlab(page) ? page->slab_cache->object_size
                          : PAGE_SIZE << page->order;
}

void *krealloc(void *p, size_t size, gfp_t gfp)
{
    size_t room = ksize(p);

    if (size == 0) {
        kfree(p);
        return ZERO_SIZE_PTR;
    }
    if (size <= room)
        return p;
    void *larger = kmalloc(size, gfp);
    if (larger == NULL)
        return NULL;
    if (room > 0)
        memcpy(larger, p, room);
    kfree(p);
    return larger;
}
