/* temporary, until 03 is here */
#ifndef KMALLOC_H
#define KMALLOC_H
#include "buddy.h"
static inline void *kzalloc(size_t size, gfp_t gfp)
{
    unsigned order = 0;
    while (PAGE_SIZE << order < size)
        order++;
    return (void *)__get_free_pages(gfp | __GFP_ZERO, order);
}
static inline void kfree(void *p)
{
    if (p)
        free_pages((unsigned long)p, virt_to_page(p)->order);
}
#endif
