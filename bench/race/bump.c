/*
 * bump.c - the floor: a malloc that only moves a pointer.
 *
 * No malloc that can be used does less than this one does for each call: round
 * the size up, see if there is room, move a pointer, and write the size into a
 * header, where realloc() finds it. Free does nothing. Each thread has memory
 * of its own, so there are no locks.
 *
 * The memory is a ring: at its end the pointer goes back to the start, and what
 * is still in use there is handed out again. So only micro.c may run on this,
 * which never reads what it has written. The ring fits into a core's
 * first-level cache, where a malloc that reuses what was freed last would be,
 * too. What does not fit into the ring gets one area for large payloads, each
 * time the same.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    ALIGNMENT = 16, /* bytes of a header too */
    PAGE = 4096,
    RING = 32 << 10,
    LARGE = 2 << 20,
};

/* Without initial-exec, a call would be needed to find these. */
#define PER_THREAD static __thread __attribute__((tls_model("initial-exec")))

PER_THREAD char *next;   /* in the ring */
PER_THREAD size_t left;  /* bytes from there to the ring's end */
PER_THREAD char *memory; /* the ring, and after it the area for large ones */

static void *out_of_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

static void *start_at(char *chunk, size_t size)
{
    *(size_t *)chunk = size;
    return chunk + ALIGNMENT;
}

static inline size_t round_up(size_t size, size_t alignment)
{
    return (size + alignment - 1) & -alignment;
}

/* There is no room for this many bytes before the ring's end. */
static __attribute__((noinline)) void *go_back(size_t size, size_t bytes)
{
    if (memory == NULL) {
        void *map = mmap(NULL, RING + LARGE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (map == MAP_FAILED)
            return out_of_memory();
        memory = map;
    }
    if (size > LARGE - ALIGNMENT)
        return out_of_memory();
    if (bytes > RING)
        return start_at(memory + RING, size);
    next = memory + bytes;
    left = RING - bytes;
    return start_at(memory, size);
}

static inline void *allocate(size_t size)
{
    size_t bytes = ALIGNMENT + round_up(size, ALIGNMENT);

    if (bytes > left || size > RING) /* of a huge size, bytes overflows */
        return go_back(size, bytes);
    char *chunk = next;
    next += bytes;
    left -= bytes;
    return start_at(chunk, size);
}

static void *allocate_aligned(size_t alignment, size_t size)
{
    if (alignment > LARGE || size > LARGE)
        return out_of_memory();
    char *payload = allocate(size + alignment);
    if (payload == NULL)
        return NULL;
    payload = (char *)round_up((uintptr_t)payload, alignment);
    return start_at(payload - ALIGNMENT, size);
}

static size_t size_of(void *payload)
{
    return payload ? *(size_t *)((char *)payload - ALIGNMENT) : 0;
}

void *malloc(size_t size)
{
    return allocate(size);
}

void free(void *payload)
{
    (void)payload;
}

void *calloc(size_t count, size_t each)
{
    size_t size;
    if (__builtin_mul_overflow(count, each, &size))
        return out_of_memory();
    void *payload = allocate(size);
    return payload ? memset(payload, 0, size) : NULL;
}

void *realloc(void *payload, size_t size)
{
    size_t old = size_of(payload);
    void *moved = allocate(size);

    /* Old and new may overlap. */
    return moved ? memmove(moved, payload, old < size ? old : size) : NULL;
}

void *reallocarray(void *payload, size_t count, size_t each)
{
    size_t size;
    if (__builtin_mul_overflow(count, each, &size))
        return out_of_memory();
    return realloc(payload, size);
}

void *memalign(size_t alignment, size_t size)
{
    return allocate_aligned(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return allocate_aligned(alignment, size);
}

int posix_memalign(void **payload, size_t alignment, size_t size)
{
    void *aligned = allocate_aligned(alignment, size);

    if (aligned == NULL)
        return ENOMEM;
    *payload = aligned;
    return 0;
}

void *valloc(size_t size)
{
    return allocate_aligned(PAGE, size);
}

void *pvalloc(size_t size)
{
    return allocate_aligned(PAGE, round_up(size, PAGE));
}

size_t malloc_usable_size(void *payload)
{
    return size_of(payload);
}
