/* k04-4.c - a process reads, writes and forks: what both have got
 *
 * 0 is the zero page. In the row of users is the number of processes that have
 * the frame.
 */
#define _GNU_SOURCE /* for mincore() */
#include "show.h"

#include "rows.h"

#include "fork.h"
#include "init.h"
#include "pages.h"
#include "proc.h"
#include "syscalls.h"

#include <string.h>

static struct mm_struct *parent, *child;
static char *a; /* what they map */

static char users(struct mm_struct *mm, unsigned long address)
{
    pteval_t entry = entry_of(mm, address);

    if (entry == 0 || pte_page(entry) == zero_page)
        return ' ';
    return (char)('0' + page_mapcount(pte_page(entry)));
}

static void show(const char *what)
{
    printf("%s\n", what);
    show_process("parent", parent);
    if (child != NULL) {
        show_process("child", child);
        show_row("users", current_mm, users);
        putchar('\n');
    }
    show_row("TLB", current_mm, in_tlb);
    putchar('\n');
}

static char load(const char *address)
{
    return *(const volatile char *)address;
}

static void begin(void)
{
    parent = mm_alloc();
    switch_mm(parent);
    a = (char *)vm_mmap(NULL, 0, PAGES(8), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, 0);
    load(a);
    show("read a[0];");
    a[0] = 'p';
    show("a[0] = 'p';");
    memset(a + PAGES(2), 'q', PAGES(3));
    show("memset(page 2, 'q', 3 pages);");
}

static void copy_on_write(void)
{
    child = dup_mm(parent);
    show("fork();");
    switch_mm(child);
    a[0] = 'c';
    show("the child: a[0] = 'c';");
    switch_mm(parent);
    a[0] = 'P';
    show("the parent: a[0] = 'P';");
    mmput(child);
    child = NULL;
    show("the child: exit();");
    a[PAGES(2)] = 'r';
    show("a[2 pages] = 'r';");
    sys_mprotect((unsigned long)a, PAGES(1), PROT_READ);
    sys_mprotect((unsigned long)a, PAGES(1), PROT_READ | PROT_WRITE);
    show("mprotect(page 0, 1 page, PROT_READ); and back");
}

static void stack(void)
{
    unsigned long top = TASK_SIZE;
    char *last = (char *)top - PAGES(4);

    vm_mmap(NULL, top - PAGES(1), PAGES(1), PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, 0);
    printf(
        "a stack of one page, and what it is after a store 3 pages below:\n");
    maps_show(stdout, parent);
    *last = 's';
    maps_show(stdout, parent);
}

int main(void)
{
    show_start();
    if (start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k04-4: the host has no memory for %d frames\n",
                FRAMES);
        return 1;
    }
    drawn_as_zero = zero_page;
    begin();
    copy_on_write();
    stack();
    return 0;
}
