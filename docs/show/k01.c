/* k01.c - a block is split, halves are merged, and the last frames are kept
 *
 * All memory is 64 frames, drawn as 64 characters. In use, a frame shows the
 * variable that leads to its block. A free block shows its order at its first
 * frame, and dots at the others. All of it is read from mem_map.
 */
#include "show.h"

#include "buddy.h"
#include "init.h"
#include "vmstat.h"

#include <stdio.h>
#include <stdlib.h>

enum { FRAMES = 64 };

static struct page *block[26]; /* those of the variables a to z */

static char name_of(const struct page *page)
{
    for (int i = 0; i < 26; i++)
        if (block[i] == page)
            return (char)('a' + i);
    return '?';
}

/* Draw the block that begins at this frame. Returns its length. */
static unsigned long draw_block(unsigned long pfn)
{
    const struct page *page = pfn_to_page(pfn);
    unsigned long frames = 1UL << page->order;
    bool is_free = PageBuddy(page);

    putchar(is_free ? (char)('0' + page->order) : name_of(page));
    for (unsigned long i = 1; i < frames; i++)
        putchar(is_free ? '.' : name_of(page));
    return frames;
}

/* The free lists that are not empty: the first frame of each block. */
static void show_lists(void)
{
    const struct page *page;

    printf("  free ");
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        struct free_area *area = &normal_zone.free_area[order];
        if (list_empty(&area->free_list))
            continue;
        printf("  order %u:", order);
        list_for_each_entry(page, &area->free_list, lru)
            printf(" %lu", page_to_pfn(page));
    }
    putchar('\n');
}

static void show(const char *what)
{
    printf("%s\n  ", what);
    for (unsigned long pfn = 0; pfn < FRAMES;)
        pfn += draw_block(pfn);
    putchar('\n');
    show_lists();
}

static struct page *take(char name, gfp_t gfp, unsigned order)
{
    return block[name - 'a'] = alloc_pages(gfp, order);
}

static void give(char name, unsigned order)
{
    __free_pages(block[name - 'a'], order);
    block[name - 'a'] = NULL;
}

/* The three names of a block's first frame. */
static void show_names(char name)
{
    const struct page *page = block[name - 'a'];

    printf("  %c is frame %lu, its struct page is at %p, its bytes at %p\n",
           name, page_to_pfn(page), (const void *)page, page_address(page));
}

static void show_pages(unsigned long count)
{
    printf("  frame  flags     _refcount  order\n");
    for (unsigned long pfn = 0; pfn < count; pfn++) {
        const struct page *page = pfn_to_page(pfn);
        printf("  %5lu  %-8s  %9d  %5u\n", pfn,
               PageBuddy(page) ? "PG_buddy" : "-", page_count(page),
               page->order);
    }
}

int main(void)
{
    if (start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k01: the host has no memory for %d frames\n", FRAMES);
        return 1;
    }

    printf("  0       8       16      24      32      40      48      56\n");
    show("start_kernel(64);");
    take('a', GFP_KERNEL, 0);
    show("a = alloc_pages(GFP_KERNEL, 0);");
    take('b', GFP_KERNEL, 0);
    show("b = alloc_pages(GFP_KERNEL, 0);");
    take('c', GFP_KERNEL, 0);
    show("c = alloc_pages(GFP_KERNEL, 0);");
    take('d', GFP_KERNEL, 0);
    take('e', GFP_KERNEL, 3);
    show("d = alloc_pages(GFP_KERNEL, 0); e = alloc_pages(GFP_KERNEL, 3);");
    show_names('a');
    show_names('d');

    give('b', 0);
    show("__free_pages(b, 0);");
    give('c', 0);
    show("__free_pages(c, 0);");
    give('a', 0);
    show("__free_pages(a, 0);");
    show_pages(5);
    give('d', 0);
    show("__free_pages(d, 0);");
    give('e', 3);
    show("__free_pages(e, 3);");

    zoneinfo_show(stdout);
    take('f', GFP_KERNEL, 5);
    show("f = alloc_pages(GFP_KERNEL, 5);");
    show(take('g', GFP_KERNEL, 0) == NULL
             ? "g = alloc_pages(GFP_KERNEL, 0);   refused: g is NULL"
             : "g = alloc_pages(GFP_KERNEL, 0);");
    take('g', GFP_ATOMIC, 0);
    show("g = alloc_pages(GFP_ATOMIC, 0);");
    buddyinfo_show(stdout);
    return 0;
}
