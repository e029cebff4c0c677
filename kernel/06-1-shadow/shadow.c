/* shadow.c - a byte for every eight bytes: may they be accessed?
 *
 * A process of x86-64 has 2^47 bytes of addresses. Their shadow has 2^44, that
 * is 16 TiB, and it is taken from the host at once. It costs a page of memory
 * only where one of its bytes is written; the others read as 00.
 */
#define _GNU_SOURCE
#include "shadow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SHADOW_SIZE (1UL << 44)
#define SHADOW_PAGE 4096UL

void kasan_init(void)
{
    static bool done;
    void *shadow = kasan_mem_to_shadow(NULL);

    if (done)
        return;
    done = true;
    if (mmap(shadow, SHADOW_SIZE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
             -1, 0) != shadow) {
        /* Not bug(), which needs the shadow itself. */
        dprintf(STDERR_FILENO, "BUG: kasan_init: no room for the shadow: %s\n",
                strerror(errno));
        abort();
    }
    madvise(shadow, SHADOW_SIZE, MADV_DONTDUMP); /* a core would take minutes */
}

/* Before all other constructors. */
__attribute__((constructor(101))) static void kasan_init_early(void)
{
    kasan_init();
}

void kasan_poison(const void *start, size_t size, unsigned char value)
{
    memset(kasan_mem_to_shadow(start), value, size / KASAN_GRANULE_SIZE);
}

void kasan_unpoison(const void *start, size_t size)
{
    kasan_poison(start, size, 0);
    if (size % KASAN_GRANULE_SIZE != 0)
        *kasan_mem_to_shadow((const char *)start + size) =
            size % KASAN_GRANULE_SIZE;
}

/* Whole pages of the shadow become zero when the host has them back. */
void kasan_release(const void *start, size_t size)
{
    unsigned char *first = kasan_mem_to_shadow(start);
    unsigned char *end = first + size / KASAN_GRANULE_SIZE;
    unsigned char *pages = first + -(unsigned long)first % SHADOW_PAGE;

    if (pages < end) {
        size_t length = (size_t)(end - pages) & -SHADOW_PAGE;
        madvise(pages, length, MADV_DONTNEED);
        memset(first, 0, (size_t)(pages - first));
        first = pages + length;
    }
    memset(first, 0, (size_t)(end - first));
}

const void *kasan_find_first_bad_addr(const void *start, size_t size)
{
    const char *end = (const char *)start + size;
    const char *granule =
        (const char *)((unsigned long)start & -KASAN_GRANULE_SIZE);

    for (; granule < end; granule += KASAN_GRANULE_SIZE) {
        signed char value = (signed char)*kasan_mem_to_shadow(granule);
        if (value == 0)
            continue;
        const char *bad = value < 0 ? granule : granule + value;
        if (bad < (const char *)start)
            bad = start;
        if (bad < granule + KASAN_GRANULE_SIZE && bad < end)
            return bad;
    }
    return NULL;
}
