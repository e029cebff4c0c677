/* show.c - print the memory of a running stage */
#include "show.h"

#include <inttypes.h>
#include <stdio.h>

void show_start(void)
{
    static char buffer[32 * 1024];

    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
}

void show_word(const void *address, const char *meaning)
{
    printf("  %-16p 0x%016" PRIxPTR "  %s\n", address,
           *(const uintptr_t *)address, meaning);
}
