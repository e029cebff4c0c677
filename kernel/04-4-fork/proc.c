/* proc.c - what the kernel says of an address space
 *
 * Lines have the format of the files that Linux has for them.
 */
#include "proc.h"

/* Where the name begins in a line. */
#define NAME_COLUMN 73

/* The heap is where the break is, or has been. */
static const char *name_of(const struct vm_area_struct *vma)
{
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

    int length =
        fprintf(file, "%08lx-%08lx %c%c%cp 00000000 00:00 0 ", vma->vm_start,
                vma->vm_end, flags & VM_READ ? 'r' : '-',
                flags & VM_WRITE ? 'w' : '-', flags & VM_EXEC ? 'x' : '-');
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
