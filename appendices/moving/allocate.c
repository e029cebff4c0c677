/* allocate.c - room for an object, at the top of the thread's own page */
#include "allocate.h"

#include <string.h>

static uintptr_t allocate_large(size_t bytes, enum claim claim)
{
    struct page *page = page_open(bytes, claim);

    return page != NULL ? page_offset(page) : 0;
}

uintptr_t allocate(size_t bytes, enum claim claim)
{
    if (bytes > SMALL_MAX)
        return allocate_large(bytes, claim);
    if (self->page == NULL || self->page->top + bytes > PAGE_BYTES) {
        struct page *page = page_open(bytes, claim);
        if (page == NULL)
            return 0;
        self->page = page;
    }
    uintptr_t offset = page_offset(self->page) + self->page->top;
    self->page->top += bytes;
    return offset;
}

void take_back(uintptr_t offset, size_t bytes)
{
    memset(at((struct object *)(offset | REMAPPED)), 0, bytes);
    self->page->top -= bytes;
}

void retire_page(struct thread *t)
{
    t->page = NULL;
}
