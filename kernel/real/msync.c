/* msync.c - who waits for a dirty page to be written (05-page-cache)
 *
 * A write to a shared mapping of a file makes its page dirty: the disk has the
 * old one still. msync(MS_SYNC) writes the dirty pages and waits. MS_ASYNC does
 * not wait, and since Linux 2.6.19 does nothing at all, for the kernel
 * writes what is dirty by and by in any case. A page that was written to the
 * disk loses its right to be written to, so that the next write is a fault: the
 * kernel learns by it that the page is dirty again.
 */
#include "real.h"

#include <sys/mman.h>
#include <unistd.h>

#define PAGES  1024
#define ROUNDS 3

static char *start;

/* Make all pages dirty, and return the seconds that msync takes for them. */
static double sync_dirty_pages(int flag)
{
    write_pages(start, PAGES);
    double before = now();
    require(msync(start, PAGES * page_size(), flag) == 0, "msync");
    return now() - before;
}

/* The quickest of several, for others use this machine, too. */
static double quickest(int flag)
{
    double best = sync_dirty_pages(flag);

    for (int i = 1; i < ROUNDS; i++) {
        double seconds = sync_dirty_pages(flag);
        if (seconds < best)
            best = seconds;
    }
    return best;
}

int main(void)
{
    int fd = scratch_file(PAGES);

    require_disk(fd);
    require(fsync(fd) == 0, "fsync");
    start = map_alone(PAGES, MAP_SHARED, fd);

    step("write to 1024 pages of a file, and msync(MS_ASYNC)");
    sync_dirty_pages(MS_ASYNC);
    at_least("pages still dirty (Private_Dirty)", PAGES / 2,
             smaps(start, "Private_Dirty"));

    step("write to them again, and msync(MS_SYNC)");
    sync_dirty_pages(MS_SYNC);
    equals("pages still dirty (Private_Dirty)", 0,
           smaps(start, "Private_Dirty"));

    step("write to them again");
    long before = minor_faults();
    write_pages(start, PAGES);
    about("minor faults", PAGES, minor_faults() - before);

    step("each several times, of which the quickest counts");
    double asynchronous = quickest(MS_ASYNC);
    holds("MS_SYNC takes ten times as long as MS_ASYNC", true,
          quickest(MS_SYNC) > 10 * asynchronous);
    return 0;
}
