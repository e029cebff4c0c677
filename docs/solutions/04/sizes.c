/* sizes.c - how many steps does malloc take among many large chunks?
 *
 *     sizes COUNT FIRST...
 *
 * COUNT chunks are free, their sizes evenly spread from FIRST to twice as much.
 * Then 32 of these sizes are asked for. Prints FIRST and how many steps that
 * took on average. Each FIRST has a process of its own.
 */
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUESTS = 32 };

static unsigned long mean_steps(size_t count, size_t first)
{
    void **payload = malloc(count * sizeof *payload);
    unsigned long sum = 0;

    for (size_t i = 0; i < count; i++) {
        payload[i] = malloc(first + i * first / count);
        malloc(24); /* a wall: nothing is merged */
    }
    for (size_t i = 0; i < count; i++)
        free(payload[i]);
    malloc(3 * first); /* all are filed */
    for (size_t i = 0; i < count; i += count / REQUESTS) {
        unsigned long before = steps;
        malloc(first + i * first / count);
        sum += steps - before;
    }
    return sum / REQUESTS;
}

int main(int argc, char **argv)
{
    for (int i = 2; i < argc; i++) {
        if (fork() == 0) {
            size_t count = strtoul(argv[1], NULL, 10);
            size_t first = strtoul(argv[i], NULL, 10);
            printf("%zu %lu\n", first, mean_steps(count, first));
            return 0;
        }
        wait(NULL);
    }
    return 0;
}
