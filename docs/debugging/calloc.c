/* calloc.c - a calloc that calls itself, though nobody wrote that
 *
 * A compiler knows what malloc() and memset() do. It sees that this function
 * does what calloc() does, and calls that instead.
 */
#include <stdlib.h>
#include <string.h>

void *calloc(size_t count, size_t each)
{
    size_t size;
    if (__builtin_mul_overflow(count, each, &size))
        return NULL;
    void *payload = malloc(size);
    if (payload != NULL)
        memset(payload, 0, size);
    return payload;
}
