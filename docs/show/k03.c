/* k03.c - memory of any size, in neighbouring frames or in scattered ones
 *
 * What is printed of a frame is read from its struct page. The areas are read
 * from the kernel's list of them.
 */
#include "show.h"

#include "buddy.h"
#include "init.h"
#include "kmalloc.h"
#include "vmalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 1024 };

/* ---- kmalloc ---- */

static void show_size(size_t size)
{
    void *p = kmalloc(size, GFP_KERNEL);

    if (size <= 1UL << KMALLOC_SHIFT_HIGH)
        printf("  %6zu  index %2u  %-12s", size, kmalloc_index(size),
               kmalloc_caches[kmalloc_index(size)]->name);
    else
        printf("  %6zu  a block of order %u    ", size, virt_to_page(p)->order);
    printf("  %6zu bytes, %5zu of no use\n", ksize(p), ksize(p) - size);
}

static void *take(const char *name, size_t size)
{
    void *p = kmalloc(size, GFP_KERNEL);

    printf("%s = kmalloc(%zu, GFP_KERNEL);   %s is %p\n", name, size, name, p);
    return p;
}

/* What kfree() finds, beginning with nothing but an address. */
static void show_owner(const char *name, const void *p)
{
    const struct page *page = virt_to_page(p),
                      *head = block_of(virt_to_page(p));

    printf("  %s lies in frame %lu, in the block of order %u at frame %lu, ",
           name, page_to_pfn(page), head->order, page_to_pfn(head));
    if (PageSlab(head))
        printf("a slab of %s\n", head->slab_cache->name);
    else
        printf("%s\n", PageLargeKmalloc(head) ? "PG_large_kmalloc" : "-");
}

/* ---- vmalloc ---- */

/* Take all frames, and free every second one. Then take what the reserve has of
 * neighbours. */
static void fragment(void)
{
    static struct page *pages[FRAMES];
    int count = 0;

    while ((pages[count] = alloc_pages(GFP_KERNEL, 0)) != NULL)
        count++;
    while (count > 0)
        if (page_to_pfn(pages[--count]) % 2 == 0)
            __free_pages(pages[count], 0);
    while (alloc_pages(GFP_KERNEL, 1) != NULL)
        ;
}

static void *take_area(const char *name, size_t size)
{
    char *area = vmalloc(size);

    printf("%s = vmalloc(%zu);\n", name, size);
    for (char *page = area; vmalloc_to_page(page) != NULL; page += PAGE_SIZE)
        printf("  %p  frame %lu\n", (void *)page,
               page_to_pfn(vmalloc_to_page(page)));
    return area;
}

static void show_areas(void)
{
    const struct vm_struct *area;

    printf("areas, in pages from the first address on:");
    list_for_each_entry(area, &vmap_area_list, list) {
        size_t start = (size_t)(area->addr - vmalloc_start) / PAGE_SIZE;
        printf("  [%zu to %zu]", start, start + area->nr_pages - 1);
    }
    putchar('\n');
}

/* The second page of an area has another address in the direct map. */
static void show_two_addresses(char *area)
{
    char *page = page_address(vmalloc_to_page(area + PAGE_SIZE));

    strcpy(area + PAGE_SIZE, "written through the area");
    printf("  at %p: \"%s\"\n", (void *)(area + PAGE_SIZE), area + PAGE_SIZE);
    printf("  at %p: \"%s\"\n", (void *)page, page);
}

int main(void)
{
    static const size_t sizes[] = {8,   9,   64,  65,   96,   97,   128,  129,
                                   192, 193, 300, 1000, 4096, 4097, 8192, 8193};

    if (start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k03: the host has no memory for %d frames\n", FRAMES);
        return 1;
    }

    printf("kmalloc of so many bytes:\n");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        show_size(sizes[i]);

    char *a = take("a", 300);
    char *b = take("b", 20000);
    show_owner("a", a);
    show_owner("b", b);
    show_owner("b + 8192", b + 8192);

    fragment();
    printf("memory is fragmented: %lu frames are free, no two of them "
           "neighbours\n",
           normal_zone.free_pages);
    printf("c = kmalloc(12288, GFP_KERNEL);   c is %s\n",
           kmalloc(12288, GFP_KERNEL) == NULL ? "NULL" : "memory");
    char *c = take_area("c", 12288);
    show_two_addresses(c);
    char *d = take_area("d", 100);
    take_area("e", 4097);
    show_areas();
    vfree(d);
    printf("vfree(d);\n");
    show_areas();
    take_area("f", 5000);
    take_area("g", 4096);
    show_areas();
    return 0;
}
