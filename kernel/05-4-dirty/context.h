/* context.h - what the CPU is doing: may it sleep?
 *
 * Most of the kernel runs for a process. If it has to wait, the CPU can do
 * something else until then: it sleeps. An interrupt is handled in the midst of
 * anything. If its handler slept, what it has interrupted would have to wait,
 * too, maybe with locks held, and maybe for ever. So a handler must not call
 * what may sleep. That is checked where it is called, even if it would not have
 * to wait this time: otherwise the mistake would be seen only now and then.
 *
 * Nothing interrupts a thread here. It says itself where a handler begins and
 * ends.
 */
#ifndef CONTEXT_H
#define CONTEXT_H

#include <stdbool.h>

/* From one to the other this thread handles an interrupt. They can be nested.
 */
void irq_enter(void);
void irq_exit(void);

bool in_interrupt(void);

/* This function may sleep. To call it in an interrupt is a bug. */
#define might_sleep() __might_sleep(__func__)
#define might_sleep_if(condition)                                              \
    do {                                                                       \
        if (condition)                                                         \
            might_sleep();                                                     \
    } while (0)

void __might_sleep(const char *where);

#endif
