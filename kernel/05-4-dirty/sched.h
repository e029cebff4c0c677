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

/* ---- processes take turns ----
 *
 * A thread that is to play a process among others has the CPU from
 * run_process() to stop_process(). While it sleeps another one has it.
 */

void run_process(struct mm_struct *mm);
void stop_process(void);

/* Let others run until one of them wakes all up; perhaps for something else. */
void sleep_on_event(void);
void wake_up_all(void);

#endif
