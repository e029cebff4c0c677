/* device.h - a device that reads memory without the CPU (DMA)
 *
 * The driver of a disk or a network card does not carry each byte. It tells the
 * device where in memory they are, and the device reads them itself. It knows
 * nothing of the kernel's addresses: where is a frame's number, and a place in
 * it. From there on it reads what lies next in memory. So all that it reads at
 * once has to lie in neighbouring frames.
 *
 * This device reads the memfd, and so it does not know the addresses of this
 * process. (Many machines have an IOMMU between device and memory, which maps
 * frames for it; this one has none.)
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stddef.h>

/* The device reads so many bytes of memory, from a place in frame pfn on, into
 * memory of its own. Returns 0, or -EFAULT if there is no such memory. */
int device_read(void *own, unsigned long pfn, size_t offset, size_t length);

#endif
