/* k02.c - objects from a cache: the arrays of the CPUs, and slabinfo
 *
 * How a slab is drawn is said in slabs.h. A plus is an object that lies in an
 * array. In arrays, 22:3 is object 3 of the slab at frame 22. All of it is read
 * from the kernel's own memory.
 */
#include "show.h"

#include "array_cache.h"
#include "init.h"
#include "slabs.h"
#include "vmstat.h"

#include <pthread.h>
#include <stdlib.h>

static struct kmem_cache *point;

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
    show_node(&point->node);
    show_array("CPU 0", point->cpu_cache[0]);
    if (point->cpu_cache[1]->avail > 0)
        show_array("CPU 1", point->cpu_cache[1]);
    show_array("shared", point->node.shared);
}

/* ---- another CPU ---- */

static void *take_j(void *nothing)
{
    take(point, 'j');
    return nothing;
}

static void take_j_on_another_cpu(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, take_j, NULL) != 0)
        exit(1);
    pthread_join(thread, NULL);
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
    take(point, 'a');
    show("a = kmem_cache_alloc(point, GFP_KERNEL);");
    take(point, 'b');
    show("b = kmem_cache_alloc(point, GFP_KERNEL);");
    for (char name = 'c'; name <= 'f'; name++)
        take(point, name);
    show("c to f, in the same way");
    take(point, 'g');
    show("g = kmem_cache_alloc(point, GFP_KERNEL);");

    give(point, 'b');
    show("kmem_cache_free(point, b);");
    take(point, 'h');
    show("h = kmem_cache_alloc(point, GFP_KERNEL);");
    give(point, 'a');
    give(point, 'd');
    give(point, 'c');
    show("a, d and c are freed, in this order");
    give(point, 'e');
    show("kmem_cache_free(point, e);");
    give(point, 'f');
    show("kmem_cache_free(point, f);");
    give(point, 'g');
    show("kmem_cache_free(point, g);");
    take_j_on_another_cpu();
    show("CPU 1: j = kmem_cache_alloc(point, GFP_KERNEL);");
    kmem_cache_shrink(point);
    show("kmem_cache_shrink(point);");

    kmem_cache_alloc(kmem_cache_create("buffer", 256, 0, NULL), GFP_KERNEL);
    slabinfo_show(stdout);
    return 0;
}
