/* 02.c - five questions on the free list */
#include "predict.h"

#include <malloc.h>
#include <stdlib.h>

static size_t first, second, third;
static size_t requests[3];
static int freed[3], asked[3]; /* in which order */

/* A payload, and one behind it that stays in use. */
static char *walled(size_t request)
{
    char *payload = malloc(request);

    malloc(1);
    return payload;
}

static long comes_back(void)
{
    char *a = walled(first);

    free(a);
    return malloc(second) == a;
}

static long usable_in_the_old_chunk(void)
{
    free(walled(first));
    return (long)malloc_usable_size(malloc(second));
}

static long which_of_three(void)
{
    char *a = walled(first), *b = walled(second), *c = walled(third);

    free(a);
    free(b);
    free(c);
    char *taken = malloc(first);
    return taken == a ? 1 : taken == b ? 2 : 3;
}

static long size_word(void)
{
    char *a = malloc(first), *volatile b = malloc(second);

    free(a);
    return (long)((size_t *)b)[-1];
}

/* Which of three requests no free chunk serves; 0 if there is none. */
static long taken_from_top(void)
{
    char *payloads[3];
    long from_top = 0;

    for (int i = 0; i < 3; i++)
        payloads[i] = walled(requests[i]);
    for (int i = 0; i < 3; i++)
        free(payloads[freed[i]]);
    for (int i = 0; i < 3; i++)
        if ((char *)malloc(requests[asked[i]]) > payloads[2])
            from_top = i + 1;
    return from_top;
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    first = pick(100, 400);
    second = pick(0, 1) ? first - pick(20, 80) : first + pick(20, 80);
    ask("a = malloc(%zu); malloc(1); free(a); b = malloc(%zu);\n"
        "   Does b point where a pointed? (1: yes, 0: no)",
        first, second);
    answer(comes_back, "A chunk is used again for whatever fits into it.");

    first = 16 * pick(30, 60) + 8;
    second = pick(1, 200);
    ask("a = malloc(%zu); malloc(1); free(a); b = malloc(%zu);\n"
        "   How many bytes may the program use at b?",
        first, second);
    answer(usable_in_the_old_chunk, "No chunk is split: b has all of a's.");

    first = pick(100, 200);
    second = pick(400, 500);
    third = pick(0, 1) ? pick(20, 60) : pick(250, 350);
    ask("a = malloc(%zu); b = malloc(%zu); c = malloc(%zu), with a live "
        "payload\n"
        "   behind each. free(a); free(b); free(c); malloc(%zu).\n"
        "   Whose chunk does it take? (1: a's, 2: b's, 3: c's)",
        first, second, third, first);
    answer(which_of_three, "What was freed last is looked at first, and the "
                           "first that is large enough is taken.");

    first = 16 * pick(2, 9) + 8;
    second = 16 * pick(2, 9) + 8;
    ask("a = malloc(%zu); b = malloc(%zu); free(a);\n"
        "   Which number stands in the 8 bytes in front of b?",
        first, second);
    answer(size_word,
           "b's chunk has %zu bytes, and its P says that the chunk "
           "before is free.",
           second + 8);

    for (size_t i = 0; i < 3; i++)
        requests[i] = 100 * (i + 1) + pick(0, 80);
    shuffle(freed, 3);
    shuffle(asked, 3);
    ask("a = malloc(%zu); b = malloc(%zu); c = malloc(%zu), with a live "
        "payload\n"
        "   behind each. free(%c); free(%c); free(%c).\n"
        "   Then malloc(%zu); malloc(%zu); malloc(%zu): which of the three "
        "comes from top?\n"
        "   (1, 2 or 3; 0 if none does)",
        requests[0], requests[1], requests[2], 'a' + freed[0], 'a' + freed[1],
        'a' + freed[2], requests[asked[0]], requests[asked[1]],
        requests[asked[2]]);
    answer(taken_from_top, "A request takes the first chunk that is large "
                           "enough, even if a later one needs it.");

    return predict_end();
}
