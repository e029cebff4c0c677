/*
 * k05_drop_caches.c - what goes from memory when the caches are dropped.
 *
 * Usage: k05_drop_caches     (make drop-caches)
 *
 * A process has a heap. It has written two files: one of them is on the disk by
 * now, the other one is dirty. And it shares some memory. Then the caches are
 * dropped, before sync() and after it. Prints what `free -m` would, and what is
 * still in memory. kernel/real/drop_caches.c does the same with the machine's
 * own Linux, where root may.
 */
#include "disk.h"
#include "diskfs.h"
#include "file.h"
#include "fork.h"
#include "init.h"
#include "sched.h"
#include "shmem.h"
#include "slab.h"
#include "syscalls.h"
#include "vmscan.h"
#include "vmstat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 16384, PAGES = 2048, SHARED = 512 };

static struct disk *disk;
static int clean, dirty;

/* A system call that fails ends the program. */
static long must(long result)
{
    if (result < 0) {
        fprintf(stderr, "k05_drop_caches: %s\n", strerror((int)-result));
        exit(1);
    }
    return result;
}

/* Memory of the process, with something in each page. */
static unsigned long written(int flags, unsigned long pages)
{
    unsigned long start = (unsigned long)must((long)sys_mmap(
        0, pages * PAGE_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0));

    memset((char *)start, 'a', pages * PAGE_SIZE);
    return start;
}

static int write_file(const char *name, unsigned long from)
{
    int fd = (int)must(sys_open(name, O_CREAT));
    must(sys_write(fd, from, PAGES * PAGE_SIZE));
    return fd;
}

static unsigned long pages_of_file(int fd)
{
    struct file *file = fget(fd);
    unsigned long pages = file->f_mapping->nrpages;

    fput(file);
    return pages;
}

static void show(const char *title)
{
    printf("%s\n", title);
    free_show(stdout);
    printf("    pages of the clean file in memory    %12lu\n",
           pages_of_file(clean));
    printf("    pages of the dirty file in memory    %12lu\n",
           pages_of_file(dirty));
    printf("    pages of the heap in memory          %12lu\n",
           current_mm->rss[MM_ANONPAGES]);
    printf("    blocks that the disk has read        %12lu\n", disk->reads);
    printf("    blocks that the disk has written     %12lu\n\n", disk->writes);
}

/* The line of a cache in /proc/slabinfo, up to the numbers of objects. */
static void show_inode_cache(const char *when)
{
    char text[8000], *line;
    FILE *file = fmemopen(text, sizeof(text), "w");

    slabinfo_show(file);
    fclose(file);
    line = strstr(text, "inode_cache");
    printf("%-20s%.44s\n", when, line != NULL ? line : "");
}

static void show_inodes(void)
{
    char name[20];

    printf("forty files are opened, and closed; then drop_caches 2\n");
    printf("%-20s%-18s%s\n", "", "# name", "<active_objs> <num_objs>");
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof(name), "file-%d", i);
        must(sys_close((int)must(sys_open(name, O_CREAT))));
    }
    show_inode_cache("before:");
    drop_caches(2);
    show_inode_cache("after:");
}

int main(void)
{
    disk = disk_create(64 * 4096 + 1);
    if (disk == NULL || start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k05_drop_caches: the host has no memory for it\n");
        return 1;
    }
    must(sys_mount(disk));
    switch_mm(mm_alloc());
    unsigned long heap = written(MAP_PRIVATE | MAP_ANONYMOUS, PAGES);
    written(MAP_SHARED | MAP_ANONYMOUS, SHARED);
    clean = write_file("clean", heap);
    must(sys_fsync(clean));
    dirty = write_file("dirty", heap);

    show("a clean file, a dirty one, a heap and shared memory");
    drop_caches(1);
    show("drop_caches 1: pages that the disk has go");
    sys_sync();
    drop_caches(1);
    show("sync, and drop_caches 1: the others go, too");

    must(sys_lseek(clean, 0, SEEK_SET));
    must(sys_read(clean, heap, PAGES * PAGE_SIZE));
    show("read the clean file: nothing is lost, but it takes time");
    show_inodes();
    return 0;
}
