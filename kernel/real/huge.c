/* huge.c - 512 frames in a row, for one fault (01-buddy)
 *
 * The allocator of page frames gives blocks of 2^N frames, which begin at a
 * multiple of their length. Where a process lets it (MADV_HUGEPAGE), one fault
 * gets a block of order 9: the processor can enter it in the page table as one
 * page of 2 MiB, but only if its frames lie so. Only root is told their
 * numbers. If there is no such block, the kernel takes single frames.
 */
#include "real.h"

#include <sys/mman.h>

#define PAGES 512 /* 2 MiB, with pages of 4 KiB */

int main(void)
{
    size_t size = PAGES * page_size();
    char *start = map_alone(2 * PAGES, MAP_PRIVATE, -1);

    start += size - (uintptr_t)start % size;
    step("MADV_HUGEPAGE for 512 pages, and write to the first");
    if (madvise(start, size, MADV_HUGEPAGE) != 0)
        skip("this kernel has no transparent huge pages");
    long before = minor_faults();
    write_pages(start, 1);
    about("minor faults", 1, minor_faults() - before);
    if (smaps(start, "AnonHugePages") != PAGES)
        skip("no huge page was to be had");
    equals("pages in memory, by mincore", PAGES, in_memory(start, PAGES));

    long first = frame_of(start), in_a_row = 1;
    while (in_a_row < PAGES &&
           frame_of(start + in_a_row * page_size()) == first + in_a_row)
        in_a_row++;
    equals("frames in a row", PAGES, in_a_row);
    equals("rest of the first frame's number by 512", 0, first % PAGES);
    return 0;
}
