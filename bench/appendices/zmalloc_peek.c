/* zmalloc_peek.c - ask the malloc of a running program how it stands
 *
 * A library to preload, behind that of a stage:
 *
 *     mkfifo peek
 *     LD_PRELOAD="libmalloc.so zmalloc_peek.so" PEEK=peek redis-server ... &
 *     cat peek
 *
 * Each time somebody opens the FIFO to read, a thread writes one line there:
 *
 *     held allocated active resident
 *
 * in bytes, as zmalloc_get_allocator_info() of the appendix says them. What is
 * not known is 0. jemalloc is asked with its own words.
 */
#include "inspect.h"
#include "zmalloc.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#pragma weak malloc_held
#pragma weak malloc_walk

int mallctl(const char *name, void *old, size_t *old_size, void *new,
            size_t new_size) __attribute__((weak));

/* A redis-server brings jemalloc, whose malloc another one may have replaced.
 * So it is asked only if what it has allocated goes up. */
static size_t of_jemalloc(const char *name)
{
    size_t value = 0, size = sizeof(value);
    uint64_t epoch = 1;

    mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch));
    mallctl(name, &value, &size, NULL, 0);
    return value;
}

static int jemalloc_is_used(void)
{
    if (mallctl == NULL || malloc_walk != NULL)
        return 0;
    size_t before = of_jemalloc("stats.allocated");
    void *payload = malloc(100 * 1024);
    size_t after = of_jemalloc("stats.allocated");
    free(payload);
    return after >= before + 100 * 1024;
}

static size_t held(void)
{
    if (malloc_held != NULL)
        return malloc_held();
    struct mallinfo2 info = mallinfo2();
    return info.arena + info.hblkhd;
}

static void answer(int file)
{
    size_t holds = 0, allocated, active, resident;
    char line[100];

    if (jemalloc_is_used()) {
        holds = of_jemalloc("stats.mapped");
        allocated = of_jemalloc("stats.allocated");
        active = of_jemalloc("stats.active");
        resident = of_jemalloc("stats.resident");
    } else {
        holds = held();
        zmalloc_get_allocator_info(1, &allocated, &active, &resident, NULL,
                                   NULL, NULL);
    }
    int length = snprintf(line, sizeof(line), "%zu %zu %zu %zu\n", holds,
                          allocated, active, resident);
    if (write(file, line, (size_t)length) != length)
        return; /* the reader has gone */
}

/* A copy: redis writes its title over the environment. */
static char fifo[1000];

static void *wait_for_readers(void *unused)
{
    int file;

    (void)unused;
    while ((file = open(fifo, O_WRONLY | O_CLOEXEC)) != -1) {
        answer(file);
        close(file);
        usleep(20000); /* for the reader to close it, too */
    }
    return NULL;
}

/* The program's signals are not for this thread. */
__attribute__((constructor)) static void start(void)
{
    pthread_t thread;
    sigset_t all, before;
    const char *name = getenv("PEEK");

    if (name == NULL)
        return;
    snprintf(fifo, sizeof(fifo), "%s", name);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&thread, NULL, wait_for_readers, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}
