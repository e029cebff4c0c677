/* shadow.h - a byte for every eight bytes: may they be accessed?
 *
 * Memory is divided into granules of 8 bytes. Each has a byte in the shadow, at
 * an address that follows from its own by a shift and an addition:
 *
 *   memory   [ 8 bytes ][ 8 bytes ][ 8 bytes ]     address
 *   shadow       [ 00 ]     [ 00 ]     [ 05 ]      address / 8 + offset
 *
 *   00        all eight may be accessed
 *   01 to 07  only the first so many
 *   80 to ff  none; the value says why
 *
 * To poison memory is to write such a value for it. What is said of no memory
 * is 00: whoever knows nothing of the shadow goes on as before.
 */
#ifndef SHADOW_H
#define SHADOW_H

#include <stdbool.h>
#include <stddef.h>

#define KASAN_GRANULE_SIZE 8UL

/* Why a granule may not be accessed. The values are Linux's. */
enum kasan_shadow_value {
    KASAN_PAGE_FREE = 0xff,      /* a free frame */
    KASAN_PAGE_REDZONE = 0xfe,   /* behind a large kmalloc() */
    KASAN_SLAB_REDZONE = 0xfc,   /* beside an object, or behind its request */
    KASAN_SLAB_FREE = 0xfb,      /* an object that was freed */
    KASAN_VMALLOC_INVALID = 0xf8,
};

static inline unsigned char *kasan_mem_to_shadow(const void *address)
{
    return (unsigned char *)((unsigned long)address / KASAN_GRANULE_SIZE +
                             KASAN_SHADOW_OFFSET);
}

/* Get the shadow of all addresses from the host. It is called before any other
 * function, and does nothing when called again. */
void kasan_init(void);

/* Nobody may access this. It begins with a granule, and ends with one. */
void kasan_poison(const void *start, size_t size, unsigned char value);

/* Access to this is allowed. It begins with a granule; the last one becomes
 * accessible in part if size says so. */
void kasan_unpoison(const void *start, size_t size);

/* The same for a range that goes back to the host. Its shadow does, too. */
void kasan_release(const void *start, size_t size);

/* The first byte of these that may not be accessed, or NULL. */
const void *kasan_find_first_bad_addr(const void *start, size_t size);

#endif
