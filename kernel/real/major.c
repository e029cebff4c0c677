/* major.c - a fault that waits for the disk (05-page-cache)
 *
 * The pages of files are kept in memory, in the page cache: who maps the file
 * next finds them there, and so does read. Only a fault that has to wait for
 * the disk is a major one. posix_fadvise(POSIX_FADV_DONTNEED) drops the file's
 * pages that are clean and that nobody has mapped, so that there is one to be
 * seen. mincore says for a mapped file what is in the cache, mapped or not.
 */
#include "real.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES 256

static char *map_file(int fd)
{
    char *start = map_alone(PAGES, MAP_SHARED, fd);

    /* Else the kernel reads on, in advance. */
    madvise(start, PAGES * page_size(), MADV_RANDOM);
    return start;
}

static void drop(int fd)
{
    require(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0, "posix_fadvise");
}

/* Read the first page, and say how many faults were major ones. */
static void read_first(const char *start, long expected)
{
    long minor = minor_faults(), major = major_faults();

    read_pages(start, 1);
    major = major_faults() - major;
    minor = minor_faults() - minor;
    equals("major faults of a read of the first page", expected, major);
    holds("or minor ones", expected == 0, minor > 0);
}

int main(void)
{
    int fd = scratch_file(PAGES);

    require_disk(fd);
    step("256 pages are written to a file");
    char *start = map_file(fd);
    equals("pages in the cache", PAGES, in_memory(start, PAGES));
    read_first(start, 0);
    munmap(start, PAGES * page_size());

    step("they are on the disk (fsync), and are dropped");
    require(fsync(fd) == 0, "fsync");
    drop(fd);
    start = map_file(fd);
    if (in_memory(start, PAGES) == PAGES)
        skip("the file system below keeps the pages in memory");
    equals("pages in the cache", 0, in_memory(start, PAGES));
    read_first(start, 1);

    step("dropped once more, when a page is mapped");
    drop(fd);
    at_least("pages in the cache", 1, in_memory(start, PAGES));

    step("another mapping of the same file");
    read_first(map_file(fd), 0);
    return 0;
}
