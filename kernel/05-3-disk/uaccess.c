/* uaccess.c - the kernel reads and writes the memory of a process
 *
 * It does by hand what the MMU does for the process: it looks into the page
 * table, handles the fault if there is no PTE that permits the access, and
 * looks again. The bytes it reaches through the direct map. (A CPU lets the
 * kernel use the process's addresses, and a page fault in the kernel is handled
 * as one of the process. The effect is the same.)
 */
#include "uaccess.h"
#include "fault.h"
#include "mmu.h"
#include "sched.h"

#include <errno.h>
#include <string.h>

/* Where the direct map has this byte of the process, or NULL. */
static char *user_byte(struct mm_struct *mm, unsigned long address,
                       unsigned long error_code)
{
    struct page *page;

    while ((page = mmu_walk(mm->pgd, address, error_code)) == NULL)
        if (handle_mm_fault(mm, error_code, address) != 0)
            return NULL;
    return (char *)page_address(page) + address % PAGE_SIZE;
}

/* Copy page by page. Returns how many bytes are left. */
static unsigned long copy(unsigned long user, char *kernel, unsigned long size,
                          unsigned long error_code)
{
    struct mm_struct *mm = current_mm;

    if (size > TASK_SIZE || user < TASK_MIN || user > TASK_SIZE - size)
        return size; /* not addresses of a process */
    mmap_write_lock(mm);
    while (size > 0) {
        unsigned long part = PAGE_SIZE - user % PAGE_SIZE;
        char *byte = user_byte(mm, user, error_code);
        if (byte == NULL)
            break;
        if (part > size)
            part = size;
        if (error_code & X86_PF_WRITE)
            memcpy(byte, kernel, part);
        else
            memcpy(kernel, byte, part);
        user += part;
        kernel += part;
        size -= part;
    }
    mmap_write_unlock(mm);
    return size;
}

unsigned long copy_to_user(unsigned long to, const void *from,
                           unsigned long size)
{
    return copy(to, (char *)from, size, X86_PF_USER | X86_PF_WRITE);
}

unsigned long copy_from_user(void *to, unsigned long from, unsigned long size)
{
    return copy(from, to, size, X86_PF_USER);
}

int get_user(unsigned long *value, unsigned long address)
{
    return copy_from_user(value, address, sizeof(*value)) == 0 ? 0 : -EFAULT;
}

int put_user(unsigned long value, unsigned long address)
{
    return copy_to_user(address, &value, sizeof(value)) == 0 ? 0 : -EFAULT;
}
