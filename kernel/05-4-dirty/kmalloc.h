/* kmalloc.h - memory of any size, in neighbouring frames
 *
 * For each of a few sizes there is a cache: kmalloc-8, 16, 32 ... 8192, each
 * twice the one before, and 96 and 192 in between. A request gets an object of
 * the smallest one that is large enough. What is larger gets a block of frames.
 *
 *   index         1    2   3   4   5   6    7    8    9    10  ...   13
 *   size         96  192   8  16  32  64  128  256  512  1024     8192
 *
 * From 3 on, the index says the size: 2^index. So for a size above 192, the
 * index is the number of the highest bit of size - 1, counted from 1.
 *
 * Nothing stands in front of what is given out. Whose it is, and so how large,
 * is said by the struct page of its frame.
 *
 * Frames that are neighbours by address are neighbours by number, too, because
 * all addresses are those of the direct map. That is what a device needs
 * (device.h). (vmalloc.h is for those who do not need it.)
 */
#ifndef KMALLOC_H
#define KMALLOC_H

#include "gfp.h"
#include "slab.h"

#define KMALLOC_SHIFT_LOW  3  /* the smallest size is 8 */
#define KMALLOC_SHIFT_HIGH 13 /* the largest one is 8192 */

/* Linux has the same sizes with its allocator SLUB. With SLAB, the smallest one
 * was 32, and the largest one as large as the largest block. */
extern struct kmem_cache *kmalloc_caches[KMALLOC_SHIFT_HIGH + 1];

/* What a request of 0 bytes gets. It can be freed, but not used. */
#define ZERO_SIZE_PTR ((void *)16)

static inline bool is_zero_or_null(const void *p)
{
    return p == NULL || p == ZERO_SIZE_PTR;
}

/* Returns 0 or -ENOMEM. kmem_cache_init() comes before. */
int kmalloc_init(void);

/* The index of the cache for a size of 1 to 8192. */
unsigned kmalloc_index(size_t size);

/* So many bytes, at a multiple of 8; or NULL if there is no memory. */
void *kmalloc(size_t size, gfp_t gfp);

/* The same, and all bytes are 0. */
void *kzalloc(size_t size, gfp_t gfp);

/* For NULL nothing is done. */
void kfree(void *p);

/* How many bytes may be used: at least those that were asked for. */
size_t ksize(const void *p);

/* Make it larger or smaller; what it holds stays, as far as there is room. It
 * may move. Returns NULL if there is no memory; then it stays as it is. To ask
 * for 0 bytes is to free it; to have NULL is to have nothing yet. */
void *krealloc(void *p, size_t size, gfp_t gfp);

#endif
