/* mmap.c - areas come
 *
 * To map is to write down an area: no frame is taken, whatever the length.
 */
#define _GNU_SOURCE
#include "mmap.h"
#include "sched.h"
#include "syscalls.h"
#include "vma.h"

#include <errno.h>

unsigned long calc_vm_prot_bits(int prot)
{
    return (prot & PROT_READ ? VM_READ : 0) |
           (prot & PROT_WRITE ? VM_WRITE : 0) |
           (prot & PROT_EXEC ? VM_EXEC : 0);
}

/* ---- to map ---- */

unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long address,
                                unsigned long length, int flags)
{
    if (length > TASK_SIZE)
        return -ENOMEM;
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        if (address > TASK_SIZE - length)
            return -ENOMEM;
        if (address % PAGE_SIZE != 0)
            return -EINVAL;
        return address >= TASK_MIN ? address : (unsigned long)-EPERM;
    }
    return unmapped_area_topdown(mm, length);
}

static unsigned long mmap_region(struct mm_struct *mm, unsigned long start,
                                 unsigned long length, unsigned long vm_flags)
{
    if (vma_add(mm, start, start + length, vm_flags) == NULL)
        return -ENOMEM;
    return start;
}

unsigned long do_mmap(struct mm_struct *mm, unsigned long address,
                      unsigned long length, int prot, int flags)
{
    if (length == 0 || (flags & MAP_TYPE) != MAP_PRIVATE)
        return -EINVAL;
    length = PAGE_ALIGN(length);
    if (length == 0 || mm->map_count > sysctl_max_map_count)
        return -ENOMEM;
    address = get_unmapped_area(mm, address, length, flags);
    if (IS_ERR_VALUE(address))
        return address;
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) &&
        find_vma_intersection(mm, address, address + length) != NULL)
        return -EEXIST;
    return mmap_region(mm, address, length, calc_vm_prot_bits(prot));
}

unsigned long vm_mmap(struct file *file, unsigned long address,
                      unsigned long length, int prot, int flags,
                      unsigned long offset)
{
    struct mm_struct *mm = current_mm;

    if (offset % PAGE_SIZE != 0)
        return -EINVAL;
    mmap_write_lock(mm);
    if (file != NULL || !(flags & MAP_ANONYMOUS))
        address = -EBADF; /* there are no files */
    else
        address = do_mmap(mm, address, length, prot, flags);
    mmap_write_unlock(mm);
    return address;
}
