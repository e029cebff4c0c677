/* mprotect.c - other rights for a range
 *
 * An area has the same rights all over: so it is split where the range begins
 * and ends, and then merged with neighbours that are like it now. The range
 * must be mapped all over. If it is not, rights before the first hole are
 * changed.
 */
#include "mmap.h"
#include "pages.h"
#include "sched.h"
#include "syscalls.h"
#include "trace.h"
#include "vma.h"

#include <errno.h>

/* Split an area, unless it begins or ends there anyway. */
static int split_at(struct vm_area_struct *vma, unsigned long address)
{
    if (address <= vma->vm_start || address >= vma->vm_end)
        return 0;
    if (vma->vm_mm->map_count >= sysctl_max_map_count)
        return -ENOMEM;
    return split_vma(vma, address);
}

/* Change this range, which lies within an area. */
static int mprotect_fixup(struct vm_area_struct *vma, unsigned long start,
                          unsigned long end, unsigned long rights)
{
    struct mm_struct *mm = vma->vm_mm;
    unsigned long vm_flags =
        (vma->vm_flags & ~(VM_READ | VM_WRITE | VM_EXEC)) | rights;

    if (vm_flags == vma->vm_flags)
        return 0;
    if (split_at(vma, start) != 0 || split_at(find_vma(mm, start), end) != 0)
        return -ENOMEM;
    vma = find_vma(mm, start);
    vma->vm_flags = vm_flags;
    change_protection(mm, start, end, vm_flags);
    vma_merge_next(vma);
    if (vma_prev(vma) != NULL)
        vma_merge_next(vma_prev(vma));
    return 0;
}

static int do_mprotect(struct mm_struct *mm, unsigned long start,
                       unsigned long end, unsigned long rights)
{
    while (start < end) {
        struct vm_area_struct *vma = find_vma(mm, start);
        if (vma == NULL || vma->vm_start > start)
            return -ENOMEM;
        unsigned long stop = vma->vm_end < end ? vma->vm_end : end;
        int error = mprotect_fixup(vma, start, stop, rights);
        if (error != 0)
            return error;
        start = stop;
    }
    return 0;
}

int sys_mprotect(unsigned long start, unsigned long length, int prot)
{
    struct mm_struct *mm = current_mm;
    unsigned long end = start + PAGE_ALIGN(length);

    if (start % PAGE_SIZE != 0 || prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC))
        return -EINVAL;
    if (length == 0)
        return 0;
    if (end <= start)
        return -ENOMEM;
    trace(FLOOR_CALL, "mprotect(%#lx, %lu, %d)", start, length, prot);
    mmap_write_lock(mm);
    int error = do_mprotect(mm, start, end, calc_vm_prot_bits(prot));
    mmap_write_unlock(mm);
    return error;
}
