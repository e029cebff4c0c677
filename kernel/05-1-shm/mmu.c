/* mmu.c - the memory management unit: the part of a CPU that knows page tables
 *
 * This is the machine, not the kernel: it takes none of the kernel's locks and
 * knows nothing of areas. In the TLB is only what the page table permits. A
 * page that has not been written since it came into the TLB is mapped without
 * the right to write, so that the first store is noticed and noted in the PTE.
 */
#define _GNU_SOURCE
#include "mmu.h"
#include "bug.h"
#include "mm.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <ucontext.h>

/* To read the page table and to remember what stood there is one step. So when
 * the TLB has been flushed, nothing older can get into it. */
static pthread_mutex_t tlb_lock = PTHREAD_MUTEX_INITIALIZER;

/* A TLB has room for so many entries. If it is full, this one forgets all. (The
 * host makes no more than 65530 mappings.) */
#define TLB_ENTRIES 16384
static unsigned tlb_entries;

static pte_t *cr3; /* the page table in use */
static page_fault_handler *page_fault;
static struct sigaction before;

/* ---- the page table ---- */

/* Down the tables, nine bits of the address for each: the PTE; or NULL
 * if a table is missing. */
static pte_t *walk(pte_t *table, unsigned long address)
{
    if (table == NULL)
        return NULL;
    for (unsigned level = PT_LEVELS - 1; level > 0; level--) {
        pteval_t entry = table[table_index(address, level)];
        if (!(entry & _PAGE_PRESENT))
            return NULL;
        table = page_address(pte_page(entry));
    }
    return table + table_index(address, 0);
}

static bool pte_permits(pteval_t entry, unsigned long error_code)
{
    if (!(entry & _PAGE_PRESENT) || !(entry & _PAGE_USER))
        return false;
    if (error_code & X86_PF_WRITE && !(entry & _PAGE_RW))
        return false;
    return !(error_code & X86_PF_INSTR && entry & _PAGE_NX);
}

/* The PTE, once the access is noted in it; or NULL. */
static pte_t *walk_and_note(pte_t *pgd, unsigned long address,
                            unsigned long error_code)
{
    pte_t *pte = walk(pgd, address);
    if (pte == NULL)
        return NULL;

    pteval_t entry = *pte, noted;
    do {
        if (!pte_permits(entry, error_code))
            return NULL;
        noted = entry | _PAGE_ACCESSED;
        if (error_code & X86_PF_WRITE)
            noted |= _PAGE_DIRTY;
    } while (!atomic_compare_exchange_weak(pte, &entry, noted));
    return pte;
}

struct page *mmu_walk(pte_t *pgd, unsigned long address,
                      unsigned long error_code)
{
    pte_t *pte = walk_and_note(pgd, address, error_code);
    return pte != NULL ? pte_page(*pte) : NULL;
}

/* ---- the TLB ---- */

/* Nothing is mapped at these addresses; but they are kept for processes. */
static void forget(unsigned long start, unsigned long end)
{
    if (mmap((void *)start, end - start, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
             0) == MAP_FAILED)
        bug("forget", "the host keeps 0x%lx mapped", start);
    if (start == TASK_MIN && end == TASK_SIZE)
        tlb_entries = 0;
}

static void remember(unsigned long address, pteval_t entry)
{
    int prot = PROT_READ;

    if (entry & _PAGE_RW && entry & _PAGE_DIRTY)
        prot |= PROT_WRITE;
    if (!(entry & _PAGE_NX))
        prot |= PROT_EXEC;
    if (mmap((void *)(address & -PAGE_SIZE), PAGE_SIZE, prot,
             MAP_SHARED | MAP_FIXED, memory_fd(),
             (off_t)(entry & PTE_PFN_MASK)) == MAP_FAILED)
        bug("remember", "the host cannot map 0x%lx", address);
    tlb_entries++;
}

static unsigned long present_bit(unsigned long address)
{
    pte_t *pte = walk(cr3, address);
    return pte != NULL && *pte & _PAGE_PRESENT ? X86_PF_PROT : 0;
}

static bool fill_tlb(unsigned long address, unsigned long *error_code)
{
    pthread_mutex_lock(&tlb_lock);
    pte_t *pte = walk_and_note(cr3, address, *error_code);
    if (pte != NULL) {
        if (tlb_entries == TLB_ENTRIES)
            forget(TASK_MIN, TASK_SIZE);
        remember(address, *pte);
    }
    *error_code |= present_bit(address);
    pthread_mutex_unlock(&tlb_lock);
    return pte != NULL;
}

void flush_tlb_range(pte_t *pgd, unsigned long start, unsigned long end)
{
    pthread_mutex_lock(&tlb_lock);
    if (pgd == cr3)
        forget(start, end);
    pthread_mutex_unlock(&tlb_lock);
}

void load_cr3(pte_t *pgd)
{
    pthread_mutex_lock(&tlb_lock);
    forget(TASK_MIN, TASK_SIZE);
    cr3 = pgd;
    pthread_mutex_unlock(&tlb_lock);
}

/* ---- the exception ---- */

/* What was attempted at the address. */
static unsigned long error_code_of(unsigned long address,
                                   const ucontext_t *context)
{
    unsigned long error_code = X86_PF_USER;

#ifdef __x86_64__
    (void)address;
    error_code |= (unsigned long)context->uc_mcontext.gregs[REG_ERR] &
                  (X86_PF_WRITE | X86_PF_INSTR);
#else /* what can be read, and yet faults, is to be written */
    (void)context;
    if (mmu_walk(cr3, address, X86_PF_USER) != NULL)
        error_code |= X86_PF_WRITE;
#endif
    return error_code;
}

static void segv(int signal, siginfo_t *info, void *context)
{
    unsigned long address = (unsigned long)info->si_addr;
    int saved_errno = errno;

    if (address < TASK_MIN || address >= TASK_SIZE) {
        sigaction(signal, &before, NULL); /* not ours: let it happen again */
        return;
    }
    unsigned long error_code = error_code_of(address, context);
    while (!fill_tlb(address, &error_code)) {
        page_fault(error_code, address);
        error_code &= ~X86_PF_PROT;
    }
    errno = saved_errno;
}

int mmu_start(page_fault_handler *handler)
{
    struct sigaction action = {.sa_sigaction = segv, .sa_flags = SA_SIGINFO};

    if (mmap((void *)TASK_MIN, TASK_SIZE - TASK_MIN, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
             -1, 0) != (void *)TASK_MIN)
        return -errno;
    page_fault = handler;
    cr3 = NULL;
    tlb_entries = 0;
    sigaction(SIGSEGV, &action, &before);
    return 0;
}

void mmu_stop(void)
{
    sigaction(SIGSEGV, &before, NULL);
    munmap((void *)TASK_MIN, TASK_SIZE - TASK_MIN);
}
