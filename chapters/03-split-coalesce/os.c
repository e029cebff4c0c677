/* os.c - what the allocator asks of the system
 *
 * sbrk(n) moves the program break by n bytes and returns the break as it was
 * before. A process has one break, and others may move it too: between two
 * calls of ours it can be anywhere above where we left it. Only at the very
 * same moment must nobody else call sbrk(), which has no lock of its own.
 */
#include "os.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

size_t os_page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
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
    int saved_errno = errno; /* free() must not change it */
    bool done = sbrk(-(intptr_t)size) != (void *)-1;
    errno = saved_errno;
    return done;
}

void fatal(const char *message)
{
    struct iovec line[] = {
        {.iov_base = (char *)message, .iov_len = strlen(message)},
        {.iov_base = "\n", .iov_len = 1},
    };
    ssize_t written = writev(STDERR_FILENO, line, 2);
    (void)written; /* there is nothing else to do if nobody can read it */
    abort();
}
