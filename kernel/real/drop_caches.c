/* drop_caches.c - what goes when the caches are dropped (05-page-cache)
 *
 * Root may write 1 to /proc/sys/vm/drop_caches, and the kernel frees all pages
 * of files that it can have again from the disk: those that are clean and that
 * nobody has mapped. 2 is for its cached names and inodes, 3 for both. Dirty
 * pages stay until they are written, and memory of processes (their heaps) is
 * no cache. Nothing is lost, but all who read files wait for the disk for a
 * while. What `free` would print goes to stderr, before and after.
 */
#include "real.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGES 2048
#define MIB   (PAGES * (long)page_size() >> 20) /* 8 with pages of 4 KiB */
#define KNOB  "/proc/sys/vm/drop_caches"

/* A line of /proc/meminfo, in MiB. */
static long meminfo(const char *field)
{
    FILE *file = fopen("/proc/meminfo", "r");
    char line[128];
    long kilobytes = 0;

    require(file != NULL, "/proc/meminfo");
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            sscanf(line + strlen(field), ": %ld", &kilobytes);
    fclose(file);
    return kilobytes / 1024;
}

static void print_free(const char *when)
{
    fprintf(stderr, "%-8s%6ld MiB free, %6ld MiB of buffers and cache\n", when,
            meminfo("MemFree"),
            meminfo("Buffers") + meminfo("Cached") + meminfo("SReclaimable"));
}

static void drop(void)
{
    int knob = open(KNOB, O_WRONLY);

    print_free("before:");
    require(write(knob, "1", 1) == 1, KNOB);
    close(knob);
    print_free("after:");
}

int main(void)
{
    if (access(KNOB, W_OK) != 0)
        skip("only root may write to " KNOB "; 1 would free the clean pages of"
             " files that nobody has mapped, 2 names and inodes, 3 both");

    char *heap = map_alone(PAGES, MAP_PRIVATE, -1);
    write_pages(heap, PAGES);
    int clean_file = scratch_file(PAGES);
    require_disk(clean_file);
    require(fsync(clean_file) == 0, "fsync");
    long before = meminfo("Dirty");
    int dirty_file = scratch_file(PAGES);
    if (meminfo("Dirty") - before < MIB / 2)
        skip("this file system does not let a write wait in memory");
    char *clean = map_alone(PAGES, MAP_SHARED, clean_file);
    char *dirty = map_alone(PAGES, MAP_SHARED, dirty_file);

    step("drop_caches, with a clean file, a dirty one, and a heap in memory");
    drop();
    equals("pages of the clean file in memory", 0, in_memory(clean, PAGES));
    equals("pages of the dirty file in memory", PAGES, in_memory(dirty, PAGES));
    equals("pages of the heap in memory", PAGES, in_memory(heap, PAGES));

    step("drop_caches, when the dirty file has been written (fsync)");
    require(fsync(dirty_file) == 0, "fsync");
    drop();
    equals("pages of that file in memory", 0, in_memory(dirty, PAGES));
    equals("pages of the heap in memory", PAGES, in_memory(heap, PAGES));
    return 0;
}
