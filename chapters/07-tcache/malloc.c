/* malloc.c - the functions that programs call
 *
 * Arguments are checked here, locks are taken and errno is set; the work is
 * done in allocate.c. The whole family is here: if one of these functions came
 * from the C library instead, pointers from one allocator would be passed to
 * the other.
 *
 * No public function calls another one by its name. A name like malloc is
 * looked up when the program starts, and may lead to another library's
 * function.
 */
#include "allocate.h"
#include "coalesce.h"
#include "fork.h"
#include "mapped.h"
#include "os.h"
#include "params.h"
#include "tcache.h"
#include "threads.h"
#include "trim.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Functions of this library are hidden from programs by default (see Makefile),
 * but not those that follow. */
#pragma GCC visibility push(default)

static atomic_bool started;

/* What must be done once, at the first call. A constructor of ours might come
 * too late: those of other libraries may run before it, and allocate. */
static __attribute__((cold)) void start(void)
{
    int saved_errno = errno;

    if (atomic_exchange(&started, true))
        return;
    register_fork_handlers();
    read_environment();
    errno = saved_errno;
}

/* What must be done at the first call of each thread. */
static __attribute__((cold)) struct arena *start_thread(void)
{
    start();
    return attach_thread();
}

/* The arena that serves this thread. */
static inline struct arena *arena_get(void)
{
    return thread_arena != NULL ? thread_arena : start_thread();
}

static void *out_of_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

/* This arena has no memory, but another one may: the main one, or the next if
 * that has failed. The thread stays attached to its own. */
static __attribute__((cold)) struct chunk *
allocate_elsewhere(struct arena *a, size_t alignment, size_t size)
{
    a = a != &main_arena ? &main_arena : next_arena(a);
    if (a == NULL)
        return NULL;
    bool locked = arena_lock(a);
    struct chunk *c = alignment > MALLOC_ALIGNMENT
                          ? allocate_aligned_chunk(a, alignment, size)
                          : allocate_chunk(a, size);
    arena_unlock(a, locked);
    return c;
}

/* Allocate request bytes, aligned for any type. */
static void *allocate(size_t request)
{
    size_t size = request_to_size(request);
    if (size == 0)
        return out_of_memory();

    struct arena *a = arena_get();
    struct chunk *c = tcache_fetch(a, size);
    if (c != NULL)
        return chunk_to_payload(c);
    bool locked = arena_lock(a);
    tcache_take_over(a);
    c = allocate_chunk(a, size);
    arena_unlock(a, locked);
    if (c == NULL)
        c = allocate_elsewhere(a, MALLOC_ALIGNMENT, size);
    if (c == NULL)
        return NULL;
    fill_fresh(chunk_to_payload(c), request);
    return chunk_to_payload(c);
}

/* The same, but first look into the cache. */
static inline void *allocate_quickly(size_t request)
{
    struct chunk *c = tcache_take(request);

    return c != NULL ? chunk_to_payload(c) : allocate(request);
}

/* The same, with all usable bytes zero. Those at the end of the payload that
 * the system has just given are zero already, and are not touched. */
static void *allocate_zeroed(size_t request)
{
    size_t size = request_to_size(request);
    if (size == 0)
        return out_of_memory();

    struct arena *a = arena_get();
    struct chunk *c = tcache_take(request);
    if (c == NULL)
        c = tcache_fetch(a, size);
    if (c != NULL)
        return memset(chunk_to_payload(c), 0, usable_size(c));
    bool locked = arena_lock(a);
    tcache_take_over(a);
    a->zero_bytes = 0; /* take_from_top() may set it */
    c = allocate_chunk(a, size);
    size_t zero = a->zero_bytes;
    arena_unlock(a, locked);
    if (c == NULL)
        c = allocate_elsewhere(a, MALLOC_ALIGNMENT, size);
    if (c == NULL)
        return NULL;
    if (is_mapped(c))
        zero = usable_size(c);
    return memset(chunk_to_payload(c), 0, usable_size(c) - zero);
}

/* Allocate request bytes at a multiple of alignment, a power of two. */
static void *allocate_aligned(size_t alignment, size_t request)
{
    size_t size = request_to_size(request);
    if (size == 0 || alignment > PTRDIFF_MAX)
        return out_of_memory();
    if (alignment <= MALLOC_ALIGNMENT)
        return allocate_quickly(request);

    struct arena *a = arena_get();
    struct chunk *c = tcache_find(alignment, size);
    if (c != NULL)
        return chunk_to_payload(c);
    bool locked = arena_lock(a);
    tcache_take_over(a);
    c = allocate_aligned_chunk(a, alignment, size);
    arena_unlock(a, locked);
    if (c == NULL)
        c = allocate_elsewhere(a, alignment, size);
    if (c == NULL)
        return NULL;
    fill_fresh(chunk_to_payload(c), request);
    return chunk_to_payload(c);
}

/* As allocate_aligned(), but an alignment that is no power of two is rounded up
 * to one. If no size_t can hold that, returns NULL with errno EINVAL. */
static void *allocate_aligned_up(size_t alignment, size_t request)
{
    size_t power = MALLOC_ALIGNMENT;
    while (power < alignment && power <= PTRDIFF_MAX)
        power *= 2;
    if (power < alignment) {
        errno = EINVAL;
        return NULL;
    }
    return allocate_aligned(power, request);
}

/* The chunk of a payload that the program hands to us. Every function that
 * takes a payload asks here first, so that no header is believed unchecked. The
 * texts are the messages for a bad one. */
static inline struct chunk *given_chunk(void *payload, const char *bad_pointer,
                                        const char *bad_size)
{
    struct chunk *c = payload_to_chunk(payload);
    size_t size = chunk_size(c);

    if (is_mapped(c))
        return c; /* mapped.c checks it before it is freed or resized */
    /* Is it misaligned, or does it reach beyond the last address? (A size of 0
     * is refused here too, because -size is 0 then.) */
    if ((uintptr_t)payload % MALLOC_ALIGNMENT != 0 || (uintptr_t)c > -size)
        fatal(bad_pointer);
    if (size < MINSIZE || size % MALLOC_ALIGNMENT != 0)
        fatal(bad_size);
    return c;
}

/* Free a chunk that the cache does not take at once. */
static __attribute__((noinline)) void free_slowly(struct chunk *c)
{
    if (is_mapped(c)) {
        size_t size = chunk_size(c);
        unmap_chunk(c);
        raise_thresholds(size);
        return;
    }

    arena_get();
    if (!tcache_put(c))
        tcache_free(c);
}

static inline void free_payload(void *payload)
{
    struct chunk *c =
        given_chunk(payload, "free(): invalid pointer", "free(): invalid size");
    if (is_cached(c))
        fatal("free(): double free detected in tcache 2");
    if (is_mapped(c) || !is_small(chunk_size(c)) || !tcache_put(c))
        free_slowly(c);
}

/* Move a payload of usable bytes to a new, larger chunk. On failure returns
 * NULL, and the old payload stays. */
static void *move_payload(void *payload, size_t usable, size_t request)
{
    void *moved = allocate_quickly(request);
    if (moved == NULL)
        return NULL;
    memcpy(moved, payload, usable);
    free_payload(payload);
    return moved;
}

/* What realloc() does. */
static void *resize_payload(void *payload, size_t request)
{
    if (payload == NULL)
        return allocate_quickly(request);
    if (request == 0) {
        free_payload(payload);
        return NULL;
    }
    struct chunk *c = given_chunk(payload, "realloc(): invalid pointer",
                                  "realloc(): invalid old size");
    if (is_cached(c))
        fatal("realloc(): invalid pointer");
    size_t size = request_to_size(request);
    if (size == 0)
        return out_of_memory();
    if (is_mapped(c)) {
        struct chunk *resized = remap_chunk(c, request);
        if (resized != NULL)
            return chunk_to_payload(resized);
        return request <= usable_size(c)
                   ? payload
                   : move_payload(payload, usable_size(c), request);
    }

    struct arena *a = arena_of(c);
    bool locked = arena_lock(a);
    bool done = resize_chunk(a, c, size);
    arena_unlock(a, locked);
    return done ? payload : move_payload(payload, usable_size(c), request);
}

/* Allocate request bytes, aligned for any type. A request for 0 bytes too gets
 * a pointer of its own, not NULL. NULL with errno ENOMEM on failure. [C11] */
void *malloc(size_t request)
{
    return allocate_quickly(request);
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
    bool power_of_two = alignment != 0 && (alignment & (alignment - 1)) == 0;
    if (!power_of_two || alignment % sizeof(void *) != 0)
        return EINVAL;
    int saved_errno = errno;
    void *aligned = allocate_aligned(alignment, request);
    errno = saved_errno;
    if (aligned == NULL)
        return ENOMEM;
    *payload = aligned;
    return 0;
}

/* Allocate request bytes at the start of a page. Errors as malloc(). [BSD] */
void *valloc(size_t request)
{
    return allocate_aligned(os_page_size(), request);
}

/* Allocate whole pages, as many as request bytes need. Errors as malloc().
 * [glibc] */
void *pvalloc(size_t request)
{
    if (request > PTRDIFF_MAX)
        return out_of_memory();
    return allocate_aligned(os_page_size(), align_up(request, os_page_size()));
}

/* How many bytes may be used at payload: those that were asked for, and perhaps
 * some more. 0 for NULL. [glibc] */
size_t malloc_usable_size(void *payload)
{
    if (payload == NULL)
        return 0;
    return usable_size(given_chunk(payload,
                                   "malloc_usable_size(): invalid pointer",
                                   "malloc_usable_size(): invalid size"));
}

/* Give free memory back to the system, but keep pad bytes of top in each arena.
 * Returns 1 if any memory went back, else 0. [glibc] */
int malloc_trim(size_t pad)
{
    bool trimmed = false;

    tcache_empty(tcache);
    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a)) {
        bool locked = arena_lock(a);
        tcache_take_over(a);
        trimmed |= trim_arena(a, pad);
        arena_unlock(a, locked);
    }
    return trimmed;
}

/* Set a parameter of the allocator, by its number in <malloc.h>. Returns 1, or
 * 0 if it is unknown or cannot have this value. [SVID] */
int mallopt(int number, int value)
{
    start();
    tcache_empty(tcache);
    /* What is in fast bins was put there under the old parameters. */
    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a)) {
        bool locked = arena_lock(a);
        consolidate_fastbins(a);
        arena_unlock(a, locked);
    }
    return set_param(number, value);
}
