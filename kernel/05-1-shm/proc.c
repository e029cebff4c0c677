/* proc.c - what the kernel says of an address space
 *
 * Lines have the format of the files that Linux has for them. Sizes are those
 * of areas; all else is counted in the page table. A frame of several processes
 * counts as a whole in the Rss of each. In Pss (proportional set size) it
 * counts as the share of each, so that the sum over all processes is what there
 * is.
 */
#include "proc.h"
#include "pages.h"
#include "fs.h"

/* Where the name begins in a line. */
#define NAME_COLUMN 73

/* The heap is where the break is, or has been. */
static const char *name_of(const struct vm_area_struct *vma)
{
    if (vma->vm_file != NULL)
        return vma->vm_file->f_mapping->host->i_name;
    if (vma->vm_flags & VM_GROWSDOWN)
        return "[stack]";
    if (vma->vm_start <= vma->vm_mm->brk &&
        vma->vm_end >= vma->vm_mm->start_brk)
        return "[heap]";
    return NULL;
}

static void show_map_vma(FILE *file, const struct vm_area_struct *vma)
{
    const unsigned long flags = vma->vm_flags;
    const char *name = name_of(vma);

    int length = fprintf(
        file, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", vma->vm_start,
        vma->vm_end, flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-',
        flags & VM_EXEC ? 'x' : '-', flags & VM_SHARED ? 's' : 'p',
        vma->vm_pgoff << PAGE_SHIFT, 0, vma->vm_file != NULL ? 1 : 0,
        vma->vm_file != NULL ? vma->vm_file->f_mapping->host->i_ino : 0);
    if (name != NULL)
        fprintf(file, "%*s%s", NAME_COLUMN - length, "", name);
    fputc('\n', file);
}

void maps_show(FILE *file, struct mm_struct *mm)
{
    struct vm_area_struct *vma;

    mmap_write_lock(mm);
    list_for_each_entry(vma, &mm->mmap, vm_list)
        show_map_vma(file, vma);
    mmap_write_unlock(mm);
}

/* ---- smaps ---- */

/* Bytes; those of pss have twelve bits more after the point. */
struct mem_size_stats {
    unsigned long resident, pss;
    unsigned long shared_clean, shared_dirty, private_clean, private_dirty;
    unsigned long referenced, anonymous;
};

#define PSS_SHIFT 12

static void smaps_account(struct mem_size_stats *stats, pteval_t entry)
{
    const struct page *page = pte_page(entry);
    bool dirty = entry & _PAGE_DIRTY;

    if (page == zero_page)
        return;
    unsigned long users = (unsigned long)page_mapcount(page);
    stats->resident += PAGE_SIZE;
    stats->pss += (PAGE_SIZE << PSS_SHIFT) / users;
    if (entry & _PAGE_ACCESSED)
        stats->referenced += PAGE_SIZE;
    if (PageAnon(page))
        stats->anonymous += PAGE_SIZE;
    if (users > 1)
        *(dirty ? &stats->shared_dirty : &stats->shared_clean) += PAGE_SIZE;
    else
        *(dirty ? &stats->private_dirty : &stats->private_clean) += PAGE_SIZE;
}

static void show_kib(FILE *file, const char *name, unsigned long bytes)
{
    fprintf(file, "%-16s%8lu kB\n", name, bytes >> 10);
}

static void show_flags(FILE *file, unsigned long flags)
{
    fprintf(file, "VmFlags: %s%s%s%s%s\n", flags & VM_READ ? "rd " : "",
            flags & VM_WRITE ? "wr " : "", flags & VM_EXEC ? "ex " : "",
            flags & VM_SHARED ? "sh " : "", flags & VM_GROWSDOWN ? "gd " : "");
}

static void show_smap(FILE *file, const struct vm_area_struct *vma)
{
    struct mem_size_stats stats = {0};
    pte_t *pte;

    for (unsigned long address = vma->vm_start;
         (pte = next_pte(vma->vm_mm->pgd, &address, vma->vm_end)) != NULL;
         address += PAGE_SIZE)
        smaps_account(&stats, *pte);
    show_map_vma(file, vma);
    show_kib(file, "Size:", vma->vm_end - vma->vm_start);
    show_kib(file, "KernelPageSize:", PAGE_SIZE);
    show_kib(file, "MMUPageSize:", PAGE_SIZE);
    show_kib(file, "Rss:", stats.resident);
    show_kib(file, "Pss:", stats.pss >> PSS_SHIFT);
    show_kib(file, "Shared_Clean:", stats.shared_clean);
    show_kib(file, "Shared_Dirty:", stats.shared_dirty);
    show_kib(file, "Private_Clean:", stats.private_clean);
    show_kib(file, "Private_Dirty:", stats.private_dirty);
    show_kib(file, "Referenced:", stats.referenced);
    show_kib(file, "Anonymous:", stats.anonymous);
    show_flags(file, vma->vm_flags);
}

void smaps_show(FILE *file, struct mm_struct *mm)
{
    struct vm_area_struct *vma;

    mmap_write_lock(mm);
    list_for_each_entry(vma, &mm->mmap, vm_list)
        show_smap(file, vma);
    mmap_write_unlock(mm);
}
