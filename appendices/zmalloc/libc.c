/* libc.c - what the C library has allocated by itself
 *
 * It was not counted, and has no header. Given to zfree(), it would take away
 * from the sum what was never added; and with a header, what lies in front of
 * it would be read as its size, and free() be given an address that malloc has
 * never returned. A program that calls everything zfree() needs another name
 * for this.
 */
#include "zmalloc.h"

#include <stdlib.h>

void zlibc_free(void *payload)
{
    free(payload);
}
