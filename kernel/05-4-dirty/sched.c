/* sched.c - which process runs
 *
 * To run another process is to use another page table. What the TLB holds of
 * the one before is lost: this is what the switch costs.
 */
#include "sched.h"
#include "bug.h"
#include "mmu.h"

struct mm_struct *current_mm;

void switch_mm(struct mm_struct *next)
{
    current_mm = next;
    load_cr3(next != NULL ? next->pgd : NULL);
}

/* ---- processes take turns ---- */

static pthread_mutex_t cpu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t event = PTHREAD_COND_INITIALIZER;
static _Thread_local bool running;

void run_process(struct mm_struct *mm)
{
    pthread_mutex_lock(&cpu);
    running = true;
    switch_mm(mm);
}

void stop_process(void)
{
    switch_mm(NULL);
    running = false;
    pthread_mutex_unlock(&cpu);
}

void sleep_on_event(void)
{
    struct mm_struct *mm = current_mm;

    if (!running)
        bug("sleep_on_event", "this thread runs no process");
    pthread_cond_wait(&event, &cpu);
    switch_mm(mm);
}

void wake_up_all(void)
{
    pthread_cond_broadcast(&event);
}
