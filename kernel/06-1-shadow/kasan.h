/* kasan.h - what the allocators say of memory, so that accesses can be checked
 *
 * KASAN, the kernel's address sanitizer, checks each access of the kernel
 * against the shadow (shadow.h). The allocators know which memory may be
 * accessed. They call these functions where that changes.
 *
 * An object of a cache gets a redzone behind it, which nobody may access, and
 * when it is freed, it is poisoned itself:
 *
 *   [object][ redzone              ][object][ redzone              ]
 *    00 05    fc fc fc fc fc fc fc fc  fb fb    fc fc fc fc fc fc fc fc
 */
#ifndef KASAN_H
#define KASAN_H

#include "memory.h"

struct kmem_cache;

/* Do new caches get redzones? Without them slabs are as large as they would be
 * without KASAN; to use a free object is a bug nevertheless. */
extern bool kasan_redzones;

/* A block of frames was given out, or is free. */
void kasan_unpoison_pages(struct page *page, unsigned order);
void kasan_poison_pages(struct page *page, unsigned order);

/* All of this may be used, whatever was asked for. */
void kasan_unpoison_range(const void *start, size_t size);

/* This memory goes back to the host. */
void kasan_release_range(const void *start, size_t size);

/* A cache has its size. It becomes larger, by the redzone. */
void kasan_cache_create(struct kmem_cache *cache, size_t align);

/* A slab is new, and its objects are free. */
void kasan_poison_slab(const struct kmem_cache *cache, const struct page *page);

/* An object was taken. */
void kasan_slab_alloc(const struct kmem_cache *cache, void *object);

/* An object was freed. */
void kasan_slab_free(const struct kmem_cache *cache, void *object);

/* So many bytes were asked for: of an object, or of a block of frames. Others
 * that it has become redzone. Returns p, which may be NULL. */
void *kasan_kmalloc(void *p, size_t size);

/* Nothing may be used between these addresses. */
void kasan_poison_vmalloc(const void *start, size_t size);

#endif
