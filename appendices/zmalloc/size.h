/* size.h - how large is a payload?
 *
 * free() is given an address alone, and yet the count has to go down by the
 * right number. There are two ways to know it, and one is chosen when this is
 * compiled:
 *
 * 1. The allocator is asked. It knows how long each chunk is, and so what it
 *    handed out, which is at least what was asked for.
 * 2. With NO_MALLOC_USABLE_SIZE, a header in front of each payload says what
 * was asked for. malloc is asked for so much more:
 *
 *    what malloc returned    what zmalloc returned
 *    v                       v
 *    +-----------------------+---------------------------+---------+
 *    | PREFIX_SIZE: the size | size bytes for the caller | unknown |
 *    +-----------------------+---------------------------+---------+
 *
 * Below, `base` is what malloc knows, and `payload` what our callers know. In
 * the first way they are the same.
 */
#ifndef SIZE_H
#define SIZE_H

#include <malloc.h>
#include <stddef.h>
#include <stdint.h>

#ifdef NO_MALLOC_USABLE_SIZE

/* A size_t, and no less than 8: what has 8 bytes must be aligned for it.
 * Malloc's 16 are lost: a payload is aligned to 8 only. */
enum { PREFIX_SIZE = sizeof(size_t) < 8 ? 8 : sizeof(size_t) };

static inline void *payload_of(void *base, size_t size)
{
    *(size_t *)base = size;
    return (char *)base + PREFIX_SIZE;
}

static inline void *base_of(void *payload)
{
    return (char *)payload - PREFIX_SIZE;
}

static inline size_t usable_size(void *payload)
{
    return *(size_t *)base_of(payload);
}

#else

enum { PREFIX_SIZE = 0 };

static inline void *payload_of(void *base, size_t size)
{
    (void)size;
    return base;
}

static inline void *base_of(void *payload)
{
    return payload;
}

static inline size_t usable_size(void *payload)
{
    return malloc_usable_size(payload);
}

#endif

/* What a payload counts for. */
static inline size_t counted_size(void *payload)
{
    return PREFIX_SIZE + usable_size(payload);
}

#endif
