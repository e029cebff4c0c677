/* sched.h - which process runs
 */
#ifndef SCHED_H
#define SCHED_H

#include "mm.h"

/* The process that runs; NULL: none does. */
extern struct mm_struct *current_mm;

/* From now on this one runs, or none if it is NULL. No thread may use addresses
 * of the one that has run until now: the CPUs all run the same process. */
void switch_mm(struct mm_struct *next);

#endif
