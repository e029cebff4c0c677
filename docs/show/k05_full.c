/* k05_full.c - a file that is longer than memory is read to its end
 *
 * Memory has 1024 frames, the file 1200 pages, of which none was ever written:
 * the disk has zeros for them. Prints how far it comes.
 */
#include "disk.h"
#include "fork.h"
#include "init.h"
#include "sched.h"
#include "syscalls.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { FRAMES = 1024, FILE_PAGES = 1200 };

int main(void)
{
    struct disk *disk = disk_create(64 * FILE_PAGES + 1);
    if (disk == NULL || start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k05_full: the host has no memory for it\n");
        return 1;
    }
    sys_mount(disk);
    switch_mm(mm_alloc());
    unsigned long buffer = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, 0);
    int fd = sys_open("long", O_CREAT);
    sys_ftruncate(fd, FILE_PAGES * PAGE_SIZE);
    long bytes, pages = 0;
    while ((bytes = sys_read(fd, buffer, PAGE_SIZE)) > 0)
        pages++;
    printf("pages read: %ld of %d\n", pages, FILE_PAGES);
    if (bytes < 0)
        printf("then read() says: %s\n", strerror((int)-bytes));
    return 0;
}
