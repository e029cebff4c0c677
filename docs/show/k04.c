/* k04.c - a process maps, reads, writes and forks: what it has got each time
 *
 * Pages are drawn as characters, those of each process in a row, up to where
 * mappings begin. A blank is in no area; a dot is in an area, and no frame is
 * behind it; 0 is the zero page. A letter is a frame, the same one wherever the
 * letter is the same: a capital if the process may write to it, a small letter
 * if it may only read. Below, the pages that the TLB has have a star.
 */
#define _GNU_SOURCE /* for mremap()'s flags */
#include "show.h"

#include "fork.h"
#include "init.h"
#include "pages.h"
#include "proc.h"
#include "sched.h"
#include "syscalls.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 1024, WIDTH = 16 };

#define PAGES(n) ((n)*PAGE_SIZE)
#define FIRST    (TASK_SIZE - STACK_ROOM - PAGES(WIDTH))

static struct mm_struct *parent, *child;
static char *a; /* what they map */

/* ---- to draw ---- */

static char letter_of(const struct page *page)
{
    static char letter[FRAMES], last = 'a' - 1;
    unsigned long pfn = page_to_pfn(page);

    if (letter[pfn] == '\0')
        letter[pfn] = ++last;
    return letter[pfn];
}

static pteval_t entry_of(struct mm_struct *mm, unsigned long address)
{
    pte_t *pte = pte_offset(mm->pgd, address);
    return pte != NULL ? *pte : 0;
}

static char drawn(struct mm_struct *mm, unsigned long address)
{
    pteval_t entry = entry_of(mm, address);

    if (find_vma_intersection(mm, address, address + 1) == NULL)
        return ' ';
    if (entry == 0)
        return '.';
    if (pte_page(entry) == zero_page)
        return '0';
    char letter = letter_of(pte_page(entry));
    return entry & _PAGE_RW ? (char)toupper(letter) : letter;
}

/* How many PTEs lead to the frame behind this page. */
static char users(struct mm_struct *mm, unsigned long address)
{
    pteval_t entry = entry_of(mm, address);

    if (entry == 0 || pte_page(entry) == zero_page)
        return ' ';
    return (char)('0' + page_mapcount(pte_page(entry)));
}

/* The host has a frame of the memfd in memory there, if it has one. */
static char in_tlb(struct mm_struct *mm, unsigned long address)
{
    unsigned char resident = 0;

    (void)mm;
    mincore((void *)address, PAGE_SIZE, &resident);
    return resident & 1 ? '*' : ' ';
}

static void show_row(const char *name, struct mm_struct *mm,
                     char (*what)(struct mm_struct *mm, unsigned long address))
{
    printf("  %-7s [", name);
    for (int i = 0; i < WIDTH; i++)
        putchar(what(mm, FIRST + PAGES((unsigned long)i)));
    putchar(']');
}

static void show_process(const char *name, struct mm_struct *mm)
{
    show_row(name, mm, drawn);
    printf("  areas %lu  resident %lu  tables %lu  faults %lu\n", mm->map_count,
           mm->rss[MM_ANONPAGES], mm->nr_tables, mm->min_flt);
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

/* ---- what is shown ---- */

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
    show("a = mmap(NULL, 8 pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | "
         "MAP_ANONYMOUS);");
    load(a);
    show("read a[0];");
    a[0] = 'p';
    show("a[0] = 'p';");
    memset(a + PAGES(2), 'q', PAGES(3));
    show("memset(page 2, 'q', 3 pages);");
    show_walk(a + PAGES(2) + 0x123);
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
    printf("the parent's smaps:\n");
    smaps_show(stdout, parent);
}

static void change(void)
{
    mmput(child);
    child = NULL;
    show("the child: exit();");
    sys_mprotect((unsigned long)a + PAGES(3), PAGES(1), PROT_READ);
    show("mprotect(page 3, 1 page, PROT_READ);");
    maps_show(stdout, parent);
    a[PAGES(2)] = 'r';
    show("a[2 pages] = 'r';");
    sys_madvise((unsigned long)a + PAGES(4), PAGES(4), MADV_DONTNEED);
    show("madvise(page 4, 4 pages, MADV_DONTNEED);");
    a = (char *)sys_mremap((unsigned long)a, PAGES(3), PAGES(6),
                           MREMAP_MAYMOVE);
    show("a = mremap(a, 3 pages, 6 pages, MREMAP_MAYMOVE);");
    maps_show(stdout, parent);
}

int main(void)
{
    show_start();
    if (start_kernel(FRAMES) != 0) {
        fprintf(stderr, "k04: the host has no memory for %d frames\n", FRAMES);
        return 1;
    }
    begin();
    copy_on_write();
    change();
    return 0;
}
