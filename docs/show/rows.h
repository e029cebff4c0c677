/* rows.h - the pages of a process, drawn in a row
 *
 * Each page up to where mappings begin is a character. A blank is in no area; a
 * dot is in an area, and no frame is behind it. A letter is a frame, the same
 * one wherever the letter is the same: a capital if the process may write to
 * it, a small letter if it may only read. In another row, the pages that the
 * TLB has have a star.
 */
#ifndef ROWS_H
#define ROWS_H

#include "sched.h"
#include "vma.h"

#include <ctype.h>
#include <stdio.h>

enum { FRAMES = 1024, WIDTH = 16 };

#define PAGES(n) ((n)*PAGE_SIZE)
#define FIRST    (TASK_SIZE - STACK_ROOM - PAGES(WIDTH))

/* This frame is not drawn as a letter, but as 0. */
static struct page *drawn_as_zero;

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
    if (pte_page(entry) == drawn_as_zero)
        return '0';
    char letter = letter_of(pte_page(entry));
    return entry & _PAGE_RW ? (char)toupper(letter) : letter;
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
    unsigned long resident = 0;

    for (int i = 0; i < NR_MM_COUNTERS; i++)
        resident += mm->rss[i];
    show_row(name, mm, drawn);
    printf("  areas %lu  resident %lu  tables %lu  faults %lu\n", mm->map_count,
           resident, mm->nr_tables, mm->min_flt);
}

#endif
