/* fault.c - page faults: a process uses what it has not got
 *
 * Most page faults are no mistake of anybody. What was mapped is promised only;
 * the frame comes with the first access. In this order:
 *
 *   1. the area     nothing is mapped there, or not for this: SIGSEGV
 *   2. the PTE      a frame behind it, but only to read, and this is a store:
 *                   copy on write (or the last user takes the frame)
 *   3. the frame    anonymous: a frame of zeros; to read, the zero page will do
 *                   a file's: its frame; to write to private pages, a copy
 *   4. again        the access is tried again, and the MMU finds the PTE
 */
#include "fault.h"
#include "buddy.h"
#include "mmu.h"
#include "pages.h"
#include "sched.h"
#include "filemap.h"
#include "trace.h"
#include "vma.h"

#include <errno.h>
#include <stdatomic.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- 1. the area ---- */

/* A stack grows down to the address, unless it is as long as it may be, or too
 * close to something else. */
static bool expand_stack(struct vm_area_struct *vma, unsigned long address)
{
    const struct vm_area_struct *prev = vma_prev(vma);
    unsigned long start = address & -PAGE_SIZE;

    if (vma->vm_end - start > STACK_ROOM || start < TASK_MIN)
        return false;
    if (prev != NULL && start - prev->vm_end < STACK_GUARD_GAP)
        return false;
    vma_adjust(vma, start, vma->vm_end);
    trace(FLOOR_AREA, "area %lx-%lx: a stack has grown", start, vma->vm_end);
    return true;
}

static struct vm_area_struct *find_extend_vma(struct mm_struct *mm,
                                              unsigned long address)
{
    struct vm_area_struct *vma = find_vma(mm, address);

    if (vma == NULL || vma->vm_start <= address)
        return vma;
    if (vma->vm_flags & VM_GROWSDOWN && expand_stack(vma, address))
        return vma;
    return NULL;
}

static bool access_error(const struct vm_area_struct *vma,
                         unsigned long error_code)
{
    if (error_code & X86_PF_WRITE)
        return !(vma->vm_flags & VM_WRITE);
    if (error_code & X86_PF_INSTR)
        return !(vma->vm_flags & VM_EXEC);
    return !(vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC));
}

/* ---- 2. and 3. the frame ---- */

static void trace_pte(unsigned long address, const pte_t *pte, const char *what)
{
    trace(FLOOR_TABLE, "PTE of %#lx: frame %lu%s, %s", address & -PAGE_SIZE,
          page_to_pfn(pte_page(*pte)), *pte & _PAGE_RW ? " to write" : "",
          what);
}

/* A frame that this process alone has, behind the address. The PTE is 0. */
static void map_anon_page(struct vm_area_struct *vma, pte_t *pte,
                          struct page *page)
{
    page->flags |= 1UL << PG_anon;
    set_page(vma->vm_mm, pte, page,
             vm_get_page_prot(vma->vm_flags) | _PAGE_RW | _PAGE_DIRTY);
}

static int do_anonymous_page(struct vm_area_struct *vma, pte_t *pte,
                             unsigned long address, bool write)
{
    if (!write) {
        set_page(vma->vm_mm, pte, zero_page, vm_get_page_prot(vma->vm_flags));
        trace_pte(address, pte, "the zero page");
        return 0;
    }
    struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
    if (page == NULL)
        return SIGKILL;
    map_anon_page(vma, pte, page);
    trace_pte(address, pte, "of zeros");
    return 0;
}

/* NULL if there is no memory. */
static struct page *copy_of(const struct page *from)
{
    struct page *page = alloc_pages(GFP_KERNEL, 0);

    if (page != NULL)
        memcpy(page_address(page), page_address(from), PAGE_SIZE);
    return page;
}

static int do_file_page(struct vm_area_struct *vma, pte_t *pte,
                        unsigned long address, bool write)
{
    unsigned long index =
        vma->vm_pgoff + ((address - vma->vm_start) >> PAGE_SHIFT);
    struct page *page;
    int major = filemap_fault(vma->vm_file, index, &page);

    if (major < 0)
        return major == -ENOMEM ? SIGKILL : SIGBUS;
    vma->vm_mm->maj_flt += (unsigned long)major;
    if (write && !(vma->vm_flags & VM_SHARED)) {
        struct page *copy = copy_of(page);
        __free_pages(page, 0);
        if (copy == NULL)
            return SIGKILL;
        map_anon_page(vma, pte, copy);
        trace_pte(address, pte, "a copy of a file's");
        return 0;
    }
    set_page(vma->vm_mm, pte, page, vm_get_page_prot(vma->vm_flags));
    trace_pte(address, pte,
              major ? "of a file, read from the disk" : "of a file");
    return 0;
}

/* A store to a page that can be read only, though the area can be written: the
 * frame has, or had, other users. If there are none left it needs no copy. */
static int do_wp_page(struct vm_area_struct *vma, pte_t *pte,
                      unsigned long address)
{
    struct page *page = pte_page(*pte);

    if (PageAnon(page) && page_count(page) == 1) {
        atomic_fetch_or(pte, _PAGE_RW | _PAGE_DIRTY);
        trace_pte(address, pte, "without a copy: it has no other user");
        return 0;
    }
    struct page *copy = copy_of(page);
    if (copy == NULL)
        return SIGKILL;
    pteval_t old = atomic_exchange(pte, 0);
    flush_tlb_range(vma->vm_mm->pgd, address & -PAGE_SIZE,
                    (address & -PAGE_SIZE) + PAGE_SIZE);
    map_anon_page(vma, pte, copy);
    trace_pte(address, pte, "a copy");
    drop_page(vma->vm_mm, old);
    return 0;
}

static int handle_pte_fault(struct vm_area_struct *vma, unsigned long address,
                            bool write)
{
    pte_t *pte = pte_alloc(vma->vm_mm, address);

    if (pte == NULL)
        return SIGKILL;
    trace(FLOOR_TABLE, *pte == 0 ? "PTE of %#lx: 0" : "PTE of %#lx: frame %lu",
          address & -PAGE_SIZE, page_to_pfn(pte_page(*pte)));
    if (*pte == 0)
        return vma->vm_file == NULL
                   ? do_anonymous_page(vma, pte, address, write)
                   : do_file_page(vma, pte, address, write);
    if (write && !(*pte & _PAGE_RW))
        return do_wp_page(vma, pte, address);
    return 0; /* another thread was faster */
}

int handle_mm_fault(struct mm_struct *mm, unsigned long error_code,
                    unsigned long address)
{
    struct vm_area_struct *vma = find_extend_vma(mm, address);

    if (vma == NULL || access_error(vma, error_code))
        return SIGSEGV;
    trace(FLOOR_AREA, "area %lx-%lx: permits it", vma->vm_start, vma->vm_end);
    unsigned long major = mm->maj_flt;
    int signal = handle_pte_fault(vma, address, error_code & X86_PF_WRITE);
    if (signal == 0 && mm->maj_flt == major)
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
            snprintf(line, sizeof(line), "[%d]: %s at %lx error %lx\n", pid,
                     signal_number == SIGBUS ? "bus error" : "segfault",
                     address, error_code);
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
