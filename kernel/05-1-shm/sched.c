/* sched.c - which process runs
 *
 * To run another process is to use another page table. What the TLB holds of
 * the one before is lost: this is what the switch costs.
 */
#include "sched.h"
#include "mmu.h"

struct mm_struct *current_mm;

void switch_mm(struct mm_struct *next)
{
    current_mm = next;
    load_cr3(next != NULL ? next->pgd : NULL);
}
