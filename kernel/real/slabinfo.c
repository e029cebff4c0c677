/* slabinfo.c - what the kernel's object caches have (02-slab)
 *
 * Each row of /proc/slabinfo, which is for root, is a cache: objects in use,
 * and there are, bytes of one; objects and pages of one slab; slabs. Whatever
 * the machine does, no cache has more objects in use than there are, and the
 * objects of a slab fit its pages. kmalloc is a row of such caches, one for
 * each size (03-kmalloc-vmalloc). The caches that have most memory, which
 * differ from machine to machine, go to stderr, as slabtop prints them.
 */
#include "real.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct cache {
    char name[64];
    long active, objects, size, objects_per_slab, pages_per_slab, slabs;
};

static bool read_cache(FILE *file, struct cache *cache)
{
    char line[512];

    return fgets(line, sizeof line, file) != NULL &&
           sscanf(line,
                  "%63s %ld %ld %ld %ld %ld : tunables %*d %*d %*d"
                  " : slabdata %*d %ld",
                  cache->name, &cache->active, &cache->objects, &cache->size,
                  &cache->objects_per_slab, &cache->pages_per_slab,
                  &cache->slabs) == 7;
}

static long kilobytes(const struct cache *cache)
{
    return cache->slabs * cache->pages_per_slab * (long)page_size() / 1024;
}

/* Keep the five largest, the largest first. */
static void keep_largest(struct cache largest[5], struct cache cache)
{
    for (int i = 0; i < 5; i++)
        if (kilobytes(&cache) > kilobytes(&largest[i])) {
            struct cache smaller = largest[i];
            largest[i] = cache;
            cache = smaller;
        }
}

int main(void)
{
    FILE *file = fopen("/proc/slabinfo", "r");
    struct cache cache, largest[5] = {0};
    long caches = 0, overfull = 0, misfit = 0, kmallocs = 0;
    char version[80] = "", names[512] = "";

    if (file == NULL)
        skip("/proc/slabinfo: %s", strerror(errno));
    require(fgets(version, sizeof version, file) != NULL &&
                fgets(names, sizeof names, file) != NULL,
            "/proc/slabinfo");
    for (; read_cache(file, &cache); caches++) {
        overfull += cache.active > cache.objects;
        misfit += cache.objects_per_slab * cache.size >
                  cache.pages_per_slab * (long)page_size();
        kmallocs += strncmp(cache.name, "kmalloc-", 8) == 0 &&
                    strchr(cache.name + 8, '-') == NULL;
        keep_largest(largest, cache);
    }
    fclose(file);

    step("/proc/slabinfo");
    holds("its version is 2.1", true, strstr(version, "version: 2.1") != NULL);
    at_least("caches", 10, caches);
    equals("with more objects in use than there are", 0, overfull);
    equals("with slabs too small for their objects", 0, misfit);
    at_least("of kmalloc, each for a size (kmalloc-64)", 6, kmallocs);
    fprintf(stderr, "%24s %9s %9s %7s\n", "most memory", "objects",
            "bytes each", "KiB");
    for (int i = 0; i < 5; i++)
        fprintf(stderr, "%24s %9ld %9ld %7ld\n", largest[i].name,
                largest[i].objects, largest[i].size, kilobytes(&largest[i]));
    return 0;
}
