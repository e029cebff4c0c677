/* files.h - draw where the pages of a file are
 *
 * Pages are drawn as characters. A letter is a frame, the same one wherever the
 * letter is the same; a dot is no frame. In the row of the file, which shows
 * its page cache, a capital is a dirty page. In the rows of the mappings it is
 * a page that the process may write to. On the right is what the disk has
 * done, and how many page faults there were.
 *
 * It is for the programs k05-3.c, k05-4.c and k05.c, each of which says what is
 * dirty.
 */
#include "show.h"

#include "disk.h"
#include "file.h"
#include "filemap.h"
#include "fork.h"
#include "init.h"
#include "pages.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 1024, FILE_PAGES = 6 };

#define PAGES(n) ((n)*PAGE_SIZE)
#define RW       (PROT_READ | PROT_WRITE)

static struct disk *disk;
static struct mm_struct *mm;
static char *buffer, *s, *p; /* addresses of the process */
static int fd;

static bool is_dirty(const struct page *page);

/* ---- to draw ---- */

static char letter_of(const struct page *page)
{
    static char letter[FRAMES], last = 'a' - 1;
    unsigned long pfn = page_to_pfn(page);

    if (letter[pfn] == '\0')
        letter[pfn] = ++last;
    return letter[pfn];
}

static char drawn(const struct page *page, bool capital)
{
    char letter = letter_of(page);
    return capital ? (char)toupper(letter) : letter;
}

static void show_file(void)
{
    struct file *file = fget(fd);

    printf("  file    [");
    for (unsigned long index = 0; index < FILE_PAGES; index++) {
        struct page *page = find_page(file->f_mapping, index);
        putchar(page != NULL ? drawn(page, is_dirty(page)) : '.');
    }
    printf("]  read %lu  written %lu  ticks %lu\n", disk->reads, disk->writes,
           jiffies);
    fput(file);
}

static void show_mapping(const char *name, const char *start)
{
    if (start == NULL)
        return;
    printf("  %-7s [", name);
    for (unsigned long i = 0; i < FILE_PAGES; i++) {
        pte_t *pte = pte_offset(mm->pgd, (unsigned long)start + PAGES(i));
        putchar(pte != NULL && *pte != 0
                    ? drawn(pte_page(*pte), *pte & _PAGE_RW)
                    : '.');
    }
    printf("]\n");
}

static void show(const char *what)
{
    printf("%s\n", what);
    show_file();
    show_mapping("shared", s);
    show_mapping("private", p);
    if (s != NULL || p != NULL)
        printf("  faults   %lu minor, %lu major\n", mm->min_flt, mm->maj_flt);
}

/* ---- what the process does ---- */

static char *map(int of, int flags, unsigned long pages)
{
    return (char *)sys_mmap(0, PAGES(pages), RW, flags, of, 0);
}

static char load(const char *address)
{
    return *(const volatile char *)address;
}

static void read_pages(unsigned long first, unsigned long count)
{
    sys_lseek(fd, (long)PAGES(first), SEEK_SET);
    sys_read(fd, (unsigned long)buffer, PAGES(count));
}

/* A file on the disk, nothing of it in memory, and nothing counted yet. */
static void begin(void)
{
    show_start();
    disk = disk_create(100000);
    if (disk == NULL || start_kernel(FRAMES) != 0) {
        fprintf(stderr, "show: the host has no memory for %d frames\n", FRAMES);
        exit(1);
    }
    sys_mount(disk);
    mm = mm_alloc();
    switch_mm(mm);
    buffer = map(-1, MAP_PRIVATE | MAP_ANONYMOUS, FILE_PAGES);
    memset(buffer, '-', PAGES(FILE_PAGES));
    fd = sys_open("song", O_CREAT);
    sys_write(fd, (unsigned long)buffer, PAGES(FILE_PAGES));
    sys_close(fd);
    sys_umount();
    sys_mount(disk);
    fd = sys_open("song", 0);
    disk->reads = disk->writes = jiffies = 0;
    mm->min_flt = mm->maj_flt = 0;
}
