/* k04.c - five questions on address spaces */
#define _GNU_SOURCE /* for mremap()'s flags */
#include "predict.h"

#include "fork.h"
#include "init.h"
#include "sched.h"
#include "syscalls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES(n) ((n)*PAGE_SIZE)
#define RW       (PROT_READ | PROT_WRITE)
#define PRIVATE  (MAP_PRIVATE | MAP_ANONYMOUS)

static unsigned long address, second;
static size_t level, pages, from, to;

static struct mm_struct *start(void)
{
    if (start_kernel(4096) != 0) {
        fputs("k04: the host has no memory\n", stderr);
        exit(1);
    }
    struct mm_struct *mm = mm_alloc();
    switch_mm(mm);
    return mm;
}

static unsigned long map(unsigned long place, size_t length, int prot)
{
    return vm_mmap(NULL, place, PAGES(length), prot,
                   place != 0 ? PRIVATE | MAP_FIXED : PRIVATE, 0);
}

static void read_page(unsigned long start, size_t page)
{
    (void)*(volatile char *)(start + PAGES(page));
}

static void write_page(unsigned long start, size_t page)
{
    *(volatile char *)(start + PAGES(page)) = 1;
}

static long which_entry(void)
{
    return (long)table_index(address, (unsigned)level);
}

static long tables_for_two_pages(void)
{
    struct mm_struct *mm = start();

    map(address, 1, RW);
    map(second, 1, RW);
    write_page(address, 0);
    write_page(second, 0);
    return (long)mm->nr_tables;
}

static long faults_of_both(void)
{
    struct mm_struct *mm = start();
    unsigned long a = map(0, pages, RW);

    for (size_t i = 0; i < to; i++)
        read_page(a, i);
    for (size_t i = from; i < pages; i++)
        write_page(a, i);
    return (long)mm->min_flt;
}

static long areas_in_the_end(void)
{
    struct mm_struct *mm = start();
    unsigned long a = map(0, pages, RW);

    sys_munmap(a + PAGES(from), PAGES(2));
    sys_mprotect(a + PAGES(to), PAGES(2), PROT_READ);
    map(a + PAGES(from), 1, RW);
    map(a + PAGES(to - 1), 1, PROT_READ);
    return (long)mm->map_count;
}

/* Frames behind addresses of processes; each counts once. */
static long frames_of_all(void)
{
    long count = 0;

    for (unsigned long pfn = 0; pfn < max_pfn; pfn++)
        count += PageAnon(pfn_to_page(pfn));
    return count;
}

static long copies_of_the_parent(void)
{
    struct mm_struct *mm = start();
    unsigned long a = map(0, pages, RW);

    for (size_t i = 0; i < pages; i++)
        write_page(a, i);
    struct mm_struct *one = dup_mm(mm), *two = dup_mm(mm);
    switch_mm(one);
    for (size_t i = 0; i < to; i++)
        write_page(a, i);
    switch_mm(two);
    for (size_t i = from; i < pages; i++)
        write_page(a, i);
    switch_mm(mm);
    long before = frames_of_all();
    for (size_t i = 0; i < pages; i++)
        write_page(a, i);
    return frames_of_all() - before;
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    level = pick(0, 1);
    address = TASK_MIN + PAGES(pick(1000, 300000)) + pick(0, 4095);
    ask("A process reads the byte at 0x%lx. Which entry of the table of level "
        "%zu\n   is used?",
        address, level);
    answer(which_entry, "These are bits %zu to %zu of the address.",
           12 + 9 * level, 20 + 9 * level);

    address = 0x20000000 + PAGES(512 * pick(0, 100));
    second = address + PAGES(pick(1, 1000));
    ask("Of all its memory, a process has written to the page at 0x%lx\n"
        "   and to the one at 0x%lx. How many tables has its page table?",
        address, second);
    answer(tables_for_two_pages,
           "One of each level, and one more of level 0 if bits 21 and up "
           "differ.");

    pages = pick(50, 99);
    to = pick(20, 40);
    from = pick(5, to - 5);
    ask("%zu anonymous pages are mapped. The first %zu are read, one after the "
        "other.\n   Then all from page %zu on are written to (the first is "
        "page "
        "0). How many\n   page faults is that?",
        pages, to, from);
    answer(faults_of_both,
           "%zu reads, and %zu stores: the zero page may not be written to.",
           to, pages - from);

    pages = 20;
    from = pick(0, 9);
    to = from + pick(3, 9);
    ask("20 pages are mapped to read and write. munmap takes pages %zu and "
        "%zu. "
        "mprotect\n   lets pages %zu and %zu be read only. mmap puts page %zu "
        "back, as it was, and with\n   MAP_FIXED a new page %zu, to read only. "
        "How many areas are there?",
        from, from + 1, to, to + 1, from, to - 1);
    answer(areas_in_the_end,
           "Page %zu joins those that can only be read. Between page %zu and "
           "the rest\n   the hole is still one page long.",
           to - 1, from);

    pages = pick(30, 60);
    to = pick(5, 25);
    from = to - pick(2, 5);
    ask("A process has written to %zu pages, and forks twice. The first child "
        "writes to\n   pages 0 to %zu, the second one to pages %zu to %zu. "
        "Then "
        "the parent writes to all.\n   How many of these last stores have to "
        "copy a frame?",
        pages, to - 1, from, pages - 1);
    answer(copies_of_the_parent,
           "%zu pages have been copied by both children, and the parent is "
           "alone with\n   what it has. Of the other %zu one child still uses "
           "the same frame.",
           to - from, pages - (to - from));

    return predict_end();
}
