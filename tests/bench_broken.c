/*
 * bench_broken.c - a malloc with the fault that BROKEN names, for tests/bench.
 *
 * overlap: every payload is the same memory; null: there is never any memory;
 * hang: the tenth malloc does not return; abort: it aborts; slow: an allocation
 * takes a millisecond. Otherwise it hands out new memory each time. Its functions do not call each other by their
 * public names, for which a library opened locally would get libc's. The
 * benchmarks must say what is wrong, and never go wrong themselves.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char memory[1 << 24];
static size_t used;
static int calls;

static int broken(const char *fault)
{
    const char *wanted = getenv("BROKEN");

    return wanted && strcmp(wanted, fault) == 0;
}

static void *allocate(size_t size)
{
    char *payload = memory + used;

    if (broken("null") || size > sizeof(memory) - used)
        return NULL;
    while (broken("hang") && calls >= 10)
        ;
    if (broken("abort") && calls >= 10)
        abort();
    if (broken("slow"))
        usleep(1000);
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
