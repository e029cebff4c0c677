/* records.c - what a thousand small records cost in frames
 *
 *     cc -iquote kernel/02-1-slabs -o build/records docs/show/records.c \
 *         kernel/02-1-slabs/libkernel.a -pthread && build/records
 */
#include "buddy.h"
#include "init.h"
#include "slab.h"

#include <stdio.h>

enum { RECORDS = 1000, BYTES = 100 };

static unsigned long used(void)
{
    return max_pfn - normal_zone.free_pages;
}

int main(void)
{
    if (start_kernel(4096) != 0)
        return 1;
    struct kmem_cache *cache = kmem_cache_create("record", BYTES, 0, NULL);
    printf("%d records of %d bytes\n", RECORDS, BYTES);

    unsigned long before = used();
    for (int i = 0; i < RECORDS; i++)
        alloc_pages(GFP_KERNEL, 0);
    printf("  each in a frame of its own:  %4lu frames\n", used() - before);

    before = used();
    for (int i = 0; i < RECORDS; i++)
        kmem_cache_alloc(cache, GFP_KERNEL);
    printf("  from a cache:                %4lu frames\n", used() - before);
    return 0;
}
