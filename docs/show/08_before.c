/* 08_before.c - what small payloads cost, and what a few of them hold
 *
 *     cc -O1 -fno-builtin -o build/08_before docs/show/08_before.c
 *     tools/preload chapters/NN-name/libmalloc.so build/08_before
 *
 * Resident bytes are those of this process that lie in memory.
 */
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COUNT = 400000, LARGEST = 256, KEPT = 48 };

static char *payloads[COUNT];

static long resident(void)
{
    static char text[1024];
    int file = open("/proc/self/smaps_rollup", O_RDONLY);

    if (read(file, text, sizeof text - 1) <= 0)
        abort();
    close(file);
    return strtol(strstr(text, "Rss:") + 4, NULL, 10) * 1024;
}

int main(int argc, char **argv)
{
    size_t size = argc > 1 ? strtoul(argv[1], NULL, 10) : 16;
    unsigned random = 1;
    long live = 0, kept = 0;

    memset(payloads, 1, sizeof payloads);
    free(malloc(size)); /* what is needed once is resident now */
    resident();
    long before = resident();
    for (int i = 0; i < COUNT; i++)
        payloads[i] = memset(malloc(size), 1, size);
    printf("a payload of %zu bytes: %.1f bytes resident\n", size,
           (double)(resident() - before) / COUNT);
    for (int i = 0; i < COUNT; i++)
        free(payloads[i]);

    malloc_trim(0);
    before = resident();
    for (int i = 0; i < COUNT; i++) {
        random = random * 1103515245 + 12345;
        size = (random >> 16) % (LARGEST / 16) * 16 + 16;
        payloads[i] = memset(malloc(size), 1, size);
        live += (long)size;
        *(size_t *)payloads[i] = size;
    }
    printf("sizes of 16 to %d: %ld KB live, %ld KB resident\n", LARGEST,
           live / 1000, (resident() - before) / 1000);
    for (int i = 0; i < COUNT; i++)
        if (*(size_t *)payloads[i] == KEPT)
            kept += KEPT;
        else
            free(payloads[i]);
    malloc_trim(0);
    printf("only those of %d are kept: %ld KB live, %ld KB resident\n", KEPT,
           kept / 1000, (resident() - before) / 1000);
    return 0;
}
