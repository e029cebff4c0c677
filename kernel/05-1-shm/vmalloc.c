/* vmalloc.c - memory of any size, in frames from anywhere
 *
 * Invariants: areas are on the list by address, and between the last page of
 * one and the first page of the next there is at least one page, where nothing
 * is mapped. Each frame of an area is a block of order 0.
 *
 * To find a place, or an address, takes a walk over all areas. (Linux has a
 * tree beside the list.)
 */
#define _GNU_SOURCE
#include "vmalloc.h"
#include "buddy.h"
#include "bug.h"
#include "context.h"
#include "kmalloc.h"

#include <errno.h>
#include <sys/mman.h>

char *vmalloc_start;
struct list_head vmap_area_list;
spinlock_t vmap_area_lock;

/* ---- addresses ---- */

int vmalloc_init(void)
{
    INIT_LIST_HEAD(&vmap_area_list);
    spin_lock_init(&vmap_area_lock);
    void *start = mmap(NULL, VMALLOC_SIZE, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        return -errno;
    vmalloc_start = start;
    return 0;
}

void vmalloc_stop(void)
{
    munmap(vmalloc_start, VMALLOC_SIZE);
    vmalloc_start = NULL;
}

/* How many bytes an area takes, with its guard. */
static size_t area_size(const struct vm_struct *area)
{
    return (area->nr_pages + 1UL) << PAGE_SHIFT;
}

/* Find the first place that is large enough, and put the area there. */
static bool insert_area(struct vm_struct *area)
{
    char *start = vmalloc_start;
    struct vm_struct *next;

    spin_lock(&vmap_area_lock);
    list_for_each_entry(next, &vmap_area_list, list) {
        if (area_size(area) <= (size_t)(next->addr - start))
            break;
        start = next->addr + area_size(next);
    }
    /* If the walk came to its end, next->list is the head. */
    char *end = &next->list != &vmap_area_list ? next->addr
                                               : vmalloc_start + VMALLOC_SIZE;
    bool fits = area_size(area) <= (size_t)(end - start);
    area->addr = start;
    if (fits)
        list_add_tail(&area->list, &next->list);
    spin_unlock(&vmap_area_lock);
    return fits;
}

/* With the lock: the area of this address, or NULL. */
static struct vm_struct *find_area(const void *addr)
{
    struct vm_struct *area;

    list_for_each_entry(area, &vmap_area_list, list)
        if ((size_t)((const char *)addr - area->addr) < (size_t)area->nr_pages
                                                            << PAGE_SHIFT)
            return area;
    return NULL;
}

struct page *vmalloc_to_page(const void *addr)
{
    struct page *page = NULL;

    spin_lock(&vmap_area_lock);
    struct vm_struct *area = find_area(addr);
    if (area != NULL)
        page = area->pages[((const char *)addr - area->addr) >> PAGE_SHIFT];
    spin_unlock(&vmap_area_lock);
    return page;
}

/* ---- frames at these addresses ---- */

/* Let each page show its frame. Returns false if the host cannot. */
static bool map_area(const struct vm_struct *area)
{
    for (unsigned i = 0; i < area->nr_pages; i++) {
        off_t place = (off_t)(page_to_pfn(area->pages[i]) << PAGE_SHIFT);
        if (mmap(area->addr + ((size_t)i << PAGE_SHIFT), PAGE_SIZE,
                 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory_fd(),
                 place) == MAP_FAILED)
            return false;
    }
    return true;
}

static void unmap_area(const struct vm_struct *area)
{
    mmap(area->addr, area_size(area), PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

static void free_area(struct vm_struct *area)
{
    while (area->nr_pages > 0)
        __free_pages(area->pages[--area->nr_pages], 0);
    kfree(area->pages);
    kfree(area);
}

/* An area of so many frames that has no place yet. */
static struct vm_struct *alloc_area(unsigned nr_pages)
{
    struct vm_struct *area = kzalloc(sizeof(*area), GFP_KERNEL);
    if (area == NULL)
        return NULL;
    area->pages = kmalloc(nr_pages * sizeof(*area->pages), GFP_KERNEL);
    while (area->pages != NULL && area->nr_pages < nr_pages) {
        struct page *page = alloc_pages(GFP_KERNEL, 0);
        if (page == NULL)
            break;
        area->pages[area->nr_pages++] = page;
    }
    if (area->nr_pages == nr_pages)
        return area;
    free_area(area);
    return NULL;
}

void *vmalloc(size_t size)
{
    might_sleep();
    if (size == 0 || size > max_pfn << PAGE_SHIFT)
        return NULL;
    struct vm_struct *area =
        alloc_area((unsigned)((size + PAGE_SIZE - 1) >> PAGE_SHIFT));
    if (area == NULL)
        return NULL;
    if (!insert_area(area)) {
        free_area(area);
        return NULL;
    }
    if (!map_area(area)) {
        vfree(area->addr);
        return NULL;
    }
    return area->addr;
}

/* Others may get these addresses as soon as the area is off the list. So what
 * is mapped there goes before. */
void vfree(const void *addr)
{
    might_sleep();
    if (addr == NULL)
        return;
    spin_lock(&vmap_area_lock);
    struct vm_struct *area = find_area(addr);
    if (area == NULL)
        bug("vfree", "%p lies in no area", addr);
    if (addr != area->addr)
        bug("vfree", "%p is byte %zu of an area, not its start", addr,
            (size_t)((const char *)addr - area->addr));
    unmap_area(area);
    list_del(&area->list);
    spin_unlock(&vmap_area_lock);
    free_area(area);
}
