/* pages.c - the frames behind a range of addresses
 *
 * Invariants: a frame has a user for each PTE that leads to it, and one for the
 * file that it belongs to. The zero page is not counted: it is never freed.
 *
 * Whatever is taken from a PTE must be taken from the TLB, too, before the
 * frame gets another user: else the process could still write to it.
 */
#include "pages.h"
#include "buddy.h"
#include "mmu.h"
#include "trace.h"

#include <errno.h>
#include <stdatomic.h>

struct page *zero_page;

int pages_init(void)
{
    zero_page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
    return zero_page != NULL ? 0 : -ENOMEM;
}

pteval_t vm_get_page_prot(unsigned long vm_flags)
{
    pteval_t prot = _PAGE_USER;

    prot |= vm_flags & (VM_READ | VM_WRITE | VM_EXEC) ? _PAGE_PRESENT
                                                      : _PAGE_PROTNONE;
    if (!(vm_flags & VM_EXEC))
        prot |= _PAGE_NX;
    return prot;
}

/* ---- one page ---- */

static unsigned long *counter_of(struct mm_struct *mm, const struct page *page)
{
    return &mm->rss[PageAnon(page) ? MM_ANONPAGES : MM_FILEPAGES];
}

void set_page(struct mm_struct *mm, pte_t *pte, struct page *page,
              pteval_t prot)
{
    if (page != zero_page) {
        page_add_rmap(page);
        ++*counter_of(mm, page);
    }
    *pte = mk_pte(page, prot);
}

void drop_page(struct mm_struct *mm, pteval_t entry)
{
    struct page *page = pte_page(entry);

    if (page == zero_page)
        return;
    --*counter_of(mm, page);
    page_remove_rmap(page);
    __free_pages(page, 0);
}

/* ---- a range ---- */

void zap_page_range(struct mm_struct *mm, unsigned long start,
                    unsigned long end)
{
    unsigned long address;
    pte_t *pte;

    /* The frames stay until the TLB has forgotten them: PTEs are not present
     * for the hardware, but still say which frames they are. */
    for (address = start; (pte = next_pte(mm->pgd, &address, end)) != NULL;
         address += PAGE_SIZE)
        atomic_fetch_and(pte, ~_PAGE_PRESENT);
    flush_tlb_range(mm->pgd, start, end);
    for (address = start; (pte = next_pte(mm->pgd, &address, end)) != NULL;
         address += PAGE_SIZE) {
        trace(FLOOR_TABLE, "PTE of %#lx: 0", address);
        drop_page(mm, *pte);
        *pte = 0;
    }
}

void change_protection(struct mm_struct *mm, unsigned long start,
                       unsigned long end, unsigned long vm_flags)
{
    const pteval_t keep = PTE_PFN_MASK | _PAGE_ACCESSED | _PAGE_DIRTY;
    const pteval_t prot = vm_get_page_prot(vm_flags);
    pte_t *pte;

    for (unsigned long address = start;
         (pte = next_pte(mm->pgd, &address, end)) != NULL;
         address += PAGE_SIZE) {
        pteval_t entry = *pte;
        /* The hardware may note an access meanwhile. */
        while (
            !atomic_compare_exchange_weak(pte, &entry, (entry & keep) | prot))
            ;
    }
    flush_tlb_range(mm->pgd, start, end);
}

int move_page_tables(struct mm_struct *mm, unsigned long from, unsigned long to,
                     unsigned long length)
{
    const unsigned long end = from + length;
    unsigned long address;
    pte_t *pte;

    /* All that can fail comes first. */
    for (address = from; next_pte(mm->pgd, &address, end) != NULL;
         address += PAGE_SIZE)
        if (pte_alloc(mm, to + (address - from)) == NULL) {
            free_pgtables(mm, to, to + length);
            return -ENOMEM;
        }
    for (address = from; (pte = next_pte(mm->pgd, &address, end)) != NULL;
         address += PAGE_SIZE)
        *pte_offset(mm->pgd, to + (address - from)) = atomic_exchange(pte, 0);
    flush_tlb_range(mm->pgd, from, end);
    return 0;
}

/* ---- fork ---- */

/* A page that two have: neither may write to it, if it is not shared. */
static pteval_t copy_one_pte(pte_t *pte, unsigned long vm_flags)
{
    if (vm_flags & VM_SHARED) /* its frame is dirty by the other PTE */
        return *pte & ~(_PAGE_ACCESSED | _PAGE_DIRTY);
    return atomic_fetch_and(pte, ~_PAGE_RW) & ~(_PAGE_RW | _PAGE_ACCESSED);
}

int copy_page_range(struct mm_struct *mm, const struct vm_area_struct *from)
{
    pte_t *pte, *copy;
    int error = 0;

    for (unsigned long address = from->vm_start;
         (pte = next_pte(from->vm_mm->pgd, &address, from->vm_end)) != NULL;
         address += PAGE_SIZE) {
        copy = pte_alloc(mm, address);
        if (copy == NULL) {
            error = -ENOMEM;
            break;
        }
        pteval_t entry = copy_one_pte(pte, from->vm_flags);
        if (pte_page(entry) != zero_page)
            get_page(pte_page(entry));
        set_page(mm, copy, pte_page(entry), entry & ~PTE_PFN_MASK);
    }
    flush_tlb_range(from->vm_mm->pgd, from->vm_start, from->vm_end);
    return error;
}
