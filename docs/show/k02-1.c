/* k02-1.c - objects from a cache: slabs, their freelists, their colours
 *
 * How a slab is drawn is said in slabs.h. All of it is read from the kernel's
 * own memory.
 */
#include "show.h"

#include "init.h"
#include "slabs.h"

static struct kmem_cache *point;

static void show(const char *what)
{
    printf("%s\n", what);
    show_node(&point->node);
}

/* ---- what a slab looks like ---- */

static void show_layout(struct kmem_cache *cache)
{
    struct page *slab =
        virt_to_slab(cache, kmem_cache_alloc(cache, GFP_KERNEL));
    char *start = page_address(slab), *freelist = (char *)slab->freelist;

    printf("  %-7s %4zu bytes, %2u in a slab, %2u colours, freelist %s\n",
           cache->name, cache->size, cache->num, cache->colour,
           cache->off_slab ? "elsewhere:" : "on the slab:");
    printf("          slab %p, objects %p, freelist %p\n", (void *)start,
           slab->s_mem, (void *)freelist);
}

static void show_colours(struct kmem_cache *cache)
{
    const struct page *slab;

    printf("the first objects of the slabs, from the newest to the oldest:\n");
    list_for_each_entry(slab, &cache->node.slabs_full, lru)
        printf("  frame %3lu  + %3zu\n", page_to_pfn(slab),
               (size_t)((char *)slab->s_mem - (char *)page_address(slab)));
}

int main(void)
{
    if (start_kernel(256) != 0) {
        fprintf(stderr, "k02-1: the host has no memory for 256 frames\n");
        return 1;
    }

    point = kmem_cache_create("point", 600, 0, NULL);
    show("point = kmem_cache_create(\"point\", 600, 0, NULL);");
    take(point, 'a');
    show("a = kmem_cache_alloc(point, GFP_KERNEL);");
    take(point, 'b');
    show("b = kmem_cache_alloc(point, GFP_KERNEL);");
    for (char name = 'c'; name <= 'f'; name++)
        take(point, name);
    show("c to f, in the same way");
    take(point, 'g');
    show("g = kmem_cache_alloc(point, GFP_KERNEL);");

    give(point, 'e');
    show("kmem_cache_free(point, e);");
    give(point, 'b');
    show("kmem_cache_free(point, b);");
    take(point, 'h');
    show("h = kmem_cache_alloc(point, GFP_KERNEL);");
    give(point, 'g');
    give(point, 'h');
    show("g and h are freed");
    take(point, 'i');
    show("i = kmem_cache_alloc(point, GFP_KERNEL);");
    kmem_cache_shrink(point);
    show("kmem_cache_shrink(point);");

    printf("three caches:\n");
    struct kmem_cache *wide = kmem_cache_create("wide", 1300, 0, NULL);
    show_layout(kmem_cache_create("dentry", 192, 0, NULL));
    show_layout(kmem_cache_create("buffer", 256, 0, NULL));
    show_layout(wide);
    for (int i = 0; i < 17; i++)
        kmem_cache_alloc(wide, GFP_KERNEL);
    show_colours(wide);
    return 0;
}
