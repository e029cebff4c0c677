/* slab_common.c - caches, made and unmade
 *
 * What a cache is made of comes from caches: its struct kmem_cache from the
 * cache of caches, and the freelists that do not lie on their slabs from the
 * cache of freelists. The first of these cannot come from itself. So it is a
 * variable of the program, and everything else follows from it.
 */
#include "array_cache.h"
#include "buddy.h"
#include "bug.h"

#include <errno.h>

/* Rather leave memory over than make slabs of a higher order. (Linux: 0 on
 * machines with at most 32 MiB.) */
#define SLAB_MAX_ORDER 1

struct list_head slab_caches;
spinlock_t slab_mutex;

static struct kmem_cache kmem_cache_boot; /* the cache of caches */

/* ---- what a slab looks like ---- */

/* Find the order, and how many objects fit. Returns how many bytes are left
 * over; num is 0 if none fits. */
static size_t calculate_slab_order(struct kmem_cache *cache, bool off_slab)
{
    size_t each = cache->size + (off_slab ? 0 : sizeof(unsigned short));

    cache->num = 0;
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        size_t bytes = PAGE_SIZE << order;
        if (bytes < each)
            continue;
        if (off_slab && bytes / each > FREELIST_MAX)
            break;
        cache->gfporder = order;
        cache->num = (unsigned)(bytes / each);
        if (order >= SLAB_MAX_ORDER || bytes % each * 8 <= bytes)
            break;
    }
    return cache->num > 0 ? (PAGE_SIZE << cache->gfporder) % each : 0;
}

/* Is it better to have the freelist elsewhere? Not if it fits into what is left
 * over. And of small objects there are too many. */
static bool set_off_slab_cache(struct kmem_cache *cache, size_t *left_over)
{
    if (freelist_cache == NULL)
        return false;
    *left_over = calculate_slab_order(cache, true);
    return cache->num > 0 && *left_over < cache->num * sizeof(unsigned short);
}

/* Returns false if no slab is large enough. */
static bool lay_out_slabs(struct kmem_cache *cache, size_t align)
{
    size_t left_over;

    cache->off_slab = set_off_slab_cache(cache, &left_over);
    if (!cache->off_slab)
        left_over = calculate_slab_order(cache, false);
    cache->colour_off = align > CACHE_LINE ? align : CACHE_LINE;
    cache->colour = (unsigned)(left_over / cache->colour_off) + 1;
    return cache->num > 0;
}

/* ---- caches ---- */

static void kmem_cache_node_init(struct kmem_cache_node *node)
{
    spin_lock_init(&node->list_lock);
    INIT_LIST_HEAD(&node->slabs_partial);
    INIT_LIST_HEAD(&node->slabs_full);
    INIT_LIST_HEAD(&node->slabs_free);
}

/* Make a cache of this structure. Returns 0, -EINVAL or -ENOMEM. */
static int create_cache(struct kmem_cache *cache, const char *name, size_t size,
                        size_t align, void (*ctor)(void *))
{
    if (align < sizeof(void *))
        align = sizeof(void *);
    if (size == 0 || size > PAGE_SIZE << (MAX_ORDER - 1) ||
        (align & (align - 1)) != 0 || align > PAGE_SIZE)
        return -EINVAL;
    *cache = (struct kmem_cache){
        .name = name,
        .object_size = size,
        .size = (size + align - 1) & ~(align - 1),
        .ctor = ctor,
    };
    kmem_cache_node_init(&cache->node);
    if (!lay_out_slabs(cache, align))
        return -EINVAL;
    if (enable_cpucache(cache) != 0)
        return -ENOMEM;
    spin_lock(&slab_mutex);
    list_add(&cache->list, &slab_caches);
    spin_unlock(&slab_mutex);
    return 0;
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size,
                                     size_t align, void (*ctor)(void *))
{
    struct kmem_cache *cache = kmem_cache_alloc(&kmem_cache_boot, GFP_KERNEL);

    if (cache == NULL)
        return NULL;
    if (create_cache(cache, name, size, align, ctor) != 0) {
        kmem_cache_free(&kmem_cache_boot, cache);
        return NULL;
    }
    return cache;
}

int kmem_cache_shrink(struct kmem_cache *cache)
{
    struct kmem_cache_node *node = &cache->node;
    struct list_head unused;

    INIT_LIST_HEAD(&unused);
    drain_cpu_caches(cache, &unused);
    spin_lock(&node->list_lock);
    while (!list_empty(&node->slabs_free))
        detach_slab(cache,
                    list_first_entry(&node->slabs_free, struct page, lru),
                    &unused);
    bool in_use =
        !list_empty(&node->slabs_partial) || !list_empty(&node->slabs_full);
    spin_unlock(&node->list_lock);
    slabs_destroy(cache, &unused);
    return in_use;
}

static bool is_cache(const struct kmem_cache *address)
{
    const struct kmem_cache *cache;
    bool found = false;

    spin_lock(&slab_mutex);
    list_for_each_entry(cache, &slab_caches, list)
        found |= cache == address;
    spin_unlock(&slab_mutex);
    return found;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
    if (cache == NULL)
        return;
    if (!is_cache(cache))
        bug("kmem_cache_destroy", "%p is no cache", (void *)cache);
    if (kmem_cache_shrink(cache) != 0)
        bug("kmem_cache_destroy", "%s still has objects", cache->name);
    spin_lock(&slab_mutex);
    list_del(&cache->list);
    spin_unlock(&slab_mutex);
    disable_cpucache(cache);
    kmem_cache_free(&kmem_cache_boot, cache);
}

/* ---- the start ---- */

int kmem_cache_init(void)
{
    INIT_LIST_HEAD(&slab_caches);
    spin_lock_init(&slab_mutex);
    freelist_cache = NULL;
    int error = create_cache(&kmem_cache_boot, "kmem_cache",
                             sizeof(struct kmem_cache), CACHE_LINE, NULL);
    if (error != 0)
        return error;
    freelist_cache = kmem_cache_create(
        "freelist", FREELIST_MAX * sizeof(unsigned short), 0, NULL);
    return freelist_cache != NULL ? 0 : -ENOMEM;
}
