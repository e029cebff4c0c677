/* price.c - a few bytes from the system, and the same from malloc
 *
 *     cc -O1 -fno-builtin -o build/price docs/show/price.c && build/price
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CALLS 100000
#define SIZE  16 /* bytes a call */

static double now(void) /* in nanoseconds */
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(void)
{
    void *volatile payload;

    double begin = now();
    for (int i = 0; i < CALLS; i++)
        payload = sbrk(SIZE);
    double by_sbrk = (now() - begin) / CALLS;

    begin = now();
    for (int i = 0; i < CALLS; i++) {
        payload = malloc(SIZE);
        free(payload);
    }
    double by_malloc = (now() - begin) / CALLS;

    printf("sbrk(%d): %.0f ns\nmalloc(%d) and free: %.0f ns\n", SIZE, by_sbrk,
           SIZE, by_malloc);
    return 0;
}
