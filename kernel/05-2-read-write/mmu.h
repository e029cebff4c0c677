/* mmu.h - the memory management unit: the part of a CPU that knows page tables
 *
 * Each time a program uses an address, the MMU finds the frame behind it. It
 * keeps what it has found in a cache, the TLB (translation lookaside buffer),
 * and looks there first. If it is not there, the MMU reads the page table, and
 * the program notices nothing. If the page table does not permit the access,
 * the MMU stops the program and calls the kernel: this is a page fault.
 *
 * Here the host's mappings at the addresses of processes play the TLB. What is
 * mapped there needs no help. Elsewhere the host sends SIGSEGV, and its handler
 * plays the MMU. There is one TLB, for one page table at a time: all threads
 * are CPUs that run the same process.
 */
#ifndef MMU_H
#define MMU_H

#include "pgtable.h"

/* What was attempted, and why it failed: the error code of a page fault, as
 * x86 has it. */
#define X86_PF_PROT  0x1UL  /* there is a page; not set: there is none */
#define X86_PF_WRITE 0x2UL  /* a store; not set: a load */
#define X86_PF_USER  0x4UL  /* of a process */
#define X86_PF_INSTR 0x10UL /* code was to be run there */

typedef void page_fault_handler(unsigned long error_code,
                                unsigned long address);

/* From now on page faults at addresses of processes are handled by this
 * function. It runs in the thread that made the access. When it returns, the
 * access is tried again. Returns 0 or -errno. */
int mmu_start(page_fault_handler *handler);
void mmu_stop(void);

/* The page table to use from now on; NULL: there is none. */
void load_cr3(pte_t *pgd);

/* What has been changed in a page table must be forgotten. When this returns,
 * nobody uses what stood there before. */
void flush_tlb_range(pte_t *pgd, unsigned long start, unsigned long end);

/* The frame behind an address, if the page table permits this access, which is
 * noted in its PTE; or NULL. */
struct page *mmu_walk(pte_t *pgd, unsigned long address,
                      unsigned long error_code);

#endif
