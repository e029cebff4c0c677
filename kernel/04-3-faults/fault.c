/* fault.c - page faults: a process uses what it has not got
 *
 * Most page faults are no mistake of anybody. What was mapped is promised only;
 * the frame comes with the first access. In this order:
 *
 *   1. the area     nothing is mapped there, or not for this: SIGSEGV
 *   2. the frame    one of zeros
 *   3. again        the access is tried again, and the MMU finds the PTE
 */
#include "fault.h"
#include "buddy.h"
#include "mmu.h"
#include "pages.h"
#include "sched.h"
#include "trace.h"
#include "vma.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* ---- 1. the area ---- */

static bool access_error(const struct vm_area_struct *vma,
                         unsigned long error_code)
{
    if (error_code & X86_PF_WRITE)
        return !(vma->vm_flags & VM_WRITE);
    if (error_code & X86_PF_INSTR)
        return !(vma->vm_flags & VM_EXEC);
    return !(vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC));
}

/* ---- 2. the frame ---- */

static void trace_pte(unsigned long address, const pte_t *pte, const char *what)
{
    trace(FLOOR_TABLE, "PTE of %#lx: frame %lu%s, %s", address & -PAGE_SIZE,
          page_to_pfn(pte_page(*pte)), *pte & _PAGE_RW ? " to write" : "",
          what);
}

static int do_anonymous_page(struct vm_area_struct *vma, pte_t *pte,
                             unsigned long address)
{
    struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
    if (page == NULL)
        return SIGKILL;
    set_page(vma->vm_mm, pte, page, vm_get_page_prot(vma->vm_flags));
    trace_pte(address, pte, "of zeros");
    return 0;
}

static int handle_pte_fault(struct vm_area_struct *vma, unsigned long address)
{
    pte_t *pte = pte_alloc(vma->vm_mm, address);

    if (pte == NULL)
        return SIGKILL;
    trace(FLOOR_TABLE, *pte == 0 ? "PTE of %#lx: 0" : "PTE of %#lx: frame %lu",
          address & -PAGE_SIZE, page_to_pfn(pte_page(*pte)));
    if (*pte == 0)
        return do_anonymous_page(vma, pte, address);
    return 0; /* another thread was faster */
}

int handle_mm_fault(struct mm_struct *mm, unsigned long error_code,
                    unsigned long address)
{
    struct vm_area_struct *vma = find_vma(mm, address);

    if (vma == NULL || vma->vm_start > address || access_error(vma, error_code))
        return SIGSEGV;
    trace(FLOOR_AREA, "area %lx-%lx: permits it", vma->vm_start, vma->vm_end);
    int signal = handle_pte_fault(vma, address);
    if (signal == 0)
        mm->min_flt++;
    return signal;
}

/* ---- the process that runs ---- */

/* Say why, and end as the process would have to. */
static void force_sig_fault(const struct mm_struct *mm, int signal_number,
                            unsigned long error_code, unsigned long address)
{
    char line[100];
    int pid = mm != NULL ? mm->pid : 0, length;

    if (signal_number == SIGKILL)
        length = snprintf(line, sizeof(line),
                          "Out of memory: Killed process %d\n", pid);
    else
        length =
            snprintf(line, sizeof(line), "[%d]: segfault at %lx error %lx\n",
                     pid, address, error_code);
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        _exit(127);
    signal(signal_number, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(signal_number);
    _exit(127);
}

void do_page_fault(unsigned long error_code, unsigned long address)
{
    struct mm_struct *mm = current_mm;
    int signal = SIGSEGV;

    trace(FLOOR_CALL, "page fault: a %s at %#lx, %s",
          error_code & X86_PF_WRITE ? "store" : "load", address,
          error_code & X86_PF_PROT ? "not permitted" : "nothing there");
    if (mm != NULL) {
        mmap_write_lock(mm);
        signal = handle_mm_fault(mm, error_code, address);
        mmap_write_unlock(mm);
    }
    if (signal != 0)
        force_sig_fault(mm, signal, error_code, address);
}
