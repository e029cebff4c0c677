/* kasan.h - what the allocators say of memory, so that accesses can be checked
 *
 * KASAN, the kernel's address sanitizer, checks each access of the kernel
 * against the shadow (shadow.h). The allocators know which memory may be
 * accessed. At the places where that changes they call these functions.
 */
#ifndef KASAN_H
#define KASAN_H

#include "memory.h"

/* A block of frames was given out, or is free. */
void kasan_unpoison_pages(struct page *page, unsigned order);
void kasan_poison_pages(struct page *page, unsigned order);

/* This memory goes back to the host. */
void kasan_unpoison_range(const void *start, size_t size);

#endif
