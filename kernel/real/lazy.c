/* lazy.c - mmap promises memory, and the first touch gets it (04-address-space)
 *
 * A mapping is an area of addresses, no more. A page of it gets a frame when it
 * is first touched: the processor finds no entry in the page table, the kernel
 * is called (a page fault), takes a frame, fills it with zeros and enters it.
 * The fault is minor, as no disk was needed. Three witnesses say the same here:
 * mincore, the Rss of the area in /proc/self/smaps, and getrusage's faults.
 */
#include "real.h"

#include <sys/mman.h>

#define PAGES 16384 /* 64 MiB where a page has 4 KiB */

static void look(const char *start, long pages)
{
    equals("pages in memory, by mincore", pages, in_memory(start, PAGES));
    equals("pages in memory, by smaps (Rss)", pages, smaps(start, "Rss"));
}

int main(void)
{
    step("mmap 16384 pages");
    char *start = map_alone(PAGES, MAP_PRIVATE, -1);
    equals("pages of addresses, by smaps (Size)", PAGES, smaps(start, "Size"));
    look(start, 0);

    step("write one byte in each of the first 1000 pages");
    long before = minor_faults();
    write_pages(start, 1000);
    about("minor faults", 1000, minor_faults() - before);
    look(start, 1000);

    step("write the same bytes once more");
    before = minor_faults();
    write_pages(start, 1000);
    about("minor faults", 0, minor_faults() - before);

    step("write one byte in each page");
    before = minor_faults();
    long major = major_faults();
    write_pages(start, PAGES);
    about("minor faults", PAGES - 1000, minor_faults() - before);
    about("major faults", 0, major_faults() - major);
    look(start, PAGES);

    step("munmap");
    require(munmap(start, PAGES * page_size()) == 0, "munmap");
    holds("the addresses are mapped", false, in_memory(start, 1) >= 0);
    return 0;
}
