/* zero.c - memory that is only read costs no frame (04-address-space)
 *
 * A page that was never written to has zeros in it. As long as it is only read,
 * the kernel enters the same frame for all such pages of all processes, the
 * zero page, and permits no write. It is nobody's, and so does not count in the
 * Rss. The first write to such a page is a second fault, and gets it a frame.
 */
#include "real.h"

#include <sys/mman.h>

#define PAGES 4096

int main(void)
{
    char *start = map_alone(PAGES, MAP_PRIVATE, -1);

    step("read one byte in each of 4096 pages");
    long before = minor_faults();
    read_pages(start, PAGES);
    about("minor faults", PAGES, minor_faults() - before);
    equals("pages that have an entry, by mincore", PAGES,
           in_memory(start, PAGES));
    if (smaps(start, "Rss") == PAGES)
        skip("this kernel gives even a page that is only read a frame");
    equals("pages in memory, by smaps (Rss)", 0, smaps(start, "Rss"));

    step("write one byte in each");
    before = minor_faults();
    write_pages(start, PAGES);
    about("minor faults", PAGES, minor_faults() - before);
    equals("pages in memory, by smaps (Rss)", PAGES, smaps(start, "Rss"));
    return 0;
}
