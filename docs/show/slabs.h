/* slabs.h - draw the slabs of a cache
 *
 * A slab is a line: the list that it is on, its first frame, active, its
 * freelist, and a character for each object. A letter is the variable that
 * leads to the object, a dot is an object that is free in its slab, and a plus
 * is in use for the slab, but no variable leads to it.
 */
#ifndef SLABS_H
#define SLABS_H

#include "slab.h"

#include <stdio.h>

static void *variable[26]; /* a to z: the objects in use */

static char sign_of(const struct page *slab, unsigned index)
{
    const struct kmem_cache *cache = slab->slab_cache;

    for (unsigned i = slab->active; i < cache->num; i++)
        if (slab->freelist[i] == index)
            return '.';
    for (int i = 0; i < 26; i++)
        if (variable[i] == index_to_obj(cache, slab, index))
            return (char)('a' + i);
    return '+';
}

static void show_slabs(const char *name, const struct list_head *list)
{
    const struct page *slab;

    list_for_each_entry(slab, list, lru)
    {
        unsigned num = slab->slab_cache->num;
        printf("  %-8s frame %lu  active %u  freelist", name, page_to_pfn(slab),
               slab->active);
        for (unsigned i = 0; i < num; i++)
            if (i < slab->active)
                printf(" -");
            else
                printf(" %u", slab->freelist[i]);
        printf("   ");
        for (unsigned i = 0; i < num; i++)
            putchar(sign_of(slab, i));
        putchar('\n');
    }
}

static void show_node(const struct kmem_cache_node *node)
{
    show_slabs("partial", &node->slabs_partial);
    show_slabs("full", &node->slabs_full);
    show_slabs("free", &node->slabs_free);
}

static void take(struct kmem_cache *cache, char name)
{
    variable[name - 'a'] = kmem_cache_alloc(cache, GFP_KERNEL);
}

static void give(struct kmem_cache *cache, char name)
{
    void *object = variable[name - 'a'];

    variable[name - 'a'] = NULL;
    kmem_cache_free(cache, object);
}

#endif
