/* pgtable.h - the page table: which frame stands behind an address
 *
 * It is the x86-64's. A table is one frame with 512 entries. An address has
 * nine bits for each of four levels, which say which entry to take, and twelve
 * for the byte in the page:
 *
 *   47     39 38     30 29     21 20     12 11         0
 *   [level 3 ][level 2 ][level 1 ][level 0 ][byte       ]
 *
 * An entry of the levels 3 to 1 leads to a table of the level below. One of
 * level 0 (a PTE) leads to a frame, and says what may be done with it. 0 leads
 * nowhere: where a process has nothing, there are no tables either. (Linux
 * calls the levels pgd, pud, pmd and pte, and has functions for each.)
 *
 * The table is read by two: by the kernel, and by the hardware (mmu.c), which
 * sets two bits in it. So an entry is atomic.
 */
#ifndef PGTABLE_H
#define PGTABLE_H

#include "memory.h"

typedef unsigned long pteval_t;      /* what an entry says */
typedef _Atomic unsigned long pte_t; /* where it stands */

#define PT_LEVELS      4
#define PTRS_PER_TABLE 512UL

/* Bits of an entry, where x86-64 has them. The frame's number stands in bits
 * 12 to 51. */
#define _PAGE_PRESENT  0x001UL /* the hardware may use it */
#define _PAGE_RW       0x002UL /* to write, too */
#define _PAGE_USER     0x004UL /* for processes */
#define _PAGE_ACCESSED 0x020UL /* set by the hardware: it was used */
#define _PAGE_DIRTY    0x040UL /* set by the hardware: to write */
#define _PAGE_PROTNONE                                                         \
    0x100UL /* not present, since nothing is permitted; but                    \
             * the frame is there */
#define _PAGE_NX     (1UL << 63) /* not to run code */
#define PTE_PFN_MASK 0x000ffffffffff000UL

struct mm_struct;

static inline struct page *pte_page(pteval_t entry)
{
    return pfn_to_page((entry & PTE_PFN_MASK) >> PAGE_SHIFT);
}

static inline pteval_t mk_pte(const struct page *page, pteval_t prot)
{
    return page_to_pfn(page) << PAGE_SHIFT | prot;
}

/* How many bytes an entry of this level stands for. */
static inline unsigned long level_size(unsigned level)
{
    return PAGE_SIZE << 9 * level;
}

static inline unsigned long table_index(unsigned long address, unsigned level)
{
    return address / level_size(level) % PTRS_PER_TABLE;
}

/* The PTE for an address, or NULL if there is no table for it. */
pte_t *pte_offset(pte_t *pgd, unsigned long address);

/* The first PTE from *address to end that is not 0; *address becomes its own.
 * NULL if there is none. Where there are no tables it takes large steps. */
pte_t *next_pte(pte_t *pgd, unsigned long *address, unsigned long end);

/* The PTE for an address; tables that are missing are made. Returns NULL if
 * there is no memory for them. */
pte_t *pte_alloc(struct mm_struct *mm, unsigned long address);

/* Free tables for these addresses in which all entries are 0. */
void free_pgtables(struct mm_struct *mm, unsigned long start,
                   unsigned long end);

/* Make the root of a page table. Returns 0, or -ENOMEM. */
int pgd_alloc(struct mm_struct *mm);
void pgd_free(struct mm_struct *mm);

#endif
