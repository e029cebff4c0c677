/* kasan.c - what the allocators say of memory, so that accesses can be checked
 *
 * Invariants: all bytes of a free frame and of a free object are poisoned, and
 * so is what lies between objects. In an object that is in use so many bytes
 * may be accessed as were asked for.
 */
#include "kasan.h"
#include "object.h"
#include "quarantine.h"
#include "report.h"
#include "shadow.h"

bool kasan_redzones = true;

static size_t round_up(size_t size, size_t unit)
{
    return (size + unit - 1) & -unit;
}

/* ---- frames ---- */

void kasan_unpoison_pages(struct page *page, unsigned order)
{
    kasan_unpoison(page_address(page), PAGE_SIZE << order);
}

void kasan_poison_pages(struct page *page, unsigned order)
{
    kasan_poison(page_address(page), PAGE_SIZE << order, KASAN_PAGE_FREE);
}

void kasan_unpoison_range(const void *start, size_t size)
{
    kasan_unpoison(start, size);
}

void kasan_release_range(const void *start, size_t size)
{
    kasan_release(start, size);
}

/* ---- caches and their slabs ---- */

/* No redzone if an object would no longer fit into the largest block. */
void kasan_cache_create(struct kmem_cache *cache, size_t align)
{
    size_t meta_offset = round_up(cache->object_size, KASAN_GRANULE_SIZE);
    size_t size = round_up(meta_offset + sizeof(struct kasan_meta), align);

    spin_lock_init(&cache->kasan.lock);
    INIT_LIST_HEAD(&cache->kasan.quarantine);
    if (kasan_redzones && size <= PAGE_SIZE << (MAX_ORDER - 1)) {
        cache->kasan.meta_offset = meta_offset;
        cache->size = size;
    }
}

/* All but the freelist, if that lies on the slab. */
void kasan_poison_slab(const struct kmem_cache *cache, const struct page *page)
{
    const char *start = page_address(page);
    const char *end = cache->off_slab ? start + (PAGE_SIZE << cache->gfporder)
                                      : (const char *)page->freelist;

    kasan_poison(start, (size_t)(end - start), KASAN_SLAB_REDZONE);
}

/* ---- objects ---- */

void kasan_slab_alloc(const struct kmem_cache *cache, void *object)
{
    kasan_unpoison(object, cache->object_size);
    if (cache->kasan.meta_offset != 0) {
        struct kasan_meta *meta = kasan_get_meta(cache, object);
        kasan_set_track(&meta->alloc_track);
        meta->free_track = (struct kasan_track){0};
    }
}

static void poison_free_object(const struct kmem_cache *cache, void *object)
{
    kasan_poison(object, round_up(cache->object_size, KASAN_GRANULE_SIZE),
                 KASAN_SLAB_FREE);
}

bool kasan_slab_free(struct kmem_cache *cache, void **object)
{
    const struct page *slab = slab_of(*object);
    bool is_object = slab != NULL && slab->slab_cache == cache &&
                     nearest_obj(slab, *object) == *object;

    if (cache->kasan.meta_offset == 0) {
        if (is_object)
            poison_free_object(cache, *object);
        return true;
    }
    if (!is_object)
        kasan_report_free(*object, "invalid-free", __builtin_return_address(0));
    if (*kasan_mem_to_shadow(*object) >= 0x80)
        kasan_report_free(*object, "double-free", __builtin_return_address(0));
    poison_free_object(cache, *object);
    kasan_set_track(&kasan_get_meta(cache, *object)->free_track);
    *object = kasan_quarantine_put(cache, *object);
    return *object != NULL;
}

/* ---- what kmalloc() and vmalloc() give out ---- */

void *kasan_kmalloc(void *p, size_t size)
{
    if (p == NULL)
        return NULL;
    const struct page *slab = slab_of(p);
    size_t room = slab != NULL ? slab->slab_cache->object_size
                               : PAGE_SIZE << virt_to_page(p)->order;
    kasan_poison(p, round_up(room, KASAN_GRANULE_SIZE),
                 slab != NULL ? KASAN_SLAB_REDZONE : KASAN_PAGE_REDZONE);
    kasan_unpoison(p, size);
    return p;
}

void kasan_poison_vmalloc(const void *start, size_t size)
{
    kasan_poison(start, size, KASAN_VMALLOC_INVALID);
}
