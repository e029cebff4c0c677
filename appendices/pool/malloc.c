/* malloc.c - the C library's face: the functions that programs call
 *
 * The whole family is here: if one of these functions came from the C library
 * instead, pointers from one allocator would be passed to the other. Arguments
 * are checked here, the lock is taken and errno is set; the work is the pool's.
 *
 * What the pool only refuses ends the program here, with a message: free()
 * cannot say that it did nothing.
 *
 * No public function calls another one by its name. A name like malloc is
 * looked up when the program starts, and may lead to another library's
 * function.
 */
#include "array.h"
#include "chunk.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#pragma GCC visibility push(default)

static void *out_of_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

/* Allocate request bytes at a multiple of alignment, a power of two. A request
 * for 0 bytes, which the pool refuses, gets a payload as well. */
static void *allocate(size_t alignment, size_t request)
{
    bool locked;
    struct pool *pool = pool_acquire(&locked);
    void *payload =
        pool_alloc_aligned(pool, alignment, request > 0 ? request : 1);

    lock_release(&pool_lock, locked);
    return payload != NULL ? payload : out_of_memory();
}

/* An alignment that is no power of two is rounded up to one. If no size_t can
 * hold that, returns NULL with errno EINVAL. */
static void *allocate_aligned_up(size_t alignment, size_t request)
{
    size_t power = POOL_ALIGNMENT;

    while (power < alignment && power <= PTRDIFF_MAX)
        power *= 2;
    if (power < alignment) {
        errno = EINVAL;
        return NULL;
    }
    return allocate(power, request);
}

static void free_payload(void *payload)
{
    bool locked;
    struct pool *pool = pool_acquire(&locked);
    bool freed = pool_free(pool, payload);

    lock_release(&pool_lock, locked);
    if (!freed)
        fatal("free(): invalid pointer");
}

/* How many bytes may be used; bad is the message if it is no payload. */
static size_t size_of_payload(void *payload, const char *bad)
{
    bool locked;
    struct pool *pool = pool_acquire(&locked);
    size_t usable = pool_usable_size(pool, payload);

    lock_release(&pool_lock, locked);
    if (usable == 0)
        fatal(bad);
    return usable;
}

/* Allocate request bytes; all that may be used are zero. */
static void *allocate_zeroed(size_t request)
{
    void *payload = allocate(POOL_ALIGNMENT, request);

    if (payload == NULL)
        return NULL;
    return memset(payload, 0,
                  size_of_payload(payload, "calloc(): memory corruption"));
}

/* What realloc() does. */
static void *resize_payload(void *payload, size_t request)
{
    if (payload == NULL)
        return allocate(POOL_ALIGNMENT, request);
    if (request == 0) {
        free_payload(payload);
        return NULL;
    }
    size_of_payload(payload, "realloc(): invalid pointer");

    bool locked;
    struct pool *pool = pool_acquire(&locked);
    void *resized = pool_realloc(pool, payload, request);
    lock_release(&pool_lock, locked);
    return resized != NULL ? resized : out_of_memory();
}

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* Allocate request bytes, aligned for any type. A request for 0 bytes too gets
 * a pointer of its own, not NULL. NULL with errno ENOMEM on failure. [C11] */
void *malloc(size_t request)
{
    return allocate(POOL_ALIGNMENT, request);
}

/* Free what any function of this family returned; NULL is allowed. Leaves errno
 * as it was. [C11, POSIX.1-2024] */
void free(void *payload)
{
    if (payload != NULL)
        free_payload(payload);
}

/* Allocate count * each bytes, all zero. NULL with errno ENOMEM on failure, or
 * if the product is too large. [C11] */
void *calloc(size_t count, size_t each)
{
    size_t request;
    if (__builtin_mul_overflow(count, each, &request))
        return out_of_memory();
    return allocate_zeroed(request);
}

/* Make a payload request bytes long, and move it if necessary. The contents are
 * kept up to the shorter length. On failure NULL with errno ENOMEM, and the old
 * payload stays. realloc(p, 0) frees p and returns NULL. [C11, glibc] */
void *realloc(void *payload, size_t request)
{
    return resize_payload(payload, request);
}

/* realloc() for count * each bytes; a product too large is ENOMEM. [BSD] */
void *reallocarray(void *payload, size_t count, size_t each)
{
    size_t request;
    if (__builtin_mul_overflow(count, each, &request))
        return out_of_memory();
    return resize_payload(payload, request);
}

/* Allocate request bytes at a multiple of alignment. An alignment that is no
 * power of two is rounded up to one; if no size_t can hold that, NULL with
 * errno EINVAL. NULL with errno ENOMEM on failure. [SunOS, glibc] */
void *memalign(size_t alignment, size_t request)
{
    return allocate_aligned_up(alignment, request);
}

/* As memalign(). [C11, glibc up to 2.37] */
void *aligned_alloc(size_t alignment, size_t request)
{
    return allocate_aligned_up(alignment, request);
}

/* Allocate request bytes at a multiple of alignment, a power of two that is a
 * multiple of sizeof(void *). Returns 0 and sets *payload; or returns EINVAL or
 * ENOMEM and leaves *payload as it was. Leaves errno alone. [POSIX] */
int posix_memalign(void **payload, size_t alignment, size_t request)
{
    if (!is_power_of_two(alignment) || alignment % sizeof(void *) != 0)
        return EINVAL;
    int saved_errno = errno;
    void *aligned = allocate(alignment, request);
    errno = saved_errno;
    if (aligned == NULL)
        return ENOMEM;
    *payload = aligned;
    return 0;
}

/* Allocate request bytes at the start of a page. Errors as malloc(). [BSD] */
void *valloc(size_t request)
{
    return allocate(page_size(), request);
}

/* Allocate whole pages, as many as request bytes need. Errors as malloc().
 * [glibc] */
void *pvalloc(size_t request)
{
    if (request > PTRDIFF_MAX)
        return out_of_memory();
    return allocate(page_size(), align_up(request, page_size()));
}

/* How many bytes may be used at payload: those that were asked for, and perhaps
 * some more. 0 for NULL. [glibc] */
size_t malloc_usable_size(void *payload)
{
    if (payload == NULL)
        return 0;
    return size_of_payload(payload, "malloc_usable_size(): invalid pointer");
}

/* Nothing ever goes back to the system, so this returns 0. [glibc] */
int malloc_trim(size_t pad)
{
    (void)pad;
    return 0;
}

/* There is nothing to tune. Returns 1 for what has no effect in glibc either,
 * or else 0. [SVID] */
int mallopt(int number, int value)
{
    (void)value;
    return number == M_CHECK_ACTION;
}
