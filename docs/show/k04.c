/* k04.c - what two processes share, and what moves without being copied
 *
 * In the row of users is the number of PTEs that lead to the frame.
 */
#define _GNU_SOURCE /* for mremap()'s flags, and mincore() */
#include "show.h"

#include "rows.h"

#include "fork.h"
#include "init.h"
#include "pages.h"
#include "proc.h"
#include "shmem.h"
#include "syscalls.h"

#include <string.h>

#define RW (PROT_READ | PROT_WRITE)

static struct mm_struct *parent, *child;
static char *s, *p; /* what they map */

static char users(struct mm_struct *mm, unsigned long address)
{
    pteval_t entry = entry_of(mm, address);

    if (entry == 0 || pte_page(entry) == zero_page)
        return ' ';
    return (char)('0' + page_mapcount(pte_page(entry)));
}

static void show_rows(void)
{
    show_process("parent", parent);
    if (child != NULL)
        show_process("child", child);
    show_row("users", current_mm, users);
    putchar('\n');
    show_row("TLB", current_mm, in_tlb);
    putchar('\n');
}

static void show(const char *what)
{
    printf("%s\n", what);
    show_rows();
}

static char *map(struct file *file, unsigned long pages, int flags)
{
    return (char *)vm_mmap(file, 0, PAGES(pages), RW, flags, 0);
}

static void share(void)
{
    s = map(NULL, 2, MAP_SHARED | MAP_ANONYMOUS);
    s[0] = 's';
    show("s = mmap(NULL, 2 pages, MAP_SHARED | MAP_ANONYMOUS); s[0] = 's';");
    p = map(NULL, 4, MAP_PRIVATE | MAP_ANONYMOUS);
    memset(p, 'p', PAGES(3));
    show("p = mmap(NULL, 4 pages, MAP_PRIVATE | MAP_ANONYMOUS);"
         " memset(p, 'p', 3 pages);");
    child = dup_mm(parent);
    show("fork();");
    switch_mm(child);
    s[0] = 'c';
    s[PAGES(1)] = 'c';
    p[0] = 'c';
    show("the child: s[0] = 'c'; s[1 page] = 'c'; p[0] = 'c';");
    switch_mm(parent);
    printf("the parent: s[0] is '%c', s[1 page] is '%c', p[0] is '%c'\n", s[0],
           s[PAGES(1)], p[0]);
    show_rows();
    printf("the parent's smaps:\n");
    smaps_show(stdout, parent);
    mmput(child);
    child = NULL;
}

static void map_a_file(void)
{
    struct file *file = shmem_file_setup("/tmp/file", PAGES(2));
    char *shared = map(file, 2, MAP_SHARED);
    char *private = map(file, 2, MAP_PRIVATE);

    fput(file); /* the mappings keep it */
    strcpy(shared, "file");
    printf("a file, mapped twice: shared \"%s\", private \"%s\"\n", shared,
           private);
    show_rows();
    private[0] = 'F';
    shared[3] = 'm';
    printf("a store to each: shared \"%s\", private \"%s\"\n", shared, private);
    show_rows();
    sys_munmap((unsigned long)private, PAGES(2));
    sys_munmap((unsigned long)shared, PAGES(2));
}

static void change(void)
{
    show("the child has ended, and the file is unmapped");
    sys_madvise((unsigned long)p + PAGES(1), PAGES(1), MADV_DONTNEED);
    show("madvise(p + 1 page, 1 page, MADV_DONTNEED);");
    p = (char *)sys_mremap((unsigned long)p, PAGES(4), PAGES(6),
                           MREMAP_MAYMOVE);
    show("p = mremap(p, 4 pages, 6 pages, MREMAP_MAYMOVE);");
    maps_show(stdout, parent);
}

int main(void)
{
    show_start();
    if (start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k04: the host has no memory for %d frames\n", FRAMES);
        return 1;
    }
    drawn_as_zero = zero_page;
    parent = mm_alloc();
    switch_mm(parent);
    share();
    map_a_file();
    change();
    return 0;
}
