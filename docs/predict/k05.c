/* k05.c - five questions on files and their pages */
#include "predict.h"

#include "buddy.h"
#include "disk.h"
#include "file.h"
#include "filemap.h"
#include "fork.h"
#include "init.h"
#include "lru.h"
#include "sched.h"
#include "syscalls.h"
#include "vmscan.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LONGEST = 64 };

#define PAGES(n) ((n)*PAGE_SIZE)
#define RW       (PROT_READ | PROT_WRITE)

static size_t pages, first, count, from, again;
static struct disk *disk;
static unsigned long buffer;
static int fd;

/* A process, and a file that is on the disk and not in memory. */
static struct mm_struct *start(void)
{
    disk = disk_create(64 * LONGEST + 1);
    if (disk == NULL || start_kernel(1024) != 0) {
        fputs("k05: the host has no memory\n", stderr);
        exit(1);
    }
    sys_mount(disk);
    struct mm_struct *mm = mm_alloc();
    switch_mm(mm);
    buffer =
        vm_mmap(NULL, 0, PAGES(LONGEST), RW, MAP_PRIVATE | MAP_ANONYMOUS, 0);
    fd = sys_open("file", O_CREAT);
    sys_ftruncate(fd, PAGES(pages));
    sys_sync();
    disk->reads = disk->writes = 0;
    return mm;
}

static void seek(size_t byte)
{
    sys_lseek(fd, (long)byte, SEEK_SET);
}

static void read_pages(size_t page, size_t number)
{
    seek(PAGES(page));
    sys_read(fd, buffer, PAGES(number));
}

static char *map(int flags)
{
    return (char *)sys_mmap(0, PAGES(pages), RW, flags, fd, 0);
}

static void load(const char *start, size_t page)
{
    (void)*(const volatile char *)(start + PAGES(page));
}

static void store(char *start, size_t page)
{
    *(volatile char *)(start + PAGES(page)) = 1;
}

static long in_cache(void)
{
    struct file *file = fget(fd);
    return (long)file->f_mapping->nrpages;
}

static long blocks_read(void)
{
    start();
    seek(first);
    sys_read(fd, buffer, count);
    seek(from);
    sys_read(fd, buffer, count);
    return (long)disk->reads;
}

static long major_faults(void)
{
    struct mm_struct *mm = start();

    read_pages(0, first);
    char *shared = map(MAP_SHARED), *private = map(MAP_PRIVATE);
    for (size_t page = 0; page < count; page++)
        load(shared, page);
    for (size_t page = from; page < pages; page++)
        store(private, page);
    return (long)mm->maj_flt;
}

static long blocks_written(void)
{
    start();
    char *shared = map(MAP_SHARED), *private = map(MAP_PRIVATE);
    for (size_t page = 0; page < first; page++)
        store(shared, page);
    for (size_t page = 0; page < pages; page++)
        store(private, page);
    seek(PAGES(from));
    sys_write(fd, buffer, PAGES(count));
    sys_msync((unsigned long)shared, PAGES(pages), MS_ASYNC);
    sys_msync((unsigned long)private, PAGES(pages), MS_SYNC);
    sys_msync((unsigned long)shared, PAGES(pages), MS_SYNC);
    return (long)disk->writes;
}

static long pages_that_stay(void)
{
    start();
    read_pages(0, pages);
    char *shared = map(MAP_SHARED), *private = map(MAP_PRIVATE);
    for (size_t page = 0; page < first; page++)
        load(shared, page);
    for (size_t page = first; page < first + count; page++)
        store(private, page);
    seek(PAGES(from));
    sys_write(fd, buffer, PAGES(again));
    drop_caches(1);
    return in_cache();
}

static long reclaimed_last(void)
{
    start();
    read_pages(0, pages);
    read_pages(first, count);
    read_pages(from, 1);
    try_to_free_pages(pages - 1);
    const struct page *page = list_entry(
        lru_lists[nr_lru[LRU_ACTIVE] > 0 ? LRU_ACTIVE : LRU_INACTIVE].next,
        struct page, lru);
    return (long)page->index;
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    pages = 20;
    first = pick(1000, 20000);
    count = pick(5000, 20000);
    from = first + pick(2000, 9000);
    ask("A file of 20 pages is on the disk, and not in memory. A process reads "
        "%zu bytes\n   from byte %zu on, and then as many from byte %zu on. "
        "How many blocks does the\n   disk read?",
        count, first, from);
    answer(blocks_read,
           "These bytes are in the pages %zu to %zu, and each is read once.",
           first / PAGE_SIZE, (from + count - 1) / PAGE_SIZE);

    pages = pick(20, 40);
    first = pick(3, 8);
    count = first + pick(2, 6);
    from = pick(first, count + 4);
    ask("Of a file of %zu pages on the disk, read() has read the first %zu. "
        "The "
        "file is\n   mapped shared, and the first %zu pages are loaded; then "
        "it is mapped private,\n   and there is a store to each page from page "
        "%zu on (the first is page 0). How\n   many page faults are major?",
        pages, first, count, from);
    answer(major_faults,
           "%zu by the loads. A private copy has to be made of something: a "
           "store to a\n   page that is not in memory reads it first.",
           count - first);

    pages = 30;
    first = pick(5, 12);
    from = pick(3, 14);
    count = pick(5, 10);
    ask("A process stores to the first %zu pages of a shared mapping of a "
        "file, "
        "and to all\n   30 pages of a private one. write() overwrites %zu "
        "pages from page %zu on. Then\n   msync(MS_ASYNC) for the shared "
        "mapping, msync(MS_SYNC) for the private one, and\n   msync(MS_SYNC) "
        "for the shared one. How many blocks are written?",
        first, count, from);
    answer(blocks_written,
           "The dirty pages are 0 to %zu and %zu to %zu, and each is written "
           "once. Copies\n   are no pages of the file.",
           first - 1, from, from + count - 1);

    pages = 30;
    first = pick(3, 8);
    count = pick(3, 8);
    from = pick(first - 2, first + count + 5);
    again = pick(3, 9);
    ask("All 30 pages of a file have been read. Of a shared mapping, pages 0 "
        "to "
        "%zu are\n   loaded; in a private one, there are stores to pages %zu "
        "to %zu. Then write() has\n   overwritten %zu pages from page %zu on. "
        "How many pages of the file does\n   drop_caches 1 leave in memory?",
        first - 1, first, first + count - 1, again, from);
    answer(pages_that_stay,
           "Those that are mapped, and those that are dirty. Behind a copy no "
           "PTE leads\n   to the file's page any more.");

    pages = pick(8, 14);
    first = pick(1, 3);
    count = pick(2, 3);
    from = first + count - 1 - pick(0, 1);
    ask("A file of %zu pages is read from its start to its end; then pages %zu "
        "to %zu are\n   read once more, and then page %zu again. Nobody uses "
        "them after that. Others\n   need frames, one after the other, until "
        "one page is left. Which one?",
        pages, first, first + count - 1, from);
    answer(reclaimed_last,
           "What was used twice is on the active list; its oldest page goes to "
           "the\n   inactive list when that is the shorter one. A third use "
           "moves nothing.");

    return predict_end();
}
