/* 03.c - five questions on splitting and merging */
#include "predict.h"

#include "inspect.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum { PAYLOADS = 8, FREED = 5 };

static size_t first, second, third, kept;
static int order[PAYLOADS]; /* in which payloads are freed, as far as FREED */

/* A hole: a free chunk with a small one in use after it. */
static void make_hole(size_t request)
{
    char *hole = malloc(request);
    malloc(24);
    free(hole);
}

static long distance_in_a_hole(void)
{
    make_hole(first);
    char *b = malloc(second), *c = malloc(third);
    return c - b;
}

static long usable_in_a_hole(void)
{
    make_hole(first);
    return (long)malloc_usable_size(malloc(second));
}

static long foot_of_two(void)
{
    char *a = malloc(first), *b = malloc(second), *c = malloc(third);
    size_t foot;

    free(b);
    free(a);
    memcpy(&foot, c - 16, sizeof foot);
    return (long)foot;
}

static int count_free(const struct malloc_chunk_info *chunk, void *context)
{
    long *count = context;
    *count += chunk->kind == MALLOC_FREE;
    return 0;
}

static long free_chunks(void)
{
    char *payload[PAYLOADS];
    long count = 0;

    for (int i = 0; i < PAYLOADS; i++)
        payload[i] = malloc(first);
    for (int i = 0; i < FREED; i++)
        free(payload[order[i]]);
    malloc_walk(count_free, &count);
    return count;
}

static long held_below_top(void)
{
    static char *payload[100];

    for (size_t i = 0; i < 100; i++)
        payload[i] = malloc(first);
    for (size_t i = 0; i < 100; i++)
        if (i + 1 != kept)
            free(payload[i]);
    return (long)malloc_held();
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    first = 16 * pick(40, 60) + 8;
    second = 16 * pick(2, 15) + pick(1, 8);
    third = 16 * pick(2, 15) + pick(1, 8);
    ask("a = malloc(%zu); malloc(24); free(a);\n"
        "   b = malloc(%zu); c = malloc(%zu);\n"
        "   How many bytes is c above b?",
        first, second, third);
    answer(distance_in_a_hole,
           "Both were cut from the chunk that was a's, c from what b left.");

    first = 16 * pick(10, 30) + 8;
    second = first - 8 * pick(1, 6);
    ask("a = malloc(%zu); malloc(24); free(a); b = malloc(%zu);\n"
        "   What is malloc_usable_size(b)?",
        first, second);
    answer(usable_in_a_hole,
           "The free chunk has %zu bytes. A remainder of 32 or more is split "
           "off; a smaller one stays in b's chunk.",
           first + 8);

    first = 16 * pick(2, 20) + pick(1, 8);
    second = 16 * pick(2, 20) + pick(9, 15);
    third = 24;
    ask("a = malloc(%zu); b = malloc(%zu); c = malloc(24);\n"
        "   free(b); free(a);\n"
        "   Which number stands in the prev_size of c's chunk?",
        first, second);
    answer(foot_of_two, "It is the foot of the chunk before, which has the "
                        "bytes of a's and of b's chunk.");

    first = 248;
    shuffle(order, PAYLOADS);
    ask("a, b, c, d, e, f, g, h = malloc(248), one after the other;\n"
        "   free(%c); free(%c); free(%c); free(%c); free(%c);\n"
        "   How many free chunks are there? (Top is not one of them.)",
        'a' + order[0], 'a' + order[1], 'a' + order[2], 'a' + order[3],
        'a' + order[4]);
    answer(free_chunks,
           "In use are %c, %c and %c. What is free between two of "
           "them is one chunk, and what is free above the last "
           "is top.",
           'a' + order[5], 'a' + order[6], 'a' + order[7]);

    first = 16 * pick(500, 700) + 8;
    kept = pick(20, 80);
    ask("100 times malloc(%zu). Then all are freed, in the same order, but "
        "for\n"
        "   number %zu (the first is number 1).\n"
        "   How many bytes are held from the system? (Top keeps 131072 bytes,\n"
        "   32 more, and what is missing to the end of a page of 4096.)",
        first, kept);
    answer(held_below_top,
           "Number %zu ends %zu bytes above the start of the heap, which is "
           "where top begins.",
           kept, kept * (first + 8));

    return predict_end();
}
