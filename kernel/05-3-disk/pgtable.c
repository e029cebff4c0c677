/* pgtable.c - the page table: which frame stands behind an address
 *
 * Invariant: an entry is 0, or leads to a frame. Tables are made when the first
 * PTE in them is needed, and freed when their addresses are given back. The
 * caller holds the lock of the mm.
 */
#include "pgtable.h"
#include "buddy.h"
#include "mm.h"
#include "mmu.h"
#include "trace.h"

#include <errno.h>

/* The table that an entry of the levels above 0 leads to. */
static pte_t *table_of(pteval_t entry)
{
    return page_address(pte_page(entry));
}

/* Go down as far as there are tables: the last entry on the way, and its level.
 */
static pte_t *walk(pte_t *table, unsigned long address, unsigned *level)
{
    for (*level = PT_LEVELS - 1;; --*level) {
        pte_t *entry = table + table_index(address, *level);
        if (*level == 0 || *entry == 0)
            return entry;
        table = table_of(*entry);
    }
}

pte_t *pte_offset(pte_t *pgd, unsigned long address)
{
    unsigned level;
    pte_t *entry = walk(pgd, address, &level);
    return level == 0 ? entry : NULL;
}

pte_t *next_pte(pte_t *pgd, unsigned long *address, unsigned long end)
{
    while (*address < end) {
        unsigned level;
        pte_t *entry = walk(pgd, *address, &level);
        if (*entry != 0)
            return entry;
        *address = (*address & -level_size(level)) + level_size(level);
    }
    return NULL;
}

/* ---- tables come and go ---- */

static pte_t *table_alloc(struct mm_struct *mm)
{
    pte_t *table = (pte_t *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, 0);
    if (table != NULL)
        mm->nr_tables++;
    return table;
}

static void table_free(struct mm_struct *mm, pte_t *table)
{
    free_pages((unsigned long)table, 0);
    mm->nr_tables--;
}

pte_t *pte_alloc(struct mm_struct *mm, unsigned long address)
{
    for (;;) {
        unsigned level;
        pte_t *entry = walk(mm->pgd, address, &level);
        if (level == 0)
            return entry;
        trace(FLOOR_TABLE, "no table of level %u for %#lx yet", level - 1,
              address & -PAGE_SIZE);
        pte_t *table = table_alloc(mm);
        if (table == NULL)
            return NULL;
        *entry =
            mk_pte(virt_to_page(table), _PAGE_PRESENT | _PAGE_RW | _PAGE_USER);
    }
}

static bool is_empty(const pte_t *table)
{
    for (unsigned long i = 0; i < PTRS_PER_TABLE; i++)
        if (table[i] != 0)
            return false;
    return true;
}

/* Free the tables below this one that are empty. The hardware may be on its way
 * through them: it is made to forget them first. */
static void free_below(struct mm_struct *mm, pte_t *table, unsigned level,
                       unsigned long start, unsigned long end)
{
    unsigned long next;

    for (; start < end; start = next) {
        next = (start & -level_size(level)) + level_size(level);
        pte_t *entry = table + table_index(start, level);
        if (*entry == 0)
            continue;
        pte_t *child = table_of(*entry);
        if (level > 1)
            free_below(mm, child, level - 1, start, next < end ? next : end);
        if (is_empty(child)) {
            trace(FLOOR_TABLE, "the table of level %u for %#lx is empty",
                  level - 1, start);
            *entry = 0;
            flush_tlb_range(mm->pgd, start, start + PAGE_SIZE);
            table_free(mm, child);
        }
    }
}

void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end)
{
    free_below(mm, mm->pgd, PT_LEVELS - 1, start, end);
}

int pgd_alloc(struct mm_struct *mm)
{
    mm->pgd = table_alloc(mm);
    return mm->pgd != NULL ? 0 : -ENOMEM;
}

void pgd_free(struct mm_struct *mm)
{
    table_free(mm, mm->pgd);
}
