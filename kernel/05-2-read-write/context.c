/* context.c - what the CPU is doing: may it sleep?
 *
 * The depth belongs to the thread: no other one looks at it. (Linux has it in
 * preempt_count, which counts the spinlocks that are held, too.)
 */
#include "context.h"
#include "bug.h"

static _Thread_local int depth; /* how many interrupts are being handled */

void irq_enter(void)
{
    depth++;
}

void irq_exit(void)
{
    if (depth == 0)
        bug("irq_exit", "no interrupt is being handled");
    depth--;
}

bool in_interrupt(void)
{
    return depth > 0;
}

void __might_sleep(const char *where)
{
    if (in_interrupt())
        bug("sleeping function called from invalid context",
            "%s() in an interrupt", where);
}
