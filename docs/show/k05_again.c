/* k05_again.c - how much of a long file is read from the disk a second time?
 *
 * Memory has 1024 frames. A file is read from its start to its end, and then
 * once more: from the start again, or backwards from the end. Prints how many
 * blocks the disk reads for the second time.
 */
#include "disk.h"
#include "fork.h"
#include "init.h"
#include "sched.h"
#include "syscalls.h"
#include "vmscan.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FRAMES = 1024, LONGEST = 4 * FRAMES };

static struct disk *disk;
static unsigned long buffer;
static int fd;

static void read_page(unsigned long page)
{
    sys_lseek(fd, (long)(page * PAGE_SIZE), SEEK_SET);
    sys_read(fd, buffer, PAGE_SIZE);
}

static unsigned long read_twice(unsigned long pages, bool backwards)
{
    drop_caches(1);
    for (unsigned long i = 0; i < pages; i++)
        read_page(i);
    unsigned long before = disk->reads;
    for (unsigned long i = 0; i < pages; i++)
        read_page(backwards ? pages - 1 - i : i);
    return disk->reads - before;
}

int main(void)
{
    disk = disk_create(64 * LONGEST + 1);
    if (disk == NULL || start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k05_again: the host has no memory for it\n");
        return 1;
    }
    sys_mount(disk);
    switch_mm(mm_alloc());
    buffer = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, 0);
    fd = sys_open("long", O_CREAT);
    sys_ftruncate(fd, LONGEST * PAGE_SIZE);
    printf("pages   again from the start   backwards from the end\n");
    for (unsigned long pages = 800; pages <= 1600; pages += 100)
        printf("%5lu   %20lu   %22lu\n", pages, read_twice(pages, false),
               read_twice(pages, true));
    return 0;
}
