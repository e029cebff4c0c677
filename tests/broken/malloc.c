/* malloc.c - an allocator with a defect of your choice
 *
 * It tests the tests: each defect, named by the environment variable DEFECT,
 * must be caught by the case that is there for it (tests/meta), and without
 * one all must pass. Chunks are cut from one array, and freed for nothing.
 * The lock is missing: only one thread may use it.
 */
#define _GNU_SOURCE
#include "inspect.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER = 16 };
static _Alignas(16) char memory[256 << 20];
static size_t used; /* bytes of the memory, cut into chunks */

static bool has_defect(const char *name)
{
    const char *defect = getenv("DEFECT");
    return defect != NULL && strcmp(defect, name) == 0;
}

static size_t *size_field(void *payload)
{
    return (size_t *)payload - 1;
}

static void *cut(size_t size)
{
    size_t *chunk = (size_t *)(memory + used);
    chunk[1] = size;
    used += size;
    return (char *)chunk + HEADER;
}

void *malloc(size_t request)
{
    while (has_defect("endless"))
        pause();
    if (has_defect("exit"))
        _exit(0);
    if (request > sizeof(memory)) {
        errno = ENOMEM;
        return NULL;
    }
    size_t size = (request + HEADER / 2 + 15) / 16 * 16;
    size += size < 32 ? 16 : 0;
    if (size > sizeof(memory) - used) {
        errno = ENOMEM;
        return NULL;
    }
    char *payload = cut(size);
    if (has_defect("overlap"))
        used -= 16;
    return has_defect("misaligned") ? payload + 8 : payload;
}

void free(void *payload)
{
    if (has_defect("crash") && payload != NULL)
        *(volatile char *)NULL = 1;
    if (has_defect("errno"))
        errno = EINVAL;
}

size_t malloc_usable_size(void *payload)
{
    size_t more = has_defect("usable") ? 16 : 0;
    return payload != NULL ? *size_field(payload) - 8 + more : 0;
}

void *calloc(size_t count, size_t size)
{
    if (!has_defect("overflow") && size != 0 && count > SIZE_MAX / size)
        size = SIZE_MAX;
    char *payload = malloc(count * size);
    if (payload != NULL && count * size > 0 && has_defect("dirty"))
        payload[count * size - 1] = 1;
    return payload;
}

void *realloc(void *payload, size_t request)
{
    void *moved = payload == NULL || request > 0 ? malloc(request) : NULL;
    if (payload == NULL || moved == NULL)
        return moved;
    size_t kept = *size_field(payload) - 8;
    kept = kept < request ? kept : request;
    memcpy(moved, payload, has_defect("forgetful") ? kept / 2 : kept);
    return moved;
}

void *reallocarray(void *payload, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        size = SIZE_MAX / count;
    return realloc(payload, count * size);
}

void *memalign(size_t alignment, size_t request)
{
    size_t power = 16;
    while (power < alignment && power < sizeof(memory))
        power *= 2;
    if (power < alignment || power > sizeof(memory) - used) {
        errno = ENOMEM;
        return NULL;
    }
    uintptr_t payload = (uintptr_t)memory + used + HEADER;
    size_t lead = -payload % power;
    if (lead > 0)
        cut(lead < 32 ? lead + power : lead);
    return malloc(request);
}

int posix_memalign(void **payload, size_t alignment, size_t request)
{
    if (alignment % sizeof(void *) != 0 || alignment == 0 ||
        (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *aligned = memalign(alignment, request);
    if (aligned == NULL)
        return ENOMEM;
    *payload = aligned;
    return 0;
}

void *aligned_alloc(size_t alignment, size_t request)
{
    return memalign(alignment, request);
}

void *valloc(size_t request)
{
    return memalign(4096, request);
}

void *pvalloc(size_t request)
{
    size_t pages = (request + 4095) / 4096 * 4096;
    return memalign(4096, pages < request ? SIZE_MAX : pages);
}

size_t malloc_held(void)
{
    return used + (has_defect("miscounted") ? 16 : 0);
}

const char *malloc_check(void)
{
    return NULL;
}

int malloc_walk(malloc_visitor *visit, void *context)
{
    int answer = 0;
    size_t size = 0;

    for (size_t at = 0; at < used && answer == 0; at += size) {
        size = *(size_t *)(memory + at + 8);
        struct malloc_chunk_info info = {
            .address = memory + at,
            .payload = memory + at + HEADER,
            .size = size,
            .kind =
                has_defect("unseen") && at > 100000 ? MALLOC_FREE : MALLOC_USED,
        };
        answer = visit(&info, context);
    }
    return answer;
}
