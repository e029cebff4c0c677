/* slabinfo.c - what each cache has, as /proc/slabinfo says it
 *
 * To count, the slabs are walked, with the list_lock. Objects that lie in an
 * array are in use for their slab, and so they are counted as active. (So they
 * are in Linux.)
 */
#include "array_cache.h"
#include "vmstat.h"

struct slabinfo {
    unsigned long active_objs, num_objs, active_slabs, num_slabs, shared_avail;
};

static unsigned long list_length(const struct list_head *head)
{
    unsigned long length = 0;

    for (const struct list_head *link = head->next; link != head;
         link = link->next)
        length++;
    return length;
}

static struct slabinfo get_slabinfo(struct kmem_cache *cache)
{
    struct kmem_cache_node *node = &cache->node;
    struct slabinfo info;

    spin_lock(&node->list_lock);
    info.active_slabs =
        list_length(&node->slabs_partial) + list_length(&node->slabs_full);
    info.num_slabs = info.active_slabs + list_length(&node->slabs_free);
    info.num_objs = info.num_slabs * cache->num;
    info.active_objs = info.num_objs - node->free_objects;
    info.shared_avail = node->shared->avail;
    spin_unlock(&node->list_lock);
    return info;
}

static void cache_show(struct kmem_cache *cache, FILE *file)
{
    struct slabinfo info = get_slabinfo(cache);

    fprintf(file, "%-17s %6lu %6lu %6zu %4u %4u", cache->name, info.active_objs,
            info.num_objs, cache->size, cache->num, 1u << cache->gfporder);
    fprintf(file, " : tunables %4u %4u %4u", cache->limit, cache->batchcount,
            cache->shared);
    fprintf(file, " : slabdata %6lu %6lu %6lu\n", info.active_slabs,
            info.num_slabs, info.shared_avail);
}

void slabinfo_show(FILE *file)
{
    struct kmem_cache *cache;

    fputs("slabinfo - version: 2.1\n"
          "# name            <active_objs> <num_objs> <objsize> <objperslab> "
          "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : "
          "slabdata <active_slabs> <num_slabs> <sharedavail>\n",
          file);
    spin_lock(&slab_mutex);
    list_for_each_entry(cache, &slab_caches, list)
        cache_show(cache, file);
    spin_unlock(&slab_mutex);
}
