/* device.c - a device that reads memory without the CPU (DMA)
 */
#include "device.h"
#include "memory.h"

#include <errno.h>
#include <unistd.h>

int device_read(void *own, unsigned long pfn, size_t offset, size_t length)
{
    if (pfn >= max_pfn || offset >= PAGE_SIZE ||
        length > ((max_pfn - pfn) << PAGE_SHIFT) - offset)
        return -EFAULT;
    off_t place = (off_t)((pfn << PAGE_SHIFT) + offset);
    ssize_t got = pread(memory_fd(), own, length, place);
    return got == (ssize_t)length ? 0 : -EFAULT;
}
