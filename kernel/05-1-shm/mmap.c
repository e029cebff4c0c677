/* mmap.c - areas come and go
 *
 * To map is to write down an area: no frame is taken, whatever the length. To
 * unmap is more: areas are cut, their frames go back, and tables that are empty
 * then.
 */
#define _GNU_SOURCE
#include "mmap.h"
#include "pages.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"
#include "trace.h"
#include "vma.h"

#include <errno.h>

unsigned long calc_vm_prot_bits(int prot)
{
    return (prot & PROT_READ ? VM_READ : 0) |
           (prot & PROT_WRITE ? VM_WRITE : 0) |
           (prot & PROT_EXEC ? VM_EXEC : 0);
}

/* ---- to map ---- */

/* Is nothing here, and no stack just above? */
static bool is_free(struct mm_struct *mm, unsigned long start,
                    unsigned long length)
{
    struct vm_area_struct *next = find_vma(mm, start);
    return next == NULL || start + length <= vm_start_gap(next);
}

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

    /* Otherwise the address is a wish. */
    if (address >= TASK_MIN && address <= TASK_SIZE - length &&
        is_free(mm, PAGE_ALIGN(address), length))
        return PAGE_ALIGN(address);
    return unmapped_area_topdown(mm, length);
}

static unsigned long mmap_region(struct mm_struct *mm, struct file *file,
                                 unsigned long start, unsigned long length,
                                 unsigned long vm_flags, unsigned long pgoff)
{
    int error = do_munmap(mm, start, length); /* what MAP_FIXED replaces */
    if (error != 0)
        return error;
    if (vma_add(mm, start, start + length, vm_flags, file, pgoff) == NULL)
        return -ENOMEM;
    return start;
}

/* VM_SHARED ... of MAP_SHARED ..., or -EINVAL. */
static unsigned long calc_vm_flag_bits(int flags)
{
    int type = flags & MAP_TYPE;

    if (type != MAP_SHARED && type != MAP_PRIVATE)
        return -EINVAL;
    if (type == MAP_SHARED)
        return flags & MAP_GROWSDOWN ? (unsigned long)-EINVAL : VM_SHARED;
    return flags & MAP_GROWSDOWN ? VM_GROWSDOWN : 0;
}

unsigned long do_mmap(struct mm_struct *mm, struct file *file,
                      unsigned long address, unsigned long length, int prot,
                      int flags, unsigned long pgoff)
{
    unsigned long vm_flags = calc_vm_flag_bits(flags);

    if (length == 0 || IS_ERR_VALUE(vm_flags))
        return -EINVAL;
    length = PAGE_ALIGN(length);
    if (length == 0 || mm->map_count > sysctl_max_map_count)
        return -ENOMEM;
    address = get_unmapped_area(mm, address, length, flags);
    if (IS_ERR_VALUE(address))
        return address;
    if (flags & MAP_FIXED_NOREPLACE &&
        find_vma_intersection(mm, address, address + length) != NULL)
        return -EEXIST;
    return mmap_region(mm, file, address, length,
                       vm_flags | calc_vm_prot_bits(prot), pgoff);
}

/* Memory that is shared is a file without a name. */
static unsigned long map_shared_memory(struct mm_struct *mm,
                                       unsigned long address,
                                       unsigned long length, int prot,
                                       int flags)
{
    if (length > TASK_SIZE)
        return -ENOMEM;
    struct file *file = shmem_file_setup("/dev/zero (deleted)", length);
    if (file == NULL)
        return -ENOMEM;
    address = do_mmap(mm, file, address, length, prot, flags, 0);
    fput(file); /* if it was mapped, the area uses it */
    return address;
}

unsigned long vm_mmap(struct file *file, unsigned long address,
                      unsigned long length, int prot, int flags,
                      unsigned long offset)
{
    struct mm_struct *mm = current_mm;

    if (offset % PAGE_SIZE != 0)
        return -EINVAL;
    trace(FLOOR_CALL, "mmap(%#lx, %lu, %d, %#x)", address, length, prot, flags);
    mmap_write_lock(mm);
    if (!(flags & MAP_ANONYMOUS) && file == NULL)
        address = -EBADF;
    else if (flags & MAP_ANONYMOUS && (flags & MAP_TYPE) == MAP_SHARED)
        address = map_shared_memory(mm, address, length, prot, flags);
    else
        address = do_mmap(mm, flags & MAP_ANONYMOUS ? NULL : file, address,
                          length, prot, flags, offset >> PAGE_SHIFT);
    mmap_write_unlock(mm);
    return address;
}

/* ---- to unmap ---- */

int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long length)
{
    struct vm_area_struct *vma;

    if (start % PAGE_SIZE != 0 || start > TASK_SIZE ||
        length > TASK_SIZE - start || length == 0)
        return -EINVAL;
    const unsigned long end = start + PAGE_ALIGN(length);
    if (start < TASK_MIN)
        start = TASK_MIN; /* what is below is the host's */

    while ((vma = find_vma_intersection(mm, start, end)) != NULL)
        if (vma_cut(vma, start, end) != 0)
            return -ENOMEM; /* at once, and nothing is cut */
    if (start < end) {
        zap_page_range(mm, start, end);
        free_pgtables(mm, start, end);
    }
    return 0;
}

int sys_munmap(unsigned long address, unsigned long length)
{
    struct mm_struct *mm = current_mm;

    trace(FLOOR_CALL, "munmap(%#lx, %lu)", address, length);
    mmap_write_lock(mm);
    int error = do_munmap(mm, address, length);
    mmap_write_unlock(mm);
    return error;
}

/* ---- the heap ---- */

/* Make the range from old to new, whole pages, a part of the heap. */
static int do_brk_flags(struct mm_struct *mm, unsigned long old,
                        unsigned long new)
{
    const struct vm_area_struct *next = find_vma(mm, old);

    if (new > TASK_SIZE || mm->map_count > sysctl_max_map_count)
        return -ENOMEM;
    if (next != NULL && new + PAGE_SIZE > vm_start_gap(next))
        return -ENOMEM; /* a mapping in the way */
    if (vma_add(mm, old, new, VM_READ | VM_WRITE, NULL, 0) == NULL)
        return -ENOMEM;
    return 0;
}

/* Pages come and go, but the break may lie within one. */
static int move_brk(struct mm_struct *mm, unsigned long brk)
{
    unsigned long old = PAGE_ALIGN(mm->brk), new = PAGE_ALIGN(brk);

    if (brk < mm->start_brk || new < brk)
        return -EINVAL;
    if (new > old)
        return do_brk_flags(mm, old, new);
    return new < old ? do_munmap(mm, new, old - new) : 0;
}

unsigned long sys_brk(unsigned long brk)
{
    struct mm_struct *mm = current_mm;

    mmap_write_lock(mm);
    trace(FLOOR_CALL, "brk(%#lx): it was %#lx", brk, mm->brk);
    if (move_brk(mm, brk) == 0)
        mm->brk = brk;
    brk = mm->brk;
    mmap_write_unlock(mm);
    return brk;
}
