/* init.c - the kernel's start and end
 *
 * Each part of the kernel is started when those below it can be used.
 */
#include "init.h"

#include "buddy.h"
#include "memory.h"

int start_kernel(unsigned long frames)
{
    int error = memory_start(frames);
    if (error != 0)
        return error;
    buddy_init();
    return 0;
}

void stop_kernel(void)
{
    memory_stop();
}
