/* smp.c - CPUs, and what belongs to one of them
 */
#include "smp.h"
#include "spinlock.h"

#include <stdatomic.h>

/* Each lock has a cache line for itself. Who takes a lock writes to its line,
 * and takes the line away from all other processors. If two locks were in one
 * line, two threads that never wait for each other's lock would wait for that
 * line. */
static struct {
    _Alignas(64) spinlock_t lock;
} cpus[NR_CPUS] = {
    [0 ... NR_CPUS - 1] = {PTHREAD_MUTEX_INITIALIZER},
};

int smp_processor_id(void)
{
    static atomic_uint threads;
    static _Thread_local int cpu = -1;

    if (cpu < 0)
        cpu = (int)(atomic_fetch_add(&threads, 1) % NR_CPUS);
    return cpu;
}

void hold_cpu(int cpu)
{
    spin_lock(&cpus[cpu].lock);
}

void release_cpu(int cpu)
{
    spin_unlock(&cpus[cpu].lock);
}

int get_cpu(void)
{
    hold_cpu(smp_processor_id());
    return smp_processor_id();
}

void put_cpu(void)
{
    release_cpu(smp_processor_id());
}
