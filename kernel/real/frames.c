/* frames.c - which frame is behind an address (04-address-space)
 *
 * /proc/self/pagemap is a process's page table, to be read as a file: the
 * number of the frame behind each page. It shows by number what other programs
 * of this folder only infer: a page that was never touched has no frame; after
 * fork, two processes have the same frames, until one of them writes; one frame
 * can be at two addresses. Only root is told the numbers.
 */
#define _GNU_SOURCE
#include "real.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES   64
#define WRITTEN 8

static long frames[PAGES];

static void note_frames(const char *start)
{
    for (size_t i = 0; i < PAGES; i++)
        frames[i] = frame_of(start + i * page_size());
}

/* Different ones among the frames noted. */
static long count_different(void)
{
    long count = 0;

    for (size_t i = 0; i < PAGES; i++) {
        size_t j = 0;
        while (j < i && frames[j] != frames[i])
            j++;
        count += j == i;
    }
    return count;
}

/* Pages from here on that have the frames noted. */
static long count_same(const char *start)
{
    long count = 0;

    for (size_t i = 0; i < PAGES; i++)
        count += frame_of(start + i * page_size()) == frames[i];
    return count;
}

static void be_the_child(char *start)
{
    step("after fork, in the child");
    equals("pages with the same frame as in the parent", PAGES,
           count_same(start));
    step("the child writes to 8 pages");
    write_pages(start, WRITTEN);
    equals("pages with the same frame as in the parent", PAGES - WRITTEN,
           count_same(start));
    exit(0);
}

int main(void)
{
    char *start = map_alone(PAGES, MAP_PRIVATE, -1);

    step("64 pages, not touched");
    equals("frame of the first", -1, frame_of(start));
    step("write one byte in each");
    write_pages(start, PAGES);
    note_frames(start);
    equals("different frames", PAGES, count_different());

    pid_t child = start_child();
    if (child == 0)
        be_the_child(start);
    end_child(child);

    step("64 pages of a file in memory, mapped at two places");
    int fd = memfd_create("two places", 0);
    require(fd >= 0 && ftruncate(fd, PAGES * (off_t)page_size()) == 0,
            "memfd_create");
    char *one = map_alone(PAGES, MAP_SHARED, fd);
    char *two = map_alone(PAGES, MAP_SHARED, fd);
    write_pages(one, PAGES);
    read_pages(two, PAGES);
    note_frames(one);
    equals("pages with the same frame at both places", PAGES, count_same(two));
    return 0;
}
