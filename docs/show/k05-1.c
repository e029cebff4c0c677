/* k05-1.c - two processes share memory that they find by a name
 *
 * Pages are drawn as characters. A letter is a frame, the same one wherever the
 * letter is the same; a dot is no frame. The row of the file shows which of its
 * pages are in memory; that of a process what its page table has for them.
 */
#include "show.h"

#include "file.h"
#include "filemap.h"
#include "fork.h"
#include "init.h"
#include "pages.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

enum { FRAMES = 1024, FILE_PAGES = 4 };

#define PAGES(n) ((n)*PAGE_SIZE)
#define RW       (PROT_READ | PROT_WRITE)

static struct mm_struct *one, *two;
static struct inode *inode; /* NULL when it is gone */
static char *a, *b;         /* where one and two have mapped it */

static char letter_of(const struct page *page)
{
    static char letter[FRAMES], last = 'a' - 1;
    unsigned long pfn = page_to_pfn(page);

    if (letter[pfn] == '\0')
        letter[pfn] = ++last;
    return letter[pfn];
}

static void show_file(void)
{
    printf("  /mail [");
    for (unsigned long index = 0; index < FILE_PAGES; index++) {
        struct page *page = find_page(&inode->i_data, index);
        putchar(page != NULL ? letter_of(page) : '.');
    }
    printf("]  size %lu  i_count %d  i_nlink %d\n", inode->i_size,
           inode->i_count, inode->i_nlink);
}

static void show_process(const char *name, const struct mm_struct *mm,
                         const char *start)
{
    if (start == NULL)
        return;
    printf("  %-5s [", name);
    for (unsigned long i = 0; i < FILE_PAGES; i++) {
        pte_t *pte = pte_offset(mm->pgd, (unsigned long)start + PAGES(i));
        putchar(pte != NULL && *pte != 0 ? letter_of(pte_page(*pte)) : '.');
    }
    printf("]  from %p on\n", start);
}

static void show(const char *what)
{
    printf("%s\n", what);
    if (inode != NULL)
        show_file();
    show_process("one", one, a);
    show_process("two", two, b);
}

static char *map(unsigned long address, int fd)
{
    return (char *)sys_mmap(address, PAGES(FILE_PAGES), RW, MAP_SHARED, fd, 0);
}

static void begin(void)
{
    if (start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k05-1: the host has no memory for %d frames\n",
                FRAMES);
        exit(1);
    }
    one = mm_alloc();
    two = mm_alloc();
    switch_mm(one);
}

int main(void)
{
    show_start();
    begin();
    int fd = sys_shm_open("/mail", O_CREAT);
    struct file *file = fget(fd);
    inode = file->f_mapping->host;
    fput(file);
    show("one: fd = shm_open(\"/mail\", O_CREAT)");
    sys_ftruncate(fd, PAGES(FILE_PAGES));
    a = map(0, fd);
    show("one: ftruncate(fd, 4 pages); a = mmap(fd)");
    a[PAGES(1)] = 'm';
    show("one: a[1 page] = 'm'");

    switch_mm(two);
    fd = sys_shm_open("/mail", 0);
    b = map(0x20000000, fd);
    sys_close(fd);
    show("two: fd = shm_open(\"/mail\", 0); b = mmap(fd); close(fd)");
    printf("  b[1 page] is %c\n", b[PAGES(1)]);
    b[PAGES(3)] = 't';
    show("two: has read b[1 page]; b[3 pages] = 't'");
    sys_shm_unlink("/mail");
    show("two: shm_unlink(\"/mail\")");
    printf("  shm_open(\"/mail\", 0) returns %d now\n",
           sys_shm_open("/mail", 0));

    switch_mm(one);
    printf("one: a[3 pages] is %c\n", a[PAGES(3)]);
    mmput(one);
    a = NULL;
    show("the end of one");
    switch_mm(two);
    mmput(two);
    b = NULL;
    inode = NULL;
    show("the end of two");
    printf("  pages of files in memory: %lu\n", node_stat[NR_FILE_PAGES]);
    return 0;
}
