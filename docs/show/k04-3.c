/* k04-3.c - a process maps, reads and writes: its frames come one by one */
#define _GNU_SOURCE /* for mincore() */
#include "show.h"

#include "rows.h"

#include "fork.h"
#include "init.h"
#include "proc.h"
#include "syscalls.h"

#include <string.h>

static struct mm_struct *one, *two;

static void show(const char *what)
{
    printf("%s\n", what);
    show_process("one", one);
    if (two != NULL)
        show_process("two", two);
    show_row("TLB", current_mm, in_tlb);
    putchar('\n');
}

/* The way from an address to its frame, table by table. */
static void show_walk(const char *at)
{
    unsigned long address = (unsigned long)at;
    pte_t *table = current_mm->pgd;

    printf("the way of 0x%lx\n", address);
    for (unsigned level = PT_LEVELS; level-- > 0;) {
        unsigned long index = table_index(address, level);
        pteval_t entry = table[index];
        printf("  level %u: entry %3lu of the table in frame %lu says %016lx\n",
               level, index, page_to_pfn(virt_to_page(table)), entry);
        table = page_address(pte_page(entry));
    }
    printf("  byte %lu of that frame is '%c'\n", address % PAGE_SIZE,
           *((char *)table + address % PAGE_SIZE));
}

static char *map(void)
{
    return (char *)vm_mmap(NULL, 0, PAGES(8), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, 0);
}

int main(void)
{
    show_start();
    if (start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k04-3: the host has no memory for %d frames\n",
                FRAMES);
        return 1;
    }
    one = mm_alloc();
    switch_mm(one);
    char *a = map();
    show("a = mmap(NULL, 8 pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | "
         "MAP_ANONYMOUS);");
    a[0] = 'p';
    show("a[0] = 'p';");
    memset(a + PAGES(2), 'q', PAGES(3));
    show("memset(page 2, 'q', 3 pages);");
    show_walk(a + PAGES(2) + 0x123);
    sys_mprotect((unsigned long)a + PAGES(3), PAGES(1), PROT_READ);
    show("mprotect(page 3, 1 page, PROT_READ);");
    sys_munmap((unsigned long)a + PAGES(4), PAGES(4));
    show("munmap(page 4, 4 pages);");
    two = mm_alloc();
    switch_mm(two);
    map();
    show("process two runs: b = mmap(NULL, 8 pages, ...);");
    a[0] = 'r';
    show("b[0] = 'r';");
    switch_mm(one);
    printf("process one runs: a[0] is '%c'\n", a[0]);
    return 0;
}
