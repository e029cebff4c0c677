/* fault.h - page faults: a process uses what it has not got
 */
#ifndef FAULT_H
#define FAULT_H

#include "mm.h"

/* Give the process what this access needs, if it may have it. Returns 0, and
 * then the access succeeds, or the signal that the process gets for it: SIGSEGV
 * (nothing is there, or it is not permitted), SIGBUS (beyond the end of a
 * file), SIGKILL (there is no memory). The caller holds the lock of the mm. */
int handle_mm_fault(struct mm_struct *mm, unsigned long error_code,
                    unsigned long address);

/* The same for the process that runs, as the MMU calls it; the lock is taken
 * here. Where a signal is due, it is sent, and this does not return. */
void do_page_fault(unsigned long error_code, unsigned long address);

#endif
