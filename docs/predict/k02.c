/* k02.c - five questions on objects and slabs */
#include "predict.h"

#include "array_cache.h"
#include "buddy.h"
#include "init.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 1000, KEPT = 5 };

static size_t size, num, count;
static int freed[KEPT];
static void *objects[MOST];

static struct kmem_cache *start(void)
{
    if (start_kernel(4096) != 0) {
        fputs("k02: the host has no memory\n", stderr);
        exit(1);
    }
    return kmem_cache_create("asked", size, 0, NULL);
}

static struct kmem_cache *start_and_take(size_t wanted)
{
    struct kmem_cache *cache = start();

    for (size_t i = 0; i < wanted; i++)
        objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
    return cache;
}

static long objects_of_a_slab(void)
{
    return start()->num;
}

/* The number of the object that the second request gets. */
static long second_one_taken(void)
{
    struct kmem_cache *cache = start_and_take(KEPT);

    for (int i = 0; i < KEPT; i++)
        kmem_cache_free(cache, objects[freed[i]]);
    kmem_cache_alloc(cache, GFP_KERNEL);
    void *second = kmem_cache_alloc(cache, GFP_KERNEL);
    for (int i = 0; i < KEPT; i++)
        if (objects[i] == second)
            return i;
    return -1;
}

static long colour_of_the_newest_slab(void)
{
    struct kmem_cache *cache = start();

    count *= cache->num;
    while (count-- > 0)
        objects[0] = kmem_cache_alloc(cache, GFP_KERNEL);
    struct page *slab = virt_to_slab(cache, objects[0]);
    return (char *)slab->s_mem - (char *)page_address(slab);
}

static long active_after_frees(void)
{
    struct kmem_cache *cache = start_and_take(5 * num);
    struct page *slab = virt_to_slab(cache, objects[0]);

    for (size_t i = 0; i < count; i++)
        kmem_cache_free(cache, objects[i]);
    return slab->active;
}

static long slabs_that_stay(void)
{
    struct kmem_cache *cache = start_and_take(MOST);
    unsigned long frames = normal_zone.free_pages;

    kmem_cache_shrink(cache); /* empty the array */
    for (size_t i = 0; i < count; i++)
        kmem_cache_free(cache, objects[i]);
    kmem_cache_shrink(cache);
    return (long)(normal_zone.free_pages - frames);
}

static struct kmem_cache measured(void)
{
    struct kmem_cache copy = *start();

    stop_kernel();
    return copy;
}

/* "3, 0, 4, 1 and 2" */
static const char *list_of_freed(void)
{
    static char text[100];
    int length = 0;

    for (int i = 0; i < KEPT; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%d%s",
                           freed[i],
                           i < KEPT - 2    ? ", "
                           : i == KEPT - 2 ? " and "
                                           : "");
    return text;
}

int main(int argc, char **argv)
{
    struct kmem_cache cache;

    predict_start(argc, argv);

    size = pick(10, 50) * 8;
    cache = measured();
    ask("A slab of one frame is cut into objects of %zu bytes. How many are "
        "they?",
        size);
    answer(objects_of_a_slab,
           cache.off_slab ? "4096 / %zu: the freelist lies elsewhere."
                          : "4096 / (%zu + 2): each has an index on the slab.",
           size);

    size = 100;
    shuffle(freed, KEPT);
    ask("A new cache gives out five objects, and we number them from 0 to 4.\n"
        "   They are freed in this order: %s.\n"
        "   Then two objects are taken. Which number does the second have?",
        list_of_freed());
    answer(second_one_taken,
           "All five lie in the CPU's array. The one freed last is taken "
           "first,\n   and then the one freed before it.");

    do {
        size = pick(65, 160) * 8;
        cache = measured();
    } while (cache.colour < 3 || cache.gfporder > 0);
    count = pick(cache.colour + 1, 3 * cache.colour);
    ask("A cache has %u colours, which are 64 bytes apart. How many bytes lie\n"
        "   in front of the first object of its slab number %zu? (The first "
        "slab\n   is number 1.)",
        cache.colour, count);
    answer(colour_of_the_newest_slab,
           "Slab number 1 has colour 0, slab number %u colour 0 again.",
           cache.colour + 1);

    do {
        size = pick(16, 32) * 8;
        cache = measured();
    } while (cache.num > 30);
    num = cache.num;
    count = pick(2, num - 1);
    ask("Slabs of a cache have %zu objects, and an array may have 120. Five "
        "slabs\n   are full, and all arrays are empty. Now %zu objects of the "
        "first slab\n   are freed. What is its active?",
        num, count);
    answer(active_after_frees,
           "They lie in the CPU's array. For the slab, that is in use.");

    size = 8 * pick(16, 24);
    cache = measured();
    count = pick(5 * cache.num, MOST - 5 * cache.num);
    ask("%d objects are taken, %u of a slab, and the first %zu of them are "
        "freed,\n   in the order in which they were taken. Then "
        "kmem_cache_shrink(). How\n   many frames are given back?",
        MOST, cache.num, count);
    answer(slabs_that_stay,
           "A slab is given back when all its %u objects are free.", cache.num);

    return predict_end();
}
