/* report.c - what is said of a bad access
 *
 * A report says the kind of bug and the address of the instruction behind it;
 * what lies at the bad address, or next to it; and the shadow around it. What
 * kind of bug it is follows from the shadow, so it is a guess: a write so far
 * beyond an object that it hits another one, for example, is not noticed at all.
 *
 * Linux goes on after a report. Here the process ends, as after any bug().
 */
#include "report.h"
#include "object.h"
#include "shadow.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define print(...) dprintf(STDERR_FILENO, __VA_ARGS__)

/* Held until the end, so that there is one report. */
static spinlock_t report_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- what kind of bug it is ---- */

static const char *shadow_bug_type(unsigned char value)
{
    switch (value) {
    case KASAN_PAGE_FREE:
        return "use-after-free";
    case KASAN_SLAB_FREE:
        return "slab-use-after-free";
    case KASAN_PAGE_REDZONE:
    case KASAN_SLAB_REDZONE:
        return "slab-out-of-bounds";
    case KASAN_VMALLOC_INVALID:
        return "vmalloc-out-of-bounds";
    default:
        return "out-of-bounds";
    }
}

/* If a part of the granule may be accessed, the next one says what follows. */
static const char *access_bug_type(const void *bad)
{
    const unsigned char *shadow = kasan_mem_to_shadow(bad);

    return shadow_bug_type(*shadow < KASAN_GRANULE_SIZE ? shadow[1] : *shadow);
}

/* ---- what lies there ---- */

/* Where the address lies, seen from an object. What may be accessed of one that
 * is in use is as much as was asked for. */
static void describe_place(const char *address, const char *object, size_t size)
{
    const char *state = "freed ", *where = "inside of";
    long bytes = address - object;
    const char *end = object + size;

    if (*kasan_mem_to_shadow(object) != KASAN_SLAB_FREE) {
        const char *bad = kasan_find_first_bad_addr(object, size);
        end = bad != NULL ? bad : end;
        state = "allocated ";
    }
    if (bytes < 0) {
        where = "to the left of";
        bytes = -bytes;
    } else if (address >= end) {
        where = "to the right of";
        bytes = address - end;
    }
    print("The buggy address is located %ld bytes %s\n"
          " %s%td-byte region [%p, %p)\n",
          bytes, where, state, end - object, object, end);
}

static void describe_object(const struct page *slab, const void *address)
{
    const struct kmem_cache *cache = slab->slab_cache;
    const void *object = nearest_obj(slab, address);

    print("\nThe buggy address belongs to the object at %p\n"
          " which belongs to the cache %s of size %zu\n",
          object, cache->name, cache->object_size);
    describe_place(address, object, cache->object_size);
}

static void describe_page(const struct page *page)
{
    print("\nThe buggy address belongs to the physical page:\n"
          " frame %lu: %d users, order %u%s\n",
          page_to_pfn(page), page_count(page), page->order,
          PageBuddy(page) ? ", the first of a free block" : "");
}

static void describe_address(const void *address)
{
    const struct page *slab = slab_of(address);

    if (slab != NULL)
        describe_object(slab, address);
    if (virt_addr_valid(address))
        describe_page(virt_to_page(address));
}

/* ---- the shadow around it ---- */

enum { GRANULES_A_ROW = 16, ROWS_AROUND = 2 };

static void print_shadow(const void *bad)
{
    const unsigned long row_size = GRANULES_A_ROW * KASAN_GRANULE_SIZE;
    const char *guilty = (const char *)((unsigned long)bad & -row_size);

    print("\nMemory state around the buggy address:\n");
    for (int i = -ROWS_AROUND; i <= ROWS_AROUND; i++) {
        const char *row = guilty + i * (long)row_size;
        int width = print("%c%p:", i == 0 ? '>' : ' ', (const void *)row);
        for (int j = 0; j < GRANULES_A_ROW; j++)
            print(" %02x", kasan_mem_to_shadow(row)[j]);
        print("\n");
        if (i == 0) {
            long granule = (const char *)bad - row;
            granule /= (long)KASAN_GRANULE_SIZE;
            print("%*c\n", width + 3 * (int)granule + 2, '^');
        }
    }
}

/* ---- the report ---- */

static void print_bug(const char *bug, const void *ip)
{
    spin_lock(&report_lock);
    print("BUG: KASAN: %s in %p\n", bug, ip);
}

void kasan_report_access(const void *start, size_t size, const void *bad,
                         bool is_write, const void *ip)
{
    print_bug(access_bug_type(bad), ip);
    print("%s of size %zu at addr %p\n", is_write ? "Write" : "Read", size,
          start);
    describe_address(bad);
    print_shadow(bad);
    abort();
}
