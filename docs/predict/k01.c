/* k01.c - five questions on blocks of frames */
#include "predict.h"

#include "buddy.h"
#include "init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SINGLES = 16, FREED = 10 };

static size_t frames, order, wanted;
static int freed[SINGLES]; /* the first FREED of these */

static void start(void)
{
    if (start_kernel(frames) != 0) {
        fputs("k01: the host has no memory\n", stderr);
        exit(1);
    }
}

/* Free blocks of all orders that begin before this frame. */
static long free_blocks_before(unsigned long end)
{
    long count = 0;

    for (unsigned long pfn = 0; pfn < end; pfn++)
        count += PageBuddy(pfn_to_page(pfn));
    return count;
}

static long frames_without_use(void)
{
    start();
    alloc_pages(GFP_KERNEL, (unsigned)order);
    return (long)(frames - normal_zone.free_pages - wanted);
}

static long free_blocks_after_one_request(void)
{
    start();
    alloc_pages(GFP_KERNEL, (unsigned)order);
    return free_blocks_before(frames);
}

/* Free the block that is asked for; then one after another, until it is
 * merged. */
static long which_one_merges(void)
{
    start();
    for (size_t pfn = 0; pfn < frames / 2; pfn += 1UL << order)
        alloc_pages(GFP_KERNEL, (unsigned)order);
    struct page *page = pfn_to_page(wanted);
    __free_pages(page, (unsigned)order);
    for (size_t pfn = 0; pfn < frames / 2; pfn += 1UL << order) {
        if (pfn == wanted)
            continue;
        __free_pages(pfn_to_page(pfn), (unsigned)order);
        if (block_of(page)->order != order)
            return (long)pfn;
    }
    return -1;
}

static long free_blocks_of_singles(void)
{
    start();
    for (int i = 0; i < SINGLES; i++)
        alloc_pages(GFP_KERNEL, 0);
    for (int i = 0; i < FREED; i++)
        __free_pages(pfn_to_page((unsigned long)freed[i]), 0);
    return free_blocks_before(SINGLES);
}

static long frames_for_the_second(void)
{
    long count = 0;

    start();
    while (alloc_pages(GFP_KERNEL, (unsigned)order) != NULL)
        ;
    while (alloc_pages(GFP_ATOMIC, 0) != NULL)
        count++;
    return count;
}

static size_t min_watermark(void)
{
    start();
    size_t min = normal_zone.watermark[WMARK_MIN];
    stop_kernel();
    return min;
}

/* "3, 5 and 8" */
static const char *list_of_freed(void)
{
    static char text[100];
    int length = 0;

    for (int i = 0; i < FREED; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%d%s",
                           freed[i],
                           i < FREED - 2    ? ", "
                           : i == FREED - 2 ? " and "
                                            : "");
    return text;
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    frames = 1024;
    wanted = pick(9, 100);
    for (order = 0; 1UL << order < wanted; order++)
        ;
    ask("A driver needs %zu frames in a row, and takes the smallest block that "
        "is\n   large enough. How many frames of it are of no use to anybody?",
        wanted);
    answer(frames_without_use, "The block has 2^%zu frames.", order);

    unsigned top = (unsigned)pick(7, 10);
    frames = 1UL << top;
    order = pick(1, 4);
    ask("All memory is one free block of %zu frames. Then\n"
        "   alloc_pages(GFP_KERNEL, %zu). How many free blocks are there?",
        frames, order);
    answer(free_blocks_after_one_request,
           "One for each order from %zu to %u: the upper halves.", order,
           top - 1);

    frames = 1024;
    order = pick(2, 4);
    wanted = pick(4, 25) << order;
    ask("The block of order %zu at frame %zu is free. With which block of its "
        "order\n   can it be merged? (Its first frame.)",
        order, wanted);
    answer(which_one_merges, "%zu XOR %d. Its other neighbour is no buddy.",
           wanted, 1 << order);

    frames = 1024;
    shuffle(freed, SINGLES);
    ask("Frames 0 to %d were taken one by one. Then these are freed:\n   "
        "%s.\n   How many free blocks lie among them now?",
        SINGLES - 1, list_of_freed());
    answer(free_blocks_of_singles,
           "Two frames are merged if the lower one is even; two pairs, if the "
           "lower\n   one begins at a multiple of 4.");

    frames = 1024 * pick(1, 8);
    order = pick(0, 2);
    wanted = min_watermark();
    ask("There are %zu frames, and WMARK_MIN is %zu. GFP_KERNEL takes blocks "
        "of "
        "order\n   %zu until it is refused. Then GFP_ATOMIC takes single "
        "frames. How many?",
        frames, wanted, order);
    answer(
        frames_for_the_second,
        "GFP_KERNEL leaves WMARK_MIN frames, or a few more if it wants "
        "larger\n   blocks. Half of WMARK_MIN is kept even from GFP_ATOMIC.");

    return predict_end();
}
