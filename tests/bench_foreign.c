/*
 * bench_foreign.c - a malloc that aborts when a thread frees a payload that
 * another one has allocated, for tests/measures.
 *
 * So it tells which workloads of build/bench/threads do that. The number of the
 * thread that asked for a payload stands in front of it; later threads do not
 * soon get the same number. The memory is the C library's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

enum { HEADER = 16 };

static void *(*libc_malloc)(size_t size);
static void (*libc_free)(void *payload);

__attribute__((constructor)) static void find_libc(void)
{
    *(void **)&libc_malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&libc_free = dlsym(RTLD_NEXT, "free");
}

static pid_t this_thread(void)
{
    static __thread pid_t number;

    if (number == 0)
        number = gettid();
    return number;
}

void *malloc(size_t size)
{
    char *memory = libc_malloc(HEADER + size);

    *(pid_t *)memory = this_thread();
    return memory + HEADER;
}

void free(void *payload)
{
    char *memory = (char *)payload - HEADER;

    if (*(pid_t *)memory != this_thread())
        abort();
    libc_free(memory);
}

/* The benchmark looks for this, but never calls it. */
void *calloc(size_t count, size_t size)
{
    (void)count;
    (void)size;
    abort();
}

void *realloc(void *payload, size_t size)
{
    (void)payload;
    (void)size;
    abort();
}

void *memalign(size_t alignment, size_t size)
{
    (void)alignment;
    (void)size;
    abort();
}
