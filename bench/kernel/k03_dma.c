/*
 * k03_dma.c - what a device reads of memory from kmalloc() and from vmalloc().
 *
 * Usage: k03_dma     (make dma)
 *
 * A message of four pages, A, B, C and D, is written into memory from each of
 * the two. The device is told where it begins, and how long it is, and reads it
 * at once. Memory is fragmented: every second frame has another user, whose
 * bytes are dots. Prints for each page which frame it lies in, which one the
 * device reads, and what it gets.
 */
#include "buddy.h"
#include "device.h"
#include "init.h"
#include "kmalloc.h"
#include "vmalloc.h"

#include <stdio.h>
#include <string.h>

enum { FRAMES = 1024, PAGES = 4 };

static struct page *frame_of(const void *address)
{
    return is_vmalloc_addr(address) ? vmalloc_to_page(address)
                                    : virt_to_page(address);
}

/* Take all frames, and free every second one. */
static void fragment(void)
{
    static struct page *pages[FRAMES];
    int count = 0;

    while ((pages[count] = alloc_pages(GFP_KERNEL, 0)) != NULL)
        memset(page_address(pages[count++]), '.', PAGE_SIZE);
    while (count > 0)
        if (page_to_pfn(pages[--count]) % 2 == 0)
            __free_pages(pages[count], 0);
}

static void send(const char *from, char *message)
{
    static char received[PAGES * PAGE_SIZE];
    unsigned long first = page_to_pfn(frame_of(message));

    for (int i = 0; i < PAGES; i++)
        memset(message + i * PAGE_SIZE, 'A' + i, PAGE_SIZE);
    device_read(received, first, 0, sizeof(received));
    for (int i = 0; i < PAGES; i++) {
        const char *page = message + i * PAGE_SIZE;
        bool right = memcmp(received + i * PAGE_SIZE, page, PAGE_SIZE) == 0;
        printf("%-10s +0x%04lx %6c %8lu %14lu %11c   %s\n", i == 0 ? from : "",
               i * PAGE_SIZE, *page, page_to_pfn(frame_of(page)), first + i,
               received[i * PAGE_SIZE], right ? "right" : "wrong");
    }
}

int main(void)
{
    int error = start_kernel(FRAMES);
    if (error != 0) {
        fprintf(stderr, "k03_dma: %s\n", strerror(-error));
        return 1;
    }

    char *near = kmalloc(PAGES * PAGE_SIZE, GFP_KERNEL);
    fragment();
    char *far = vmalloc(PAGES * PAGE_SIZE);
    printf("memory of  address  holds  in frame   device reads    and gets\n");
    send("kmalloc()", near);
    send("vmalloc()", far);
    return 0;
}
