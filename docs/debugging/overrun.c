/* overrun.c - a program that writes beyond a payload
 *
 * It asks for 24 bytes and clears 32. The last 8 are not the payload's: they
 * are the size in the header of the next chunk. Where a malloc can check
 * itself, as those of the chapters can, it is asked to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NULL on a malloc that has no such function. */
__attribute__((weak)) const char *malloc_check(void);

static void check(int line)
{
    const char *broken = malloc_check != NULL ? malloc_check() : NULL;

    if (broken != NULL)
        fprintf(stderr, "overrun.c:%d: %s\n", line, broken);
}

static void clear(char *table, size_t length)
{
    memset(table, 0, length);
}

int main(void)
{
    char *table = malloc(24);
    char *name = malloc(100);

    if (table == NULL || name == NULL)
        return 1;
    check(__LINE__);
    clear(table, 32);
    check(__LINE__);
    free(name);
    free(table);
    return 0;
}
