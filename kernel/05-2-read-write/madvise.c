/* madvise.c - frames go back, addresses stay
 *
 * MADV_DONTNEED: the process does not need what stands in a range. Its frames
 * are taken away. The areas stay, so the next access is a page fault that is
 * met as the first one was: with zeros, or with what the file holds.
 */
#define _GNU_SOURCE
#include "pages.h"
#include "sched.h"
#include "syscalls.h"
#include "trace.h"
#include "vma.h"

#include <errno.h>

/* Returns -ENOMEM if something in the range is not mapped. The rest is done
 * nevertheless. */
static int madvise_dontneed(struct mm_struct *mm, unsigned long start,
                            unsigned long end)
{
    int error = 0;

    while (start < end) {
        const struct vm_area_struct *vma = find_vma(mm, start);
        if (vma == NULL || vma->vm_start >= end)
            return -ENOMEM;
        if (vma->vm_start > start) {
            error = -ENOMEM;
            start = vma->vm_start;
        }
        unsigned long stop = vma->vm_end < end ? vma->vm_end : end;
        zap_page_range(mm, start, stop);
        start = stop;
    }
    return error;
}

int sys_madvise(unsigned long start, unsigned long length, int advice)
{
    struct mm_struct *mm = current_mm;
    unsigned long end = start + PAGE_ALIGN(length);

    if (advice != MADV_DONTNEED || start % PAGE_SIZE != 0 || end < start ||
        PAGE_ALIGN(length) < length)
        return -EINVAL;
    trace(FLOOR_CALL, "madvise(%#lx, %lu, MADV_DONTNEED)", start, length);
    mmap_write_lock(mm);
    int error = madvise_dontneed(mm, start, end);
    mmap_write_unlock(mm);
    return error;
}
