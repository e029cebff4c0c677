/* array_cache.c - free objects at hand, for each CPU
 *
 * Invariant: an array has at most limit objects of its cache, all different,
 * none of them free in its slab, and none in another array.
 *
 * Locks: a CPU's array belongs to the CPU, the shared one to the list_lock. The
 * CPU comes first. While either is held, no frames are asked for or given back.
 */
#include "array_cache.h"
#include "buddy.h"
#include "bug.h"

#include <errno.h>
#include <string.h>

/* Take the first objects off an array: they have been in it for longest. */
static void remove_first(struct array_cache *ac, unsigned count)
{
    ac->avail -= count;
    memmove(ac->entry, ac->entry + count, ac->avail * sizeof(void *));
}

/* Move up to max objects to another array. Returns how many. */
static unsigned transfer_objects(struct array_cache *to,
                                 struct array_cache *from, unsigned max)
{
    unsigned room = to->limit - to->avail;
    unsigned count = from->avail < max ? from->avail : max;

    if (count > room)
        count = room;
    memcpy(to->entry + to->avail, from->entry, count * sizeof(void *));
    to->avail += count;
    remove_first(from, count);
    return count;
}

/* The array is empty. Fill it from the shared one, or else from the slabs.
 * Returns false if there is nothing. */
static bool cache_alloc_refill(struct kmem_cache *cache, struct array_cache *ac)
{
    struct kmem_cache_node *node = &cache->node;

    spin_lock(&node->list_lock);
    if (transfer_objects(ac, node->shared, ac->batchcount) == 0)
        ac->avail = alloc_block(cache, ac->entry, ac->batchcount);
    spin_unlock(&node->list_lock);
    return ac->avail > 0;
}

/* Move objects to the slabs. */
static void drain_array(struct kmem_cache *cache, struct array_cache *ac,
                        unsigned count, struct list_head *unused)
{
    free_block(cache, ac->entry, count, unused);
    remove_first(ac, count);
}

/* The array is full. Move some to the shared one, or else to the slabs. */
static void cache_flusharray(struct kmem_cache *cache, struct array_cache *ac,
                             struct list_head *unused)
{
    struct kmem_cache_node *node = &cache->node;

    spin_lock(&node->list_lock);
    if (transfer_objects(node->shared, ac, ac->batchcount) == 0)
        drain_array(cache, ac, ac->batchcount, unused);
    spin_unlock(&node->list_lock);
}

void drain_cpu_caches(struct kmem_cache *cache, struct list_head *unused)
{
    struct kmem_cache_node *node = &cache->node;

    for (int cpu = 0; cpu < NR_CPUS; cpu++) {
        struct array_cache *ac = cache->cpu_cache[cpu];
        hold_cpu(cpu);
        spin_lock(&node->list_lock);
        drain_array(cache, ac, ac->avail, unused);
        drain_array(cache, node->shared, node->shared->avail, unused);
        spin_unlock(&node->list_lock);
        release_cpu(cpu);
    }
}

/* ---- to take and to free ---- */

void *take_object(struct kmem_cache *cache)
{
    struct array_cache *ac = cache->cpu_cache[get_cpu()];
    void *object = NULL;

    if (ac->avail > 0 || cache_alloc_refill(cache, ac))
        object = ac->entry[--ac->avail];
    put_cpu();
    return object;
}

void put_object(struct kmem_cache *cache, void *object,
                struct list_head *unused)
{
    struct array_cache *ac = cache->cpu_cache[get_cpu()];

    if (ac->avail > 0 && ac->entry[ac->avail - 1] == object)
        freed_twice(cache, object);
    if (ac->avail == ac->limit)
        cache_flusharray(cache, ac, unused);
    ac->entry[ac->avail++] = object;
    put_cpu();
}

/* ---- the arrays of a cache ---- */

/* The larger the objects, the fewer lie about. These are Linux's numbers. */
static void choose_limits(struct kmem_cache *cache)
{
    static const struct {
        size_t above;
        unsigned limit;
    } limits[] = {{131072, 1}, {PAGE_SIZE, 8}, {1024, 24}, {256, 54}, {0, 120}};
    int i = 0;

    while (cache->size <= limits[i].above)
        i++;
    cache->limit = limits[i].limit;
    cache->batchcount = (cache->limit + 1) / 2;
    cache->shared = cache->size <= PAGE_SIZE ? 8 : 0;
}

/* Whole cache lines, so that no line has entries of two CPUs. */
static size_t array_size(unsigned limit)
{
    size_t size = sizeof(struct array_cache) + limit * sizeof(void *);
    return (size + CACHE_LINE - 1) & ~(CACHE_LINE - 1);
}

static unsigned order_of_arrays(const struct kmem_cache *cache)
{
    return get_order(NR_CPUS * array_size(cache->limit) +
                     array_size(cache->shared * cache->batchcount));
}

static struct array_cache *init_arraycache(char **next, unsigned limit,
                                           unsigned batchcount)
{
    struct array_cache *ac = (struct array_cache *)*next;

    *ac = (struct array_cache){.limit = limit, .batchcount = batchcount};
    *next += array_size(limit);
    return ac;
}

/* All of them lie in one block of frames. */
int enable_cpucache(struct kmem_cache *cache)
{
    choose_limits(cache);
    char *next = (char *)__get_free_pages(GFP_KERNEL, order_of_arrays(cache));
    if (next == NULL)
        return -ENOMEM;
    for (int cpu = 0; cpu < NR_CPUS; cpu++)
        cache->cpu_cache[cpu] =
            init_arraycache(&next, cache->limit, cache->batchcount);
    cache->node.shared = init_arraycache(
        &next, cache->shared * cache->batchcount, cache->batchcount);
    cache->node.free_limit = (1 + NR_CPUS) * cache->batchcount + cache->num;
    return 0;
}

void disable_cpucache(struct kmem_cache *cache)
{
    free_pages((unsigned long)cache->cpu_cache[0], order_of_arrays(cache));
}
