/* smp.h - CPUs, and what belongs to one of them
 *
 * A CPU is a thread here. A thread gets the next number when it first asks for
 * it. If there are more threads than CPUs, some share one; so a new thread
 * takes over what belonged to the CPU of one that has ended.
 *
 * What belongs to a CPU may only be used by one thread at a time. In Linux,
 * get_cpu() keeps the CPU from running anything else for a moment. A thread
 * cannot do that to the host, so it takes a lock here. Nobody waits for it as
 * long as each thread has a CPU for itself.
 */
#ifndef SMP_H
#define SMP_H

#define NR_CPUS 8

/* The number of this thread's CPU, from 0 on. */
int smp_processor_id(void);

/* Have a CPU for oneself: one's own, or any. (In Linux, who wants to see what
 * belongs to another CPU interrupts that, and asks it to look itself.) */
int get_cpu(void); /* returns its number */
void put_cpu(void);
void hold_cpu(int cpu);
void release_cpu(int cpu);

#endif
