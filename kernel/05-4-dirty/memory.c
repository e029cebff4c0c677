/* memory.c - physical memory: page frames, and what is known of each
 *
 * The frames are a file, and not only addresses, so that a frame can be mapped
 * in a second place. The host gives a frame when it is touched for the first
 * time; the kernel cannot tell, and counts all frames as there.
 */
#define _GNU_SOURCE
#include "memory.h"
#include "buddy.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* The direct map begins at a multiple of this: the bytes of a largest block. */
#define DIRECT_MAP_ALIGNMENT (PAGE_SIZE << (MAX_ORDER - 1))

struct page *mem_map;
char *direct_map;
unsigned long max_pfn;

static int fd = -1;

/* So many bytes of addresses where nothing lies, from such a multiple on. */
static char *reserve_addresses(size_t size)
{
    size_t with_slack = size + DIRECT_MAP_ALIGNMENT;
    char *start = mmap(NULL, with_slack, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        return NULL;

    size_t before = -(size_t)start % DIRECT_MAP_ALIGNMENT;
    if (before != 0)
        munmap(start, before);
    munmap(start + before + size, DIRECT_MAP_ALIGNMENT - before);
    return start + before;
}

static bool make_direct_map(size_t size)
{
    direct_map = reserve_addresses(size);
    return direct_map != NULL &&
           mmap(direct_map, size, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED;
}

static bool make_mem_map(unsigned long frames)
{
    void *start =
        mmap(NULL, frames * sizeof(struct page), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mem_map = start != MAP_FAILED ? start : NULL;
    return mem_map != NULL;
}

int memory_start(unsigned long frames)
{
    if (frames == 0 || frames > SIZE_MAX >> (PAGE_SHIFT + 1))
        return -EINVAL;
    fd = memfd_create("frames", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    max_pfn = frames;
    if (ftruncate(fd, (off_t)(frames << PAGE_SHIFT)) == 0 &&
        make_direct_map(frames << PAGE_SHIFT) && make_mem_map(frames))
        return 0;

    int error = errno;
    memory_stop();
    return -error;
}

void memory_stop(void)
{
    if (direct_map != NULL)
        munmap(direct_map, max_pfn << PAGE_SHIFT);
    if (mem_map != NULL)
        munmap(mem_map, max_pfn * sizeof(struct page));
    if (fd >= 0)
        close(fd);
    fd = -1;
    direct_map = NULL;
    mem_map = NULL;
    max_pfn = 0;
}

int memory_fd(void)
{
    return fd;
}
