/* bug.c - what happens when the kernel is used wrongly
 *
 * The line is put together in a buffer and written at once, without memory from
 * anywhere, and without a lock that the caller may hold.
 */
#include "bug.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void bug(const char *where, const char *what, ...)
{
    char line[256];
    va_list arguments;

    int start = snprintf(line, sizeof(line) - 1, "BUG: %s: ", where);
    va_start(arguments, what);
    vsnprintf(line + start, sizeof(line) - 1 - (size_t)start, what, arguments);
    va_end(arguments);
    strcat(line, "\n");
    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        _exit(127);
    abort();
}
