/* k03.c - five questions on memory of any size */
#include "predict.h"

#include "buddy.h"
#include "device.h"
#include "init.h"
#include "kmalloc.h"
#include "vmalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 1024, AREAS = 3, MESSAGE = 3 * PAGE_SIZE };

static size_t size, offset, pages[AREAS];

static void start(void)
{
    if (start_kernel(FRAMES) != 0) {
        fputs("k03: the host has no memory\n", stderr);
        exit(1);
    }
}

static long bytes_that_may_be_used(void)
{
    start();
    return (long)ksize(kmalloc(size, GFP_KERNEL));
}

static long index_of_size(void)
{
    start();
    return kmalloc_index(size);
}

static long bytes_of_no_use(void)
{
    start();
    return (long)(ksize(kmalloc(size, GFP_KERNEL)) - size);
}

/* Where does an area lie that is taken when the second of three is gone? */
static long page_of_the_last_area(void)
{
    char *area[AREAS];

    start();
    for (int i = 0; i < AREAS; i++)
        area[i] = vmalloc(pages[i] * PAGE_SIZE);
    vfree(area[1]);
    char *last = vmalloc(size);
    return (last - area[0]) / (long)PAGE_SIZE;
}

/* Take all frames but every second one, with 255 in each byte. */
static void fragment(void)
{
    static struct page *taken[FRAMES];
    struct page *page;
    int count = 0;

    while ((page = alloc_pages(GFP_KERNEL, 0)) != NULL) {
        memset(page_address(page), 255, PAGE_SIZE);
        taken[count++] = page;
    }
    while (count > 0)
        if (page_to_pfn(taken[--count]) % 2 == 0)
            __free_pages(taken[count], 0);
    while ((page = alloc_pages(GFP_KERNEL, 1)) != NULL)
        memset(page_address(page), 255, 2 * PAGE_SIZE);
}

static long bytes_that_are_right(void)
{
    static unsigned char received[MESSAGE];
    long right = 0;

    start();
    fragment();
    unsigned char *area = vmalloc(MESSAGE);
    for (size_t i = 0; i < MESSAGE; i++)
        area[i] = (unsigned char)(1 + i / PAGE_SIZE);
    device_read(received, page_to_pfn(vmalloc_to_page(area + offset)),
                offset % PAGE_SIZE, size);
    for (size_t i = 0; i < size; i++)
        right += received[i] == area[offset + i];
    return right;
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    size = pick(65, 192);
    ask("kmalloc(%zu, GFP_KERNEL). How many bytes may be used?", size);
    answer(bytes_that_may_be_used,
           "From 65 to 192 there are caches for 96, 128 and 192.");

    size = pick(193, 8192);
    ask("Which index does kmalloc_index(%zu) return?", size);
    answer(index_of_size,
           "%zu - 1 has that many binary digits, and 2^index is the smallest "
           "size\n   that is large enough.",
           size);

    size = pick(8193, 60000);
    ask("kmalloc(%zu, GFP_KERNEL) gets frames. How many bytes of them are of "
        "no use?",
        size);
    answer(bytes_of_no_use,
           "It is a block of 2^order frames: 16384, 32768 or 65536 bytes.");

    for (int i = 0; i < AREAS; i++)
        pages[i] = pick(2, 6);
    size = pick(1, 7 * PAGE_SIZE);
    ask("Three areas of %zu, %zu and %zu pages are taken one by one, and the "
        "second is\n   freed. Then vmalloc(%zu). How many pages after the "
        "start of the first area\n   does the new one begin?",
        pages[0], pages[1], pages[2], size);
    answer(page_of_the_last_area,
           "Each area is followed by a guard page. The new one needs one, too, "
           "and goes\n   to the first gap that is long enough.");

    offset = pick(1, 2 * PAGE_SIZE - 1);
    size = pick(PAGE_SIZE, MESSAGE - offset);
    ask("Memory is fragmented: of any two neighbouring frames, one has another "
        "user.\n   A message of %zu bytes lies in an area of vmalloc(), from "
        "byte %zu of it on.\n   A device is told the frame and the place in it "
        "where the message begins, and\n   reads %zu bytes. How many of them "
        "are right?",
        size, offset, size);
    answer(bytes_that_are_right,
           "Up to the end of the first page: there the next frame is somebody "
           "else's.");

    return predict_end();
}
