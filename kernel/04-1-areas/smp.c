/* smp.c - CPUs, and what belongs to one of them
 */
#include "smp.h"
#include "spinlock.h"

#include <stdatomic.h>

static spinlock_t cpu_locks[NR_CPUS] = {
    [0 ... NR_CPUS - 1] = PTHREAD_MUTEX_INITIALIZER,
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
    spin_lock(&cpu_locks[cpu]);
}

void release_cpu(int cpu)
{
    spin_unlock(&cpu_locks[cpu]);
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
