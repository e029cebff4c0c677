/*
 * bench_broken.c - a malloc with the fault that BROKEN names, for tests/bench.
 *
 * overlap: every payload is the same memory; null: there is never any memory;
 * hang: the eleventh malloc does not return; abort: it aborts; deep: it calls
 * itself for ever; slow: an allocation takes a millisecond; late: the
 * thousandth takes a fifth of a second; alone: there is no memory for a process
 * of one thread. Otherwise it hands out new memory each time. Its functions do
 * not call each other by their public names, for which a library opened locally
 * would get libc's. The benchmarks must say what is wrong, and never go wrong
 * themselves.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char memory[1 << 24];
static size_t used;
static int calls;

static int broken(const char *fault)
{
    const char *wanted = getenv("BROKEN");

    return wanted && strcmp(wanted, fault) == 0;
}

/* The folder has links from `.`, from the folder above, and one per thread. */
static int alone(void)
{
    struct stat tasks;

    return stat("/proc/self/task", &tasks) == 0 && tasks.st_nlink == 3;
}

/* This never ends: depth is not 0, but the compiler cannot know that. */
static size_t deeper(volatile size_t depth)
{
    return depth == 0 ? 0 : depth + deeper(depth + 1) * depth;
}

static void *allocate(size_t size)
{
    char *payload = memory + used;

    if (broken("null") || size > sizeof(memory) - used)
        return NULL;
    if (broken("alone") && alone())
        return NULL;
    while (broken("hang") && calls >= 10)
        pause();
    if (broken("abort") && calls >= 10)
        abort();
    if (broken("deep") && calls >= 10)
        payload += deeper(1);
    if (broken("slow"))
        usleep(1000);
    if (broken("late") && calls == 999)
        usleep(200 * 1000);
    calls++;
    if (!broken("overlap"))
        used += (size + 15) / 16 * 16;
    return payload;
}

void *malloc(size_t size)
{
    return allocate(size);
}

void free(void *payload)
{
    (void)payload;
}

void *calloc(size_t count, size_t size)
{
    void *payload = allocate(count * size);

    return payload ? memset(payload, 0, count * size) : NULL;
}

void *realloc(void *payload, size_t size)
{
    void *grown = allocate(size);

    return grown && payload ? memmove(grown, payload, size) : grown;
}

void *memalign(size_t alignment, size_t size)
{
    (void)alignment;
    return allocate(size);
}
