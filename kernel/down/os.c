/* os.c - what the allocator asks of our own kernel
 *
 * The chapters' os.c asks the system that the machine runs. This one stands in
 * its place, with the same functions, and asks the kernel of part two: so the
 * allocator runs in a process of that kernel, and does not know it.
 */
#define _GNU_SOURCE /* for mremap()'s flags */
#include "os.h"

#include "memory.h"
#include "mm.h"
#include "syscalls.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)

/* An address from the kernel; or NULL, and its error in errno. */
static void *address_or_null(unsigned long result)
{
    if (!IS_ERR_VALUE(result))
        return (void *)result;
    errno = (int)-result;
    return NULL;
}

size_t os_page_size(void)
{
    return PAGE_SIZE;
}

/* The kernel is told where the break is to be. sbrk(), by how much it is to
 * move, is libc's idea; and so libc remembers where it is, as this does. */
static unsigned long current_break;

char *os_break(void)
{
    if (current_break == 0)
        current_break = sys_brk(0);
    return (char *)current_break;
}

static bool move_break(unsigned long wanted)
{
    current_break = sys_brk(wanted);
    return current_break == wanted;
}

char *os_grow(size_t size)
{
    char *before = os_break();

    if (size <= TASK_SIZE && move_break(current_break + size))
        return before;
    errno = ENOMEM;
    return NULL;
}

bool os_shrink(size_t size)
{
    return move_break(current_break - size);
}

void *os_map(size_t size)
{
    return address_or_null(
        vm_mmap(NULL, 0, size, PROT_READ | PROT_WRITE, PRIVATE, 0));
}

void *os_remap(void *address, size_t old_size, size_t size)
{
    return address_or_null(
        sys_mremap((unsigned long)address, old_size, size, MREMAP_MAYMOVE));
}

void os_unmap(void *address, size_t size)
{
    sys_munmap((unsigned long)address, size);
}

bool os_discard(void *address, size_t size)
{
    return sys_madvise((unsigned long)address, size, MADV_DONTNEED) == 0;
}

/* These are only in chapters where a batch is known, which kernel/down/batch
 * finds out. */
#ifdef HAS_BATCH
void os_discard_with(struct batch *b, void *address, size_t size)
{
    (void)b;
    os_discard(address, size);
}

void os_discard_batch(struct batch *b)
{
    (void)b;
}

/* Our kernel has no such call, so a page comes when it is touched. */
void os_populate(void *address, size_t size)
{
    (void)address;
    (void)size;
}
#endif

void *os_reserve(size_t size)
{
    char *start =
        address_or_null(vm_mmap(NULL, 0, 2 * size, PROT_NONE, PRIVATE, 0));
    if (start == NULL)
        return NULL;
    size_t lead = -(uintptr_t)start % size;
    if (lead != 0)
        os_unmap(start, lead);
    os_unmap(start + lead + size, size - lead);
    return start + lead;
}

bool os_open(void *address, size_t size)
{
    int error =
        sys_mprotect((unsigned long)address, size, PROT_READ | PROT_WRITE);
    if (error != 0)
        errno = -error;
    return error == 0;
}

void fatal(const char *message)
{
    if (write(STDERR_FILENO, message, strlen(message)) < 0 ||
        write(STDERR_FILENO, "\n", 1) < 0)
        _exit(127);
    abort();
}
