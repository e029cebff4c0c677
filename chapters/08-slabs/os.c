/* os.c - what the allocator asks of the system
 *
 * The heap of a process is the memory between the end of its own data and an
 * address called the program break. sbrk(n) moves the break by n bytes and
 * returns its old value. A process has one break, and others may move it too:
 * between two calls of ours it may end up anywhere above where we left it.
 * sbrk() has no lock: if another thread calls it at the very same moment, we
 * cannot notice. (So a second malloc in the process, as in a library opened
 * with dlopen(), is safe only while no two threads use both at once.)
 *
 * mmap() gives memory at an address that the system chooses, in whole pages.
 */
#define _GNU_SOURCE /* for mremap() and others */
#include "os.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* since Linux 5.14 */
#endif
#ifndef PIDFD_SELF
#define PIDFD_SELF (-10000) /* this process */
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif

size_t os_page_size(void)
{
    static _Atomic size_t page_size; /* the system is asked once */

    if (page_size == 0)
        page_size = (size_t)sysconf(_SC_PAGESIZE);
    return page_size;
}

char *os_break(void)
{
    return sbrk(0);
}

char *os_grow(size_t size)
{
    /* sbrk() takes a signed number: a huge size would move the break down. */
    void *before = size <= PTRDIFF_MAX ? sbrk((intptr_t)size) : (void *)-1;
    if (before == (void *)-1) {
        errno = ENOMEM;
        return NULL;
    }
    return before;
}

bool os_shrink(size_t size)
{
    int saved_errno = errno;              /* free() must not change it */
    char *before = sbrk(-(intptr_t)size); /* it may refuse silently */
    bool done = before != (void *)-1 && sbrk(0) == before - size;
    errno = saved_errno;
    return done;
}

void *os_map(size_t size)
{
    void *address = mmap(NULL, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) {
        errno = ENOMEM;
        return NULL;
    }
    return address;
}

void *os_remap(void *address, size_t old_size, size_t size)
{
    void *moved = mremap(address, old_size, size, MREMAP_MAYMOVE);
    return moved != MAP_FAILED ? moved : NULL;
}

void os_unmap(void *address, size_t size)
{
    int saved_errno = errno;
    munmap(address, size);
    errno = saved_errno;
}

bool os_discard(void *address, size_t size)
{
    int saved_errno = errno;
    bool done = madvise(address, size, MADV_DONTNEED) == 0;
    errno = saved_errno;
    return done;
}

void os_populate(void *address, size_t size)
{
    int saved_errno = errno;
    madvise(address, size, MADV_POPULATE_WRITE);
    errno = saved_errno;
}

void os_discard_with(struct batch *b, void *address, size_t size)
{
    b->stretch[b->count++] = (struct iovec){address, size};
    b->bytes += size;
    if (b->count == sizeof(b->stretch) / sizeof(*b->stretch))
        os_discard_batch(b);
}

/* Since 2025 Linux does this for the own process. If it does not, or not for
 * all of them, one stretch after the other is discarded. */
void os_discard_batch(struct batch *b)
{
    if (b->count == 0)
        return;
    int saved_errno = errno;
    struct iovec *stretch = b->stretch;
    ssize_t done = syscall(SYS_process_madvise, PIDFD_SELF, stretch, b->count,
                           MADV_DONTNEED, 0);

    for (size_t i = 0; done != (ssize_t)b->bytes && i < b->count; i++)
        madvise(stretch[i].iov_base, stretch[i].iov_len, MADV_DONTNEED);
    b->count = b->bytes = 0;
    errno = saved_errno;
}

void *os_reserve(size_t size)
{
    /* Alignment cannot be asked for: map twice as much and cut off the rest. */
    char *start = mmap(NULL, 2 * size, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) {
        errno = ENOMEM;
        return NULL;
    }
    size_t lead = -(uintptr_t)start % size;
    if (lead != 0)
        munmap(start, lead);
    munmap(start + lead + size, size - lead);
    return start + lead;
}

bool os_open(void *address, size_t size)
{
    return mprotect(address, size, PROT_READ | PROT_WRITE) == 0;
}

void fatal(const char *message)
{
    struct iovec line[] = {
        {.iov_base = (char *)message, .iov_len = strlen(message)},
        {.iov_base = "\n", .iov_len = 1},
    };
    /* A thread that is being cancelled would end in writev(), and the process
     * would live on. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    ssize_t written = writev(STDERR_FILENO, line, 2);
    (void)written; /* if it cannot be written, there is nothing else to do */
    abort();
}
