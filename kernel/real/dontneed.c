/* dontneed.c - memory given back without giving back its addresses
 *              (04-address-space)
 *
 * madvise(MADV_DONTNEED) frees the frames of a range at once and leaves the
 * area. What was there is lost: an anonymous page is zero at the next touch, a
 * page of a file is what the file says. An allocator gives memory back so when
 * it wants to keep the addresses.
 */
#include "real.h"

#include <sys/mman.h>
#include <unistd.h>

#define PAGES 1000

int main(void)
{
    size_t page = page_size();
    char *start = map_alone(PAGES, MAP_PRIVATE, -1);
    char *file = map_alone(PAGES, MAP_PRIVATE, scratch_file(PAGES));

    step("write to 1000 anonymous pages");
    write_pages(start, PAGES);
    equals("pages in memory, by smaps (Rss)", PAGES, smaps(start, "Rss"));

    step("madvise(MADV_DONTNEED) for the first 600");
    require(madvise(start, 600 * page, MADV_DONTNEED) == 0, "madvise");
    equals("pages of addresses, by smaps (Size)", PAGES, smaps(start, "Size"));
    equals("pages in memory, by smaps (Rss)", 400, smaps(start, "Rss"));

    step("read and write them again");
    holds("what was written is there", false, *start == 'w');
    holds("what was written to the others is there", true,
          start[600 * page] == 'w');
    long before = minor_faults();
    write_pages(start + page, 599);
    about("minor faults", 599, minor_faults() - before);

    step("the same with a private mapping of a file");
    write_pages(file, PAGES);
    equals("pages of its own (Anonymous)", PAGES, smaps(file, "Anonymous"));
    require(madvise(file, PAGES * page, MADV_DONTNEED) == 0, "madvise");
    equals("pages of its own, after MADV_DONTNEED", 0,
           smaps(file, "Anonymous"));
    holds("what was written is there", false, *file == 'w');
    holds("what the file says is there", true, *file == 'f');
    return 0;
}
