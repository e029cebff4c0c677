/* mremap.c - a mapping of another length, perhaps elsewhere
 *
 * If it becomes shorter, its end is unmapped. If it becomes longer and there is
 * room after it, the area is extended. Else it moves: a new area is made, and
 * the PTEs go there. No byte is copied, however long it is.
 */
#define _GNU_SOURCE
#include "mmap.h"
#include "pages.h"
#include "sched.h"
#include "syscalls.h"
#include "trace.h"
#include "vma.h"

#include <errno.h>

/* The area has more room than it needs now. */
static bool vma_expandable(struct vm_area_struct *vma, unsigned long more)
{
    const struct vm_area_struct *next = vma_next(vma);
    unsigned long end = vma->vm_end + more;

    if (end > TASK_SIZE)
        return false;
    return next == NULL || end <= vm_start_gap(next);
}

/* What is left of the old area afterwards is no more than one piece: so that
 * it can be unmapped without memory for another area. */
static unsigned long move_vma(struct vm_area_struct *vma, unsigned long old,
                              unsigned long old_length, unsigned long length)
{
    struct mm_struct *mm = vma->vm_mm;
    unsigned long new = get_unmapped_area(mm, 0, length, 0);
    unsigned long pgoff = 0;

    if (IS_ERR_VALUE(new))
        return new;
    if (mm->map_count >= sysctl_max_map_count - 3)
        return -ENOMEM;
    if (old + old_length < vma->vm_end && split_vma(vma, old + old_length) != 0)
        return -ENOMEM;
    if (move_page_tables(mm, old, new, old_length) != 0)
        return -ENOMEM;
    if (vma->vm_file != NULL)
        pgoff = vma->vm_pgoff + ((old - vma->vm_start) >> PAGE_SHIFT);
    if (vma_add(mm, new, new + length, vma->vm_flags, vma->vm_file, pgoff) ==
        NULL) {
        move_page_tables(mm, new, old, old_length); /* its tables are there */
        free_pgtables(mm, new, new + length);
        return -ENOMEM;
    }
    do_munmap(mm, old, old_length);
    return new;
}

static unsigned long do_mremap(struct mm_struct *mm, unsigned long address,
                               unsigned long old_length, unsigned long length,
                               int flags)
{
    struct vm_area_struct *vma = find_vma(mm, address);

    if (vma == NULL || vma->vm_start > address)
        return -EFAULT;
    if (length <= old_length) {
        int error = 0;
        if (length < old_length)
            error = do_munmap(mm, address + length, old_length - length);
        return error != 0 ? (unsigned long)error : address;
    }
    if (old_length > vma->vm_end - address)
        return -EFAULT; /* it would have to be one area */
    if (old_length == vma->vm_end - address &&
        vma_expandable(vma, length - old_length)) {
        vma_adjust(vma, vma->vm_start, address + length);
        vma_merge_next(vma);
        return address;
    }
    if (!(flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    return move_vma(vma, address, old_length, length);
}

unsigned long sys_mremap(unsigned long address, unsigned long old_length,
                         unsigned long new_length, int flags)
{
    struct mm_struct *mm = current_mm;

    if (flags & ~MREMAP_MAYMOVE || address % PAGE_SIZE != 0)
        return -EINVAL;
    old_length = PAGE_ALIGN(old_length);
    new_length = PAGE_ALIGN(new_length);
    if (old_length == 0 || new_length == 0)
        return -EINVAL;
    if (new_length > TASK_SIZE)
        return -ENOMEM;
    trace(FLOOR_CALL, "mremap(%#lx, %lu, %lu, %d)", address, old_length,
          new_length, flags);
    mmap_write_lock(mm);
    address = do_mremap(mm, address, old_length, new_length, flags);
    mmap_write_unlock(mm);
    return address;
}
