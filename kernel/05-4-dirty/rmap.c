/* rmap.c - from a page of a file to the PTEs that lead to it
 *
 * A change of a PTE is nothing before the TLB has forgotten it.
 */
#include "rmap.h"
#include "filemap.h"
#include "mmu.h"
#include "pages.h"

void vma_link_file(struct vm_area_struct *vma)
{
    spin_lock(&page_cache_lock);
    list_add(&vma->shared, &vma->vm_file->f_mapping->i_mmap);
    spin_unlock(&page_cache_lock);
}

void vma_unlink_file(struct vm_area_struct *vma)
{
    spin_lock(&page_cache_lock);
    list_del(&vma->shared);
    spin_unlock(&page_cache_lock);
}

/* The PTE in this area that leads to the page, or NULL. */
static pte_t *page_vma_mapped(struct page *page, struct vm_area_struct *vma,
                              unsigned long *address)
{
    if (page->index < vma->vm_pgoff ||
        page->index - vma->vm_pgoff >= vma_pages(vma))
        return NULL;
    *address = vma->vm_start + ((page->index - vma->vm_pgoff) << PAGE_SHIFT);
    pte_t *pte = pte_offset(vma->vm_mm->pgd, *address);
    return pte != NULL && *pte != 0 && pte_page(*pte) == page ? pte : NULL;
}

typedef void rmap_one(struct mm_struct *mm, pte_t *pte, unsigned long address);

/* Do this with all PTEs that lead to the page. Returns false if an mm was
 * locked by a thread. */
static bool rmap_walk(struct page *page, rmap_one *one)
{
    struct vm_area_struct *vma;
    unsigned long address;
    bool all = true;

    list_for_each_entry(vma, &page->mapping->i_mmap, shared) {
        struct mm_struct *mm = vma->vm_mm;
        if (pthread_mutex_trylock(&mm->mmap_lock) != 0) {
            all = false;
            continue;
        }
        pte_t *pte = page_vma_mapped(page, vma, &address);
        if (pte != NULL)
            one(mm, pte, address);
        mmap_write_unlock(mm);
    }
    return all;
}

static void flush_tlb_page(struct mm_struct *mm, unsigned long address)
{
    flush_tlb_range(mm->pgd, address, address + PAGE_SIZE);
}

static void mkclean_one(struct mm_struct *mm, pte_t *pte, unsigned long address)
{
    if (atomic_fetch_and(pte, ~(_PAGE_RW | _PAGE_DIRTY)) & _PAGE_RW)
        flush_tlb_page(mm, address);
}

bool page_mkclean(struct page *page)
{
    return rmap_walk(page, mkclean_one);
}
