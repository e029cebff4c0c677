/* zmalloc_rss.c - what the kernel says of memory that was freed */
#include "zmalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRINGS = 80000 };

static char *strings[STRINGS];

static void say(int count, size_t before)
{
    printf("%5d strings are there: RSS has grown by %.0f MiB\n", count,
           (double)(zmalloc_get_rss() - before) / (1 << 20));
}

int main(void)
{
    memset(strings, 0, sizeof(strings));
    free(malloc(1));
    size_t before = zmalloc_get_rss();

    for (int i = 0; i < STRINGS; i++)
        strings[i] = memset(malloc(100), 'x', 100);
    say(STRINGS, before);
    for (int i = 0; i < STRINGS; i++)
        if (i % 10 != 0)
            free(strings[i]);
    say(STRINGS / 10, before);
    return 0;
}
