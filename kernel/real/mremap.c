/* mremap.c - memory moves without being copied (04-address-space)
 *
 * mremap gives an area other addresses, and more of them. The frames stay where
 * they are, and so does what is in them: only entries of the page table move.
 * A malloc's realloc of a large chunk is as cheap as that.
 */
#define _GNU_SOURCE
#include "real.h"

#include <sys/mman.h>

#define PAGES 1000

int main(void)
{
    size_t page = page_size();
    char *old = map_alone(PAGES, MAP_PRIVATE, -1);
    char *place = map_alone(2 * PAGES, MAP_PRIVATE, -1);

    step("write to 1000 pages");
    write_pages(old, PAGES);
    equals("pages in memory there, by smaps (Rss)", PAGES, smaps(old, "Rss"));

    step("mremap them to another place, where they shall be 2000");
    long before = minor_faults();
    char *new = mremap(old, PAGES * page, 2 * PAGES * page,
                       MREMAP_MAYMOVE | MREMAP_FIXED, place);
    require(new == place, "mremap");
    read_pages(new, PAGES);
    about("minor faults, with a read of all 1000", 0, minor_faults() - before);
    holds("what was written is there", true, new[999 * page] == 'w');
    equals("pages of addresses, by smaps (Size)", 2 * PAGES,
           smaps(new, "Size"));
    equals("pages in memory, by smaps (Rss)", PAGES, smaps(new, "Rss"));
    holds("the old addresses are mapped", false, in_memory(old, 1) >= 0);
    return 0;
}
