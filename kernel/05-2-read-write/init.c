/* init.c - the kernel's start and end
 *
 * Each part of the kernel is started when those below it can be used.
 */
#include "init.h"

#include "buddy.h"
#include "fault.h"
#include "filemap.h"
#include "fork.h"
#include "inode.h"
#include "kmalloc.h"
#include "memory.h"
#include "mmu.h"
#include "pages.h"
#include "sched.h"
#include "shmem.h"
#include "slab.h"
#include "vma.h"
#include "vmalloc.h"

int start_kernel(unsigned long frames)
{
    int error = memory_start(frames);
    if (error != 0)
        return error;
    buddy_init();
    page_cache_init();
    error = kmem_cache_init();
    if (error == 0)
        error = kmalloc_init();
    if (error == 0)
        error = vmalloc_init();
    if (error == 0)
        error = vma_init();
    if (error == 0)
        error = mm_init();
    if (error == 0)
        error = inode_init();
    if (error == 0)
        error = files_init();
    if (error == 0)
        error = pages_init();
    if (error == 0)
        error = mmu_start(do_page_fault);
    if (error != 0)
        memory_stop();
    return error;
}

void stop_kernel(void)
{
    mmu_stop();
    current_mm = NULL;
    vmalloc_stop();
    memory_stop();
}
