/* check_vmalloc.c - are areas, and kmalloc()'s blocks, as they must be?
 */
#include "check_parts.h"
#include "memory.h"
#include "vmalloc.h"

void lock_areas(void)
{
    spin_lock(&vmap_area_lock);
}

void unlock_areas(void)
{
    spin_unlock(&vmap_area_lock);
}

static const char *check_frames(const struct vm_struct *area)
{
    for (unsigned i = 0; i < area->nr_pages; i++) {
        const struct page *page = area->pages[i];
        if (!is_struct_page(page) || page_count(page) != 1 || PageSlab(page) ||
            page->order != 0)
            return broken("area at %p: page %u is no frame in use",
                          (void *)area->addr, i);
    }
    return NULL;
}

/* Only a block in use that is no slab can be one of kmalloc(). */
static const char *check_large_blocks(void)
{
    for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
        const struct page *page = pfn_to_page(pfn);
        if (PageLargeKmalloc(page) && (page_count(page) == 0 || PageSlab(page)))
            return broken("frame %lu: of kmalloc(), but not in use", pfn);
    }
    return NULL;
}

const char *check_areas(void)
{
    const struct list_head *before = &vmap_area_list;
    const char *trouble, *end = vmalloc_start;

    for (; before->next != &vmap_area_list; before = before->next) {
        const struct vm_struct *area =
            list_entry(before->next, struct vm_struct, list);
        if (area->list.prev != before)
            return broken("area at %p: the list is broken", (void *)area->addr);
        if (area->addr < end)
            return broken("area at %p: it begins before the last one ends",
                          (void *)area->addr);
        if ((trouble = check_frames(area)) != NULL)
            return trouble;
        end = area->addr + ((area->nr_pages + 1UL) << PAGE_SHIFT);
    }
    if (end > vmalloc_start + VMALLOC_SIZE)
        return broken("the last area ends beyond the addresses");
    return check_large_blocks();
}
