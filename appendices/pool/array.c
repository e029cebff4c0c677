/* array.c - the one pool of a process
 *
 * A small computer has its array at a fixed address, for the linker knows where
 * there is memory. A process of Linux asks the system for it, once, at the
 * first call. How long it is says the variable POOL_SIZE: a number of bytes, or
 * of KiB, MiB or GiB with a K, M or G behind it. The pool never grows. Pages of
 * it that are never touched cost nothing.
 */
#define _GNU_SOURCE /* for secure_getenv() */
#include "array.h"
#include "fork.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define DEFAULT_SIZE "64M"

pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;

static struct pool *pool; /* NULL before the first call */

/* Write three texts as a line to standard error. */
static void complain(const char *one, const char *two, const char *three)
{
    struct iovec line[] = {
        {.iov_base = (char *)one, .iov_len = strlen(one)},
        {.iov_base = (char *)two, .iov_len = strlen(two)},
        {.iov_base = (char *)three, .iov_len = strlen(three)},
        {.iov_base = "\n", .iov_len = 1},
    };
    ssize_t written = writev(STDERR_FILENO, line, 4);
    (void)written; /* if it cannot be written, there is nothing else to do */
}

void fatal(const char *message)
{
    complain("libpool: ", message, "");
    abort();
}

static _Noreturn void refuse_size(const char *text, const char *why)
{
    complain("libpool: POOL_SIZE=", text, why);
    _exit(1);
}

/* The bytes that a text like 65536, 64K or 16M stands for; 0 if it is none. */
static size_t parse_size(const char *text)
{
    static const char units[] = "KMG";
    char *end;

    if (*text < '0' || *text > '9') /* strtoull() would take a sign */
        return 0;
    errno = 0;
    unsigned long long size = strtoull(text, &end, 10);
    const char *unit = *end != '\0' ? strchr(units, *end) : NULL;
    int shift = unit != NULL ? 10 * (int)(unit - units + 1) : 0;
    if (errno != 0 || end[unit != NULL] != '\0' ||
        size > (unsigned long long)PTRDIFF_MAX >> shift)
        return 0;
    return (size_t)(size << shift);
}

/* Make the pool. A program with more rights than its user has the default. */
static __attribute__((cold)) void start(void)
{
    int saved_errno = errno;
    const char *text = secure_getenv("POOL_SIZE");

    if (text == NULL)
        text = DEFAULT_SIZE;
    size_t size = parse_size(text);
    if (size == 0)
        refuse_size(text, ": no size; give one such as 65536, 64K or 16M");
    size -= size % POOL_ALIGNMENT;
    void *array = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (array == MAP_FAILED)
        refuse_size(text, ": the system does not give so much");
    pool = pool_init(array, size);
    if (pool == NULL)
        refuse_size(text, ": too short for a pool");
    register_fork_handlers();
    errno = saved_errno;
}

struct pool *pool_acquire(bool *locked)
{
    *locked = lock_acquire(&pool_lock);
    if (pool == NULL)
        start();
    return pool;
}
