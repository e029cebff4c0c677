/* k03_before.c - two requests that caches and blocks do not serve well
 *
 *     cc -iquote kernel/02-slab -o build/k03_before docs/show/k03_before.c \
 *         kernel/02-slab/libkernel.a -pthread && build/k03_before
 */
#include "buddy.h"
#include "init.h"
#include "slab.h"

#include <stdio.h>
#include <stdlib.h>

enum { FRAMES = 16384 }; /* 64 MiB */

static struct page *pages[FRAMES];

/* One object of 300 bytes, from a cache that nobody else needs. */
static void take_once(void)
{
    unsigned long before = normal_zone.free_pages;
    struct kmem_cache *cache = kmem_cache_create("once", 300, 0, NULL);

    kmem_cache_alloc(cache, GFP_KERNEL);
    printf("300 bytes, once: %lu frames\n", before - normal_zone.free_pages);
}

/* Take all frames, and free half of them at random. Then ask for many in a
 * row. */
static void take_a_row(void)
{
    int count = 0;

    while ((pages[count] = alloc_pages(GFP_KERNEL, 0)) != NULL)
        count++;
    srand(1);
    for (int i = 0; i < count; i++)
        if (rand() % 2 == 0)
            __free_pages(pages[i], 0);
    printf("%lu KiB are free\n", normal_zone.free_pages * 4);
    printf("4096 KiB in a row: %s\n",
           alloc_pages(GFP_KERNEL, 10) != NULL ? "here they are" : "refused");
}

int main(void)
{
    if (start_kernel(FRAMES) != 0)
        return 1;
    take_once();
    take_a_row();
    return 0;
}
