/* cow.c - after fork, memory is shared until one of the two writes to it
 *         (04-address-space)
 *
 * fork copies no memory, only the page table, and takes the right to write away
 * on both sides. The first to write to a page gets a copy of its own: copy on
 * write. The last user of a frame need not copy it; it gets the right back.
 * "Private" pages in smaps are those that no other process has.
 */
#include "real.h"

#include <stdlib.h>
#include <sys/mman.h>

#define PAGES   1000
#define WRITTEN 250

static void look(const char *start, long shared)
{
    equals("pages shared (Shared_Dirty)", shared, smaps(start, "Shared_Dirty"));
    equals("pages of its own (Private_Dirty)", PAGES - shared,
           smaps(start, "Private_Dirty"));
}

static void be_the_child(char *start)
{
    step("in the child, after fork");
    look(start, PAGES);

    step("the child reads 250 pages");
    long before = minor_faults();
    read_pages(start, WRITTEN);
    about("minor faults", 0, minor_faults() - before);

    step("the child writes to 250 pages");
    before = minor_faults();
    for (size_t i = 0; i < WRITTEN; i++)
        start[i * page_size()] = 'c';
    about("minor faults", WRITTEN, minor_faults() - before);
    look(start, PAGES - WRITTEN);
    exit(0);
}

int main(void)
{
    char *start = map_alone(PAGES, MAP_PRIVATE, -1);

    step("the parent writes to 1000 pages");
    write_pages(start, PAGES);
    look(start, 0);

    pid_t child = start_child();
    if (child == 0)
        be_the_child(start);
    end_child(child);

    step("in the parent, when the child has gone");
    holds("it sees what the child wrote", false, *start == 'c');
    look(start, 0);
    long before = minor_faults();
    write_pages(start, PAGES);
    about("minor faults, when it writes to all pages", PAGES,
          minor_faults() - before);
    return 0;
}
