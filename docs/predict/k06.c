/* k06.c - five questions on the shadow and what it shows */
#include "predict.h"

#include "init.h"
#include "kmalloc.h"
#include "quarantine.h"
#include "shadow.h"

#include <stdio.h>
#include <stdlib.h>

static size_t frames = 1024, size, access_size, object_size;

static void start(void)
{
    if (start_kernel(frames) != 0) {
        fputs("k06: the host has no memory\n", stderr);
        exit(1);
    }
}

static long bytes_of_shadow(void)
{
    start();
    return kasan_mem_to_shadow(direct_map + frames * PAGE_SIZE) -
           kasan_mem_to_shadow(direct_map);
}

static long last_value(void)
{
    start();
    const char *p = kmalloc(size, GFP_KERNEL);
    return *kasan_mem_to_shadow(p + size - 1);
}

static long accesses_that_are_reported(void)
{
    long reported = 0;

    start();
    const char *p = kmalloc(size, GFP_KERNEL);
    for (size_t i = 0; i < size; i++)
        reported += kasan_find_first_bad_addr(p + i, access_size) != NULL;
    return reported;
}

/* Of two that are neighbours, the lower one is written beyond its end. */
static long first_byte_that_is_not_noticed(void)
{
    start();
    struct kmem_cache *cache = kmem_cache_create("ask", size, 0, NULL);
    const char *p = kmem_cache_alloc(cache, GFP_KERNEL);
    const char *q = kmem_cache_alloc(cache, GFP_KERNEL);
    size_t i = size;

    if (q < p)
        p = q;
    while (kasan_find_first_bad_addr(p + i, 1) != NULL)
        i++;
    return (long)i;
}

static size_t size_with_redzone(void)
{
    start();
    struct kmem_cache *cache = kmem_cache_create("ask", size, 0, NULL);
    size_t with_redzone = cache->size;
    stop_kernel();
    return with_redzone;
}

static long frees_until_it_comes_back(void)
{
    long frees = 0;
    void *object;

    start();
    struct kmem_cache *cache = kmem_cache_create("ask", size, 0, NULL);
    void *first = kmem_cache_alloc(cache, GFP_KERNEL);
    kmem_cache_free(cache, first);
    while ((object = kmem_cache_alloc(cache, GFP_KERNEL)) != first) {
        kmem_cache_free(cache, object);
        frees++;
    }
    return frees;
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    frames = 256 * pick(1, 40);
    ask("A machine has %zu frames. How many bytes of shadow do they have?",
        frames);
    answer(bytes_of_shadow, "One for 8 bytes, so 512 for a frame.");

    frames = 1024;
    size = pick(2, 24) * 8 + pick(1, 7);
    ask("p = kmalloc(%zu, GFP_KERNEL). What stands in the shadow of its last "
        "byte,\n   p[%zu]?",
        size, size - 1);
    answer(last_value, "%zu bytes are %zu granules and %zu bytes of another.",
           size, size / 8, size % 8);

    size = pick(40, 200);
    access_size = 1UL << pick(1, 4);
    ask("p = kmalloc(%zu, GFP_KERNEL). %zu bytes at once are read at p + i, "
        "for each i\n   from 0 to %zu. How many of these reads are reported?",
        size, access_size, size - 1);
    answer(accesses_that_are_reported,
           "Those of which at least one byte lies beyond the end.");

    size = 8 * pick(3, 30) + pick(0, 7);
    object_size = (size + 7) / 8 * 8;
    ask("A cache has objects of %zu bytes, and what is known of one takes 64. "
        "p and q\n   are neighbours in a slab, p the lower one, and both are "
        "in use. p[i] is\n   written, for one i of at least %zu. What is the "
        "smallest i that is not noticed?",
        size, size);
    answer(first_byte_that_is_not_noticed,
           "q begins there: %zu in whole granules is %zu, and 64 follow.", size,
           object_size);

    size = 8 * pick(10, 100);
    size_t with_redzone = size_with_redzone();
    ask("A cache has objects of %zu bytes, from one to the next it is %zu. The "
        "quarantine\n   has room for %lu bytes. An object was freed. How many "
        "others must be freed\n   until it can be taken again?",
        size, with_redzone, QUARANTINE_SIZE);
    answer(
        frees_until_it_comes_back,
        "As many as fit into the quarantine. With one more it has to leave.");

    return predict_end();
}
