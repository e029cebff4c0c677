/* k02_misuse.c - objects that are freed as they must not be
 *
 *     cc -iquote kernel/02-slab -o build/k02_misuse docs/show/k02_misuse.c \
 *         kernel/02-slab/libkernel.a -pthread && build/k02_misuse twice
 */
#include "init.h"
#include "slab.h"

#include <stdio.h>
#include <string.h>

static struct kmem_cache *cache;
static char *one, *two;

static void twice(void)
{
    kmem_cache_free(cache, one);
    kmem_cache_free(cache, one);
}

static void between(void)
{
    kmem_cache_free(cache, one);
    kmem_cache_free(cache, two);
    kmem_cache_free(cache, one);
}

static void flushed(void)
{
    between();
    kmem_cache_shrink(cache);
}

static void within(void)
{
    kmem_cache_free(cache, one + 8);
}

static void other(void)
{
    kmem_cache_free(kmem_cache_create("other", 100, 0, NULL), one);
}

static void gone(void)
{
    kmem_cache_free(cache, one);
    kmem_cache_free(cache, two);
    kmem_cache_shrink(cache);
    kmem_cache_free(cache, one);
}

static void left(void)
{
    kmem_cache_destroy(cache);
}

static void stale(void)
{
    kmem_cache_free(cache, one);
    memset(one, 0x11, 100);
}

static const struct {
    const char *name;
    void (*commit)(void);
} misuses[] = {
    {"twice", twice},   {"between", between}, {"flushed", flushed},
    {"within", within}, {"other", other},     {"gone", gone},
    {"left", left},     {"stale", stale},
};

int main(int argc, char **argv)
{
    if (start_kernel(1024) != 0)
        return 1;
    cache = kmem_cache_create("record", 100, 0, NULL);
    one = kmem_cache_alloc(cache, GFP_KERNEL);
    two = kmem_cache_alloc(cache, GFP_KERNEL);
    for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++)
        if (argc == 2 && strcmp(argv[1], misuses[i].name) == 0) {
            misuses[i].commit();
            printf("%s: not noticed\n", argv[1]);
            return 0;
        }
    fprintf(stderr, "usage: %s MISUSE\n", argv[0]);
    return 2;
}
