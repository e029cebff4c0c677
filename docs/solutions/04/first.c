/* first.c - who pays for filing?
 *
 *     first COUNT...
 *
 * Frees COUNT chunks of 208 bytes that cannot merge, and then calls malloc
 * once. Prints COUNT, the steps of a free on average, and the steps of the
 * malloc. Each COUNT has a process of its own.
 */
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void free_and_ask(size_t count)
{
    void **payload = malloc(count * sizeof *payload);

    for (size_t i = 0; i < count; i++) {
        payload[i] = malloc(200);
        malloc(24); /* a wall: nothing is merged */
    }
    unsigned long start = steps;
    for (size_t i = 0; i < count; i++)
        free(payload[i]);
    unsigned long freed = steps;
    malloc(500);
    printf("%zu %lu %lu\n", count, (freed - start) / count, steps - freed);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (fork() == 0) {
            free_and_ask(strtoul(argv[i], NULL, 10));
            return 0;
        }
        wait(NULL);
    }
    return 0;
}
