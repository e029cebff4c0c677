/* k05.c - a file is read, mapped, written and dropped: where its pages are
 *
 * Pages are drawn as characters. A letter is a frame, the same one wherever the
 * letter is the same; a dot is no frame. In the row of the file, which shows
 * its page cache, a capital is a dirty page. In the rows of the mappings it is
 * a page that the process may write to. On the right is what the disk has
 * done, and how many page faults there were.
 */
#include "show.h"

#include "buddy.h"
#include "disk.h"
#include "file.h"
#include "filemap.h"
#include "fork.h"
#include "init.h"
#include "lru.h"
#include "pages.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"
#include "vmscan.h"

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
        putchar(page != NULL ? drawn(page, test_page_bit(page, PG_dirty))
                             : '.');
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

/* The indices of the pages of a list, from the newest to the oldest; a star is
 * PG_referenced. */
static void show_list(const char *name, enum lru_list list)
{
    const struct page *page;

    printf("  %-8s", name);
    if (list_empty(&lru_lists[list]))
        printf(" -");
    list_for_each_entry(page, &lru_lists[list], lru)
        printf(" %lu%s", page->index,
               test_page_bit(page, PG_referenced) ? "*" : "");
    putchar('\n');
}

static void show_lists(const char *what)
{
    printf("%s\n", what);
    show_list("active", LRU_ACTIVE);
    show_list("inactive", LRU_INACTIVE);
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

static void write_byte(unsigned long page, char byte)
{
    buffer[0] = byte;
    sys_lseek(fd, (long)PAGES(page), SEEK_SET);
    sys_write(fd, (unsigned long)buffer, 1);
}

static void sync_mapping(int flag)
{
    sys_msync((unsigned long)s, PAGES(FILE_PAGES), flag);
}

static void unmap(char **start)
{
    sys_munmap((unsigned long)*start, PAGES(FILE_PAGES));
    *start = NULL;
}

/* ---- what is shown ---- */

/* A file on the disk, nothing of it in memory, and nothing counted yet. */
static void begin(void)
{
    disk = disk_create(100000);
    if (disk == NULL || start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k05: the host has no memory for %d frames\n", FRAMES);
        exit(1);
    }
    sys_mount(disk);
    mm = mm_alloc();
    switch_mm(mm);
    buffer = map(-1, MAP_PRIVATE | MAP_ANONYMOUS, FILE_PAGES);
    memset(buffer, '-', PAGES(FILE_PAGES));
    fd = sys_open("song", O_CREAT);
    sys_write(fd, (unsigned long)buffer, PAGES(FILE_PAGES));
    sys_sync();
    drop_caches(1);
    disk->reads = disk->writes = jiffies = 0;
    mm->min_flt = mm->maj_flt = 0;
}

static void read_and_map(void)
{
    show("fd = open(\"song\"); the file has 6 pages");
    read_pages(0, 2);
    show("read(fd, buffer, 2 pages);");
    read_pages(0, 2);
    show("read(fd, buffer, 2 pages); from the start, once more");
    s = map(fd, MAP_SHARED, FILE_PAGES);
    p = map(fd, MAP_PRIVATE, FILE_PAGES);
    show("s = mmap(fd, MAP_SHARED); p = mmap(fd, MAP_PRIVATE);");
    load(s);
    load(p);
    show("load s[0] and p[0]");
    load(s + PAGES(2));
    show("load s[2 pages]");
    load(p + PAGES(2));
    show("load p[2 pages]");
}

static void write_to_it(void)
{
    p[0] = 'P';
    show("p[0] = 'P';");
    s[0] = 'S';
    show("s[0] = 'S';");
    write_byte(2, 'W');
    show("write(fd, \"W\", 1); to page 2");
    read_pages(0, 1);
    printf("  read() finds %c; page 0 begins with %c in s, with %c in p;\n",
           buffer[0], s[0], p[0]);
    printf("  page 2 begins with %c in s, with %c in p\n", s[PAGES(2)],
           p[PAGES(2)]);
}

static void write_back(void)
{
    sync_mapping(MS_ASYNC);
    show("msync(s, 6 pages, MS_ASYNC);");
    sync_mapping(MS_SYNC);
    show("msync(s, 6 pages, MS_SYNC);");
    s[0] = 'T';
    show("s[0] = 'T';");
}

static void drop(void)
{
    drop_caches(1);
    show("drop_caches 1");
    unmap(&s);
    unmap(&p);
    show("munmap both");
    drop_caches(1);
    show("drop_caches 1");
    sys_sync();
    drop_caches(1);
    show("sync(); drop_caches 1");
}

static void lists(void)
{
    read_pages(0, 6);
    show_lists("read(fd, buffer, 6 pages);");
    read_pages(0, 2);
    show_lists("read pages 0 and 1 once more");
    try_to_free_pages(2);
    show_lists("reclaim 2 frames");
    try_to_free_pages(1);
    show_lists("reclaim 1");
    try_to_free_pages(1);
    show_lists("reclaim 1");
    try_to_free_pages(1);
    show_lists("reclaim 1");
}

/* A mapped page is used without a system call. */
static void mapped(void)
{
    drop_caches(1);
    s = map(fd, MAP_SHARED, FILE_PAGES);
    load(s + PAGES(3));
    read_pages(4, 2);
    show("map the file, load s[3 pages], read pages 4 and 5");
    show_lists("the lists");
    try_to_free_pages(1);
    show("reclaim 1");
    show_lists("the lists");
    try_to_free_pages(2);
    show("reclaim 2");
    load(s + PAGES(3));
    show("load s[3 pages]");
}

static void share(void)
{
    struct mm_struct *other = mm_alloc();
    int mail = sys_shm_open("/mail", O_CREAT);

    sys_ftruncate(mail, PAGES(1));
    char *a = map(mail, MAP_SHARED, 1);
    a[0] = 'm';
    printf("one process: a = mmap(shm_open(\"/mail\")); a[0] = 'm';\n");
    switch_mm(other);
    char *b = (char *)sys_mmap(0x20000000, PAGES(1), RW, MAP_SHARED,
                               sys_shm_open("/mail", 0), 0);
    printf("another one: b = mmap(shm_open(\"/mail\"));\n");
    printf("  a is %p, b is %p, b[0] is %c\n", a, b, b[0]);
    printf("  pages of shared memory %lu, of them dirty %lu\n",
           node_stat[NR_SHMEM], node_stat[NR_FILE_DIRTY]);
    switch_mm(mm);
}

int main(void)
{
    show_start();
    begin();
    read_and_map();
    write_to_it();
    write_back();
    drop();
    lists();
    mapped();
    share();
    return 0;
}
