/* check_mm.c - are the address spaces as they must be?
 *
 * A process is written down twice: in areas, and in a page table. The two must
 * not contradict each other; and what the page tables of all processes say of a
 * frame must be what the frame says of itself.
 */
#include "check_parts.h"
#include "fork.h"
#include "pages.h"
#include "vma.h"

#include <stdlib.h>

/* What the walk over an address space has met. */
struct met {
    unsigned long areas, pages;        /* areas, and their pages */
    unsigned long tables;              /* frames of the page table */
    unsigned long rss[NR_MM_COUNTERS]; /* frames behind addresses */
};

static const char *check_vma(const struct mm_struct *mm,
                             struct vm_area_struct *vma,
                             unsigned long from)
{
    if (vma->vm_mm != mm)
        return broken("area %lx: of another mm than %d", vma->vm_start,
                      mm->pid);
    if (vma->vm_start % PAGE_SIZE != 0 || vma->vm_end % PAGE_SIZE != 0)
        return broken("area %lx-%lx: no whole pages", vma->vm_start,
                      vma->vm_end);
    if (vma->vm_start >= vma->vm_end || vma->vm_end > TASK_SIZE)
        return broken("area %lx-%lx: not a range of a process", vma->vm_start,
                      vma->vm_end);
    if (vma->vm_start < from)
        return broken("area %lx-%lx: not after the one before", vma->vm_start,
                      vma->vm_end);
    if (vma->vm_file == NULL &&
        (vma->vm_pgoff != 0 || vma->vm_flags & VM_SHARED))
        return broken("area %lx-%lx: shared or with a place, but in no file",
                      vma->vm_start, vma->vm_end);
    return vma->vm_file != NULL ? check_file_vma(vma) : NULL;
}

static const char *check_areas(const struct mm_struct *mm, struct met *met)
{
    const struct list_head *before = &mm->mmap;
    unsigned long from = TASK_MIN;

    for (; before->next != &mm->mmap; before = before->next) {
        struct vm_area_struct *vma =
            list_entry(before->next, struct vm_area_struct, vm_list);
        if (vma->vm_list.prev != before)
            return broken("area %lx: does not lead back", vma->vm_start);
        const char *trouble = check_vma(mm, vma, from);
        if (trouble != NULL)
            return trouble;
        from = vma->vm_end;
        met->areas++;
        met->pages += vma_pages(vma);
    }
    return NULL;
}

/* Does a PTE say what its area permits, and is the frame as it must be? */
static const char *check_pte(struct mm_struct *mm, unsigned long address,
                             pteval_t entry, struct met *met)
{
    const struct vm_area_struct *vma = find_vma(mm, address);
    unsigned long pfn = (entry & PTE_PFN_MASK) >> PAGE_SHIFT;

    if (vma == NULL || vma->vm_start > address)
        return broken("PTE of %lx: in no area", address);
    if (pfn >= max_pfn || page_count(pfn_to_page(pfn)) <= 0)
        return broken("PTE of %lx: frame %lu is not in use", address, pfn);
    const struct page *page = pfn_to_page(pfn);
    bool shared = vma->vm_flags & VM_SHARED, writable = entry & _PAGE_RW;
    const char *trouble;

    if (!(entry & _PAGE_PRESENT) !=
        !(vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC)))
        return broken("PTE of %lx: present, or not, against the area", address);
    if (!(entry & _PAGE_NX) != !!(vma->vm_flags & VM_EXEC))
        return broken("PTE of %lx: may be run, or not, against the area",
                      address);
    if (writable && !(vma->vm_flags & VM_WRITE))
        return broken("PTE of %lx: writable, but the area is not", address);
    if (writable && !shared && (!PageAnon(page) || page_mapcount(page) != 1))
        return broken("PTE of %lx: writable, but frame %lu is not its own",
                      address, pfn);
    if (PageAnon(page) && (shared || page_count(page) != page_mapcount(page)))
        return broken("PTE of %lx: frame %lu has %d users and %d PTEs", address,
                      pfn, page_count(page), page_mapcount(page));
    if (vma->vm_file != NULL && !PageAnon(page) &&
        (trouble = check_file_pte(address, entry)) != NULL)
        return trouble;
    if (page != zero_page)
        met->rss[PageAnon(page) ? MM_ANONPAGES : MM_FILEPAGES]++;
    return NULL;
}

/* How many frames a table and those below it take. */
static unsigned long count_tables(const pte_t *table, unsigned level)
{
    unsigned long tables = 1;

    for (unsigned long i = 0; level > 0 && i < PTRS_PER_TABLE; i++)
        if (table[i] != 0)
            tables += count_tables(page_address(pte_page(table[i])), level - 1);
    return tables;
}

static const char *check_page_table(struct mm_struct *mm, struct met *met,
                                    int *mapcount)
{
    const char *trouble;
    pte_t *pte;

    for (unsigned long address = 0;
         (pte = next_pte(mm->pgd, &address, level_size(PT_LEVELS))) != NULL;
         address += PAGE_SIZE) {
        if ((trouble = check_pte(mm, address, *pte, met)) != NULL)
            return trouble;
        mapcount[page_to_pfn(pte_page(*pte))]++;
    }
    met->tables = count_tables(mm->pgd, PT_LEVELS - 1);
    return NULL;
}

static const char *check_mm(struct mm_struct *mm, int *mapcount)
{
    struct met met = {0};
    const char *trouble;

    if ((trouble = check_areas(mm, &met)) != NULL ||
        (trouble = check_page_table(mm, &met, mapcount)) != NULL)
        return trouble;
    if (met.areas != mm->map_count || met.pages != mm->total_vm)
        return broken("mm %d: %lu areas of %lu pages, not %lu of %lu", mm->pid,
                      mm->map_count, mm->total_vm, met.areas, met.pages);
    if (met.tables != mm->nr_tables)
        return broken("mm %d: nr_tables is %lu, not %lu", mm->pid,
                      mm->nr_tables, met.tables);
    for (int i = 0; i < NR_MM_COUNTERS; i++)
        if (met.rss[i] != mm->rss[i])
            return broken("mm %d: rss[%d] is %lu, not %lu", mm->pid, i,
                          mm->rss[i], met.rss[i]);
    return NULL;
}

/* Each frame is told by as many PTEs as it says. */
static const char *check_mapcounts(const int *mapcount)
{
    for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
        const struct page *page = pfn_to_page(pfn);
        if (page != zero_page && page_mapcount(page) != mapcount[pfn])
            return broken("frame %lu: %d PTEs lead to it, not %d", pfn,
                          mapcount[pfn], page_mapcount(page));
    }
    return NULL;
}

/* All are locked at once, so that a frame of two is not counted in between. The
 * numbers are counted in memory of the host. */
const char *check_mms(void)
{
    int *mapcount = calloc(max_pfn, sizeof(*mapcount));
    const char *trouble = NULL;
    struct mm_struct *mm;

    if (mapcount == NULL)
        return broken("no memory to count in");
    pthread_mutex_lock(&mmlist_lock);
    list_for_each_entry(mm, &mmlist, mmlist) {
        mmap_write_lock(mm);
    }
    list_for_each_entry(mm, &mmlist, mmlist) {
        if (trouble == NULL)
            trouble = check_mm(mm, mapcount);
    }
    if (trouble == NULL)
        trouble = check_mapcounts(mapcount);
    if (trouble == NULL)
        trouble = check_page_cache();
    list_for_each_entry(mm, &mmlist, mmlist) {
        mmap_write_unlock(mm);
    }
    pthread_mutex_unlock(&mmlist_lock);
    free(mapcount);
    return trouble;
}
