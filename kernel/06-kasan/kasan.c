/* kasan.c - what the allocators say of memory, so that accesses can be checked
 */
#include "kasan.h"
#include "shadow.h"

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
