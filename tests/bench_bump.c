/*
 * bench_bump.c - a malloc that signal handlers may call, for tests/bench.
 *
 * It hands out memory from one array with an atomic addition, and takes none
 * back: so a handler may interrupt it anywhere.
 */
#include <stddef.h>
#include <string.h>

enum { HEADER = 16 };

static _Alignas(16) char memory[1 << 28];
static size_t used;

void *malloc(size_t size)
{
    size_t bytes = HEADER + (size + 15) / 16 * 16;
    char *chunk = memory + __atomic_fetch_add(&used, bytes, __ATOMIC_RELAXED);

    if (chunk + bytes > memory + sizeof(memory))
        return NULL;
    *(size_t *)chunk = size;
    return chunk + HEADER;
}

void free(void *payload)
{
    (void)payload;
}

void *calloc(size_t count, size_t size)
{
    return malloc(count * size);
}

void *realloc(void *payload, size_t size)
{
    char *grown = malloc(size);
    size_t old;

    if (grown && payload) {
        old = *(size_t *)((char *)payload - HEADER);
        memcpy(grown, payload, old < size ? old : size);
    }
    return grown;
}
