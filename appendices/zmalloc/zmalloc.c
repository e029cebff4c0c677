/* zmalloc.c - the family: malloc's functions, counted
 *
 * Each is what malloc's function of that name is, and two things more: the sum
 * is brought up to date, and where there is no memory the handler is called.
 */
#include "zmalloc.h"

#include "oom.h"
#include "size.h"
#include "used.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* From here on, PREFIX_SIZE could no longer be added safely, and a difference
 * of two pointers into the payload could not be told. */
static bool is_too_large(size_t size)
{
    return size >= SIZE_MAX / 2;
}

/* malloc(0) may return NULL, which would look as if there were no memory. */
static size_t at_least_one(size_t size)
{
    return size > 0 ? size : sizeof(long);
}

/* What malloc has returned becomes a payload, and is counted. */
static void *hand_out(void *base, size_t size)
{
    if (base == NULL)
        return NULL;
    void *payload = payload_of(base, size);
    add_used_memory(counted_size(payload));
    return payload;
}

void *ztrymalloc(size_t size)
{
    if (is_too_large(size))
        return NULL;
    size = at_least_one(size);
    return hand_out(malloc(size + PREFIX_SIZE), size);
}

void *ztrycalloc(size_t size)
{
    if (is_too_large(size))
        return NULL;
    size = at_least_one(size);
    return hand_out(calloc(1, size + PREFIX_SIZE), size);
}

void zfree(void *payload)
{
    if (payload == NULL)
        return;
    subtract_used_memory(counted_size(payload));
    free(base_of(payload));
}

/* Two answers are Redis's and differ from realloc's. With a size of 0, the
 * payload is freed: there is nothing to return, and that is no failure. With
 * one that is too large, the payload is freed as well. Where malloc has no
 * memory, it stays as it is. */
void *ztryrealloc(void *payload, size_t size)
{
    if (payload == NULL)
        return ztrymalloc(size);
    if (size == 0 || is_too_large(size)) {
        zfree(payload);
        return NULL;
    }
    /* Afterwards nobody could say it any more. */
    size_t old_size = counted_size(payload);
    void *base = realloc(base_of(payload), size + PREFIX_SIZE);
    if (base == NULL)
        return NULL;
    subtract_used_memory(old_size);
    return hand_out(base, size);
}

void *zmalloc(size_t size)
{
    return or_handle_oom(ztrymalloc(size), size);
}

void *zcalloc(size_t size)
{
    return or_handle_oom(ztrycalloc(size), size);
}

void *zcalloc_num(size_t count, size_t size)
{
    if (size == 0 || count > SIZE_MAX / size)
        return or_handle_oom(NULL, SIZE_MAX);
    return zcalloc(count * size);
}

void *zrealloc(void *payload, size_t size)
{
    if (payload != NULL && size == 0)
        return ztryrealloc(payload, size);
    return or_handle_oom(ztryrealloc(payload, size), size);
}

char *zstrdup(const char *string)
{
    size_t size = strlen(string) + 1;
    char *copy = zmalloc(size);

    return copy != NULL ? memcpy(copy, string, size) : NULL;
}

size_t zmalloc_size(void *payload)
{
    return counted_size(payload);
}

size_t zmalloc_usable_size(void *payload)
{
    return usable_size(payload);
}
