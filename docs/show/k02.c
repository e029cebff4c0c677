/* k02.c - objects from a cache: slabs, arrays of the CPUs, colours
 *
 * A slab is drawn as a line: the list that it is on, its first frame, active,
 * its freelist, and a character for each object. A letter is the variable that
 * leads to the object, a dot is free, and + is free but lies in an array. In
 * arrays, 22:3 is object 3 of the slab at frame 22. All of it is read from the
 * kernel's own memory.
 */
#include "show.h"

#include "array_cache.h"
#include "buddy.h"
#include "init.h"
#include "vmstat.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct kmem_cache *point;
static void *variable[26]; /* a to z: the objects in use */

/* The arrays are as small as they can be drawn. (Root may do this to a Linux
 * with SLAB, too: echo point 4 2 1 >/proc/slabinfo.) */
static void tune(struct kmem_cache *cache)
{
    for (int cpu = 0; cpu < NR_CPUS; cpu++) {
        cache->cpu_cache[cpu]->limit = 4;
        cache->cpu_cache[cpu]->batchcount = 2;
    }
    cache->node.shared->limit = 2;
}

/* ---- drawing ---- */

static char sign_of(const struct page *slab, unsigned index)
{
    for (unsigned i = slab->active; i < point->num; i++)
        if (slab->freelist[i] == index)
            return '.';
    for (int i = 0; i < 26; i++)
        if (variable[i] == index_to_obj(point, slab, index))
            return (char)('a' + i);
    return '+';
}

static void show_slabs(const char *name, const struct list_head *list)
{
    const struct page *slab;

    list_for_each_entry(slab, list, lru)
    {
        printf("  %-8s frame %lu  active %u  freelist", name, page_to_pfn(slab),
               slab->active);
        for (unsigned i = 0; i < point->num; i++)
            if (i < slab->active)
                printf(" -");
            else
                printf(" %u", slab->freelist[i]);
        printf("   ");
        for (unsigned i = 0; i < point->num; i++)
            putchar(sign_of(slab, i));
        putchar('\n');
    }
}

static void show_array(const char *name, const struct array_cache *ac)
{
    printf("  %-8s %u of %u:", name, ac->avail, ac->limit);
    for (unsigned i = 0; i < ac->avail; i++) {
        const struct page *slab = virt_to_slab(point, ac->entry[i]);
        size_t offset = (size_t)((char *)ac->entry[i] - (char *)slab->s_mem);
        printf(" %lu:%zu", page_to_pfn(slab), offset / point->size);
    }
    putchar('\n');
}

static void show(const char *what)
{
    printf("%s\n", what);
    show_slabs("partial", &point->node.slabs_partial);
    show_slabs("full", &point->node.slabs_full);
    show_slabs("free", &point->node.slabs_free);
    show_array("CPU 0", point->cpu_cache[0]);
    if (point->cpu_cache[1]->avail > 0)
        show_array("CPU 1", point->cpu_cache[1]);
    show_array("shared", point->node.shared);
}

/* ---- taking and freeing ---- */

static void take(char name)
{
    variable[name - 'a'] = kmem_cache_alloc(point, GFP_KERNEL);
}

static void give(char name)
{
    void *object = variable[name - 'a'];

    variable[name - 'a'] = NULL;
    kmem_cache_free(point, object);
}

static void *take_j(void *nothing)
{
    take('j');
    return nothing;
}

static void take_j_on_another_cpu(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, take_j, NULL) != 0)
        exit(1);
    pthread_join(thread, NULL);
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
        fprintf(stderr, "k02: the host has no memory for 256 frames\n");
        return 1;
    }
    smp_processor_id(); /* this thread is CPU 0 */

    point = kmem_cache_create("point", 600, 0, NULL);
    tune(point);
    show("point = kmem_cache_create(\"point\", 600, 0, NULL);");
    take('a');
    show("a = kmem_cache_alloc(point, GFP_KERNEL);");
    take('b');
    show("b = kmem_cache_alloc(point, GFP_KERNEL);");
    for (char name = 'c'; name <= 'f'; name++)
        take(name);
    show("c to f, in the same way");
    take('g');
    show("g = kmem_cache_alloc(point, GFP_KERNEL);");

    give('b');
    show("kmem_cache_free(point, b);");
    take('h');
    show("h = kmem_cache_alloc(point, GFP_KERNEL);");
    give('a');
    give('d');
    give('c');
    show("a, d and c are freed, in this order");
    give('e');
    show("kmem_cache_free(point, e);");
    give('f');
    show("kmem_cache_free(point, f);");
    give('g');
    show("kmem_cache_free(point, g);");
    take_j_on_another_cpu();
    show("CPU 1: j = kmem_cache_alloc(point, GFP_KERNEL);");
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
    slabinfo_show(stdout);
    return 0;
}
