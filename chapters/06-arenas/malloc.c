/* malloc.c - the functions that programs call
 *
 * Here are the arguments checked, the lock taken and errno set; the work is
 * done in allocate.c. The whole family is here, because a program that got
 * one of these functions from the C library would hand us pointers that are
 * not ours.
 *
 * No public function calls another by its name: the name may belong to a
 * different allocator when this one was opened with dlopen().
 */
#include "allocate.h"
#include "arenas.h"
#include "mapped.h"
#include "os.h"
#include "params.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Other functions of this library are hidden from programs; these are not. */
#pragma GCC visibility push(default)

static void *out_of_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

/* The chunk of a payload that the program gives back, looked at before it is
 * believed. The texts are what to say of a bad one. */
static struct chunk *given_chunk(void *payload, const char *bad_pointer,
                                 const char *bad_size)
{
    struct chunk *c = payload_to_chunk(payload);

    if ((uintptr_t)payload % MALLOC_ALIGNMENT != 0)
        fatal(bad_pointer);
    if (chunk_size(c) > -(uintptr_t)c) /* ends beyond the last address */
        fatal(bad_pointer);
    if (chunk_size(c) < MINSIZE || chunk_size(c) % MALLOC_ALIGNMENT != 0)
        fatal(bad_size);
    return c;
}

/* A chunk for a request, marked with whose it is. */
static inline struct chunk *get_chunk(struct arena *a, size_t alignment,
                                      size_t size)
{
    struct chunk *c = alignment > MALLOC_ALIGNMENT
                          ? allocate_aligned(a, alignment, size)
                          : allocate(a, size);
    if (c != NULL && a != &main_arena && !is_mapped(c))
        c->size |= NON_MAIN_ARENA;
    return c;
}

/* Allocate request bytes at a multiple of alignment, a power of two. */
static inline void *get_aligned(size_t alignment, size_t request)
{
    size_t size = request_to_size(request);
    if (size == 0 || alignment > PTRDIFF_MAX)
        return out_of_memory();

    struct arena *a = arena_get();
    struct chunk *c = get_chunk(a, alignment, size);
    if (c == NULL && (a = arena_get_retry(a)) != NULL)
        c = get_chunk(a, alignment, size);
    if (a != NULL)
        arena_unlock(a);
    if (c == NULL)
        return NULL;
    fill(chunk_to_payload(c), ~params.perturb, request);
    return chunk_to_payload(c);
}

static void *get(size_t request)
{
    return get_aligned(MALLOC_ALIGNMENT, request);
}

/* As get(), and all zero. What has just come from the system is so already. */
static void *get_zeroed(size_t request)
{
    size_t size = request_to_size(request);
    if (size == 0)
        return out_of_memory();

    struct arena *a = arena_get();
    struct chunk *old_top = a->top;
    size_t old_size = top_size(a);
    struct chunk *c = get_chunk(a, MALLOC_ALIGNMENT, size);
    if (c == NULL && (a = arena_get_retry(a)) != NULL)
        c = get_chunk(a, MALLOC_ALIGNMENT, size);
    if (a != NULL)
        arena_unlock(a);
    if (c == NULL || is_mapped(c))
        return c != NULL ? chunk_to_payload(c) : NULL;
    char *payload = chunk_to_payload(c);
    if (c == old_top && old_size < size) {
        /* What was top may be dirty, up to the end of its last page. */
        uintptr_t end = (uintptr_t)chunk_at(c, old_size);
        size_t dirty = align_up(end, os_page_size()) - (uintptr_t)payload;
        if (dirty < request)
            request = dirty;
    }
    return memset(payload, 0, request);
}

/* As get_aligned(), for an alignment that may be no power of two: it is rounded
 * up to one. Where there is none so large, NULL with errno EINVAL. */
static void *get_aligned_up(size_t alignment, size_t request)
{
    size_t power = MALLOC_ALIGNMENT;
    while (power < alignment && power <= PTRDIFF_MAX)
        power *= 2;
    if (power < alignment) {
        errno = EINVAL;
        return NULL;
    }
    return get_aligned(power, request);
}

static void put_chunk(struct chunk *c)
{
    if (is_mapped(c)) {
        raise_thresholds(chunk_size(c));
        unmap_chunk(c);
        return;
    }
    struct arena *a = arena_of(c);
    arena_lock(a);
    release(a, c);
    arena_unlock(a);
}

/* Free a payload, or nothing if it is NULL. */
static void put(void *payload)
{
    if (payload != NULL)
        put_chunk(given_chunk(payload, "free(): invalid pointer",
                              "free(): invalid size"));
}

/* Move a payload's contents to a new chunk. NULL leaves the old one alone. */
static void *move(struct chunk *c, size_t request)
{
    void *moved = get(request);
    if (moved == NULL)
        return NULL;
    memcpy(moved, chunk_to_payload(c), usable_size(c));
    put_chunk(c);
    return moved;
}

static void *change(void *payload, size_t request)
{
    if (payload == NULL)
        return get(request);
    if (request == 0) {
        put(payload);
        return NULL;
    }
    struct chunk *c = given_chunk(payload, "realloc(): invalid pointer",
                                  "realloc(): invalid old size");
    size_t size = request_to_size(request);
    if (size == 0)
        return out_of_memory();
    if (is_mapped(c)) {
        struct chunk *resized = remap_chunk(c, size);
        if (resized != NULL)
            return chunk_to_payload(resized);
        return request <= usable_size(c) ? payload : move(c, request);
    }

    struct arena *a = arena_of(c);
    arena_lock(a);
    bool done = resize(a, c, size);
    arena_unlock(a);
    return done ? payload : move(c, request);
}

/* Allocate request bytes, aligned for any type. For 0 bytes too the pointer is
 * not NULL, and unlike any other. NULL with errno ENOMEM on failure. [C11] */
void *malloc(size_t request)
{
    return get(request);
}

/* Give back what any function of this family returned, or NULL. Leaves errno
 * as it was. [C11, POSIX.1-2024] */
void free(void *payload)
{
    put(payload);
}

/* Allocate count * each bytes, all zero. NULL with errno ENOMEM on failure, or
 * if the product is too large. [C11] */
void *calloc(size_t count, size_t each)
{
    size_t request;
    if (__builtin_mul_overflow(count, each, &request))
        return out_of_memory();
    return get_zeroed(request);
}

/* Make a payload request bytes long, and move it if it must be; the contents
 * are kept up to the shorter length. On failure NULL with errno ENOMEM, and
 * the old payload stays. realloc(p, 0) frees p, returns NULL. [C11, glibc] */
void *realloc(void *payload, size_t request)
{
    return change(payload, request);
}

/* realloc() for count * each bytes; a product too large is ENOMEM. [BSD] */
void *reallocarray(void *payload, size_t count, size_t each)
{
    size_t request;
    if (__builtin_mul_overflow(count, each, &request))
        return out_of_memory();
    return change(payload, request);
}

/* Allocate request bytes at a multiple of alignment. An alignment that is no
 * power of two is rounded up to one; if that is too large to be, NULL with
 * errno EINVAL. NULL with errno ENOMEM on failure. [SunOS, glibc] */
void *memalign(size_t alignment, size_t request)
{
    return get_aligned_up(alignment, request);
}

/* As memalign(). [C11, glibc up to 2.37] */
void *aligned_alloc(size_t alignment, size_t request)
{
    return get_aligned_up(alignment, request);
}

/* Allocate at a multiple of alignment, which must be a power of two and a
 * multiple of sizeof(void *). Returns 0 and sets *payload; or returns EINVAL
 * or ENOMEM and leaves *payload as it was. [POSIX] */
int posix_memalign(void **payload, size_t alignment, size_t request)
{
    bool power_of_two = alignment != 0 && (alignment & (alignment - 1)) == 0;
    if (!power_of_two || alignment % sizeof(void *) != 0)
        return EINVAL;
    void *aligned = get_aligned(alignment, request);
    if (aligned == NULL)
        return ENOMEM;
    *payload = aligned;
    return 0;
}

/* Allocate request bytes at the start of a page. [BSD] */
void *valloc(size_t request)
{
    return get_aligned(os_page_size(), request);
}

/* Allocate whole pages, as many as request bytes need. [glibc] */
void *pvalloc(size_t request)
{
    if (request > PTRDIFF_MAX)
        return out_of_memory();
    return get_aligned(os_page_size(), align_up(request, os_page_size()));
}

/* The bytes that may be used at payload: as many as were asked for, or some
 * more. 0 for NULL. [glibc] */
size_t malloc_usable_size(void *payload)
{
    return payload != NULL ? usable_size(payload_to_chunk(payload)) : 0;
}

/* Set a parameter of the allocator, by its number in <malloc.h>. Returns 1, or
 * 0 if it is unknown or cannot have this value. [SVID] */
int mallopt(int number, int value)
{
    struct arena *a = &main_arena;

    /* What waits in fast bins was put there under the old parameters. Other
     * arenas keep theirs until they are consolidated, as in glibc. */
    arena_lock(a);
    consolidate(a);
    arena_unlock(a);
    return set_param(number, value);
}
