/* quarantine.c - freed objects wait before they are given out again
 *
 * The link of an object is in its redzone. So the object stays as its last user
 * has left it.
 */
#include "quarantine.h"
#include "object.h"

/* With the lock. */
static void *take_oldest(struct kmem_cache *cache)
{
    struct kasan_cache *kasan = &cache->kasan;

    if (list_empty(&kasan->quarantine))
        return NULL;
    struct kasan_meta *meta = list_first_entry(
        &kasan->quarantine, struct kasan_meta, quarantine_link);
    list_del(&meta->quarantine_link);
    kasan->quarantine_size -= cache->size;
    return (char *)meta - kasan->meta_offset;
}

void *kasan_quarantine_put(struct kmem_cache *cache, void *object)
{
    struct kasan_cache *kasan = &cache->kasan;
    void *oldest = NULL;

    spin_lock(&kasan->lock);
    list_add_tail(&kasan_get_meta(cache, object)->quarantine_link,
                  &kasan->quarantine);
    kasan->quarantine_size += cache->size;
    if (kasan->quarantine_size > QUARANTINE_SIZE)
        oldest = take_oldest(cache);
    spin_unlock(&kasan->lock);
    return oldest;
}

void *kasan_quarantine_remove(struct kmem_cache *cache)
{
    spin_lock(&cache->kasan.lock);
    void *oldest = take_oldest(cache);
    spin_unlock(&cache->kasan.lock);
    return oldest;
}
