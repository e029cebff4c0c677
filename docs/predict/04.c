/* 04.c - five questions on the bins */
#include "predict.h"

#include "bins.h"

#include <stdlib.h>

static size_t first, second, count;
static size_t requests[3];
static int freed[3]; /* in which order */

/* A payload, and one behind it that stays in use. */
static char *walled(size_t request)
{
    char *payload = malloc(request);

    malloc(1);
    return payload;
}

static long which_of_two(void)
{
    char *a = walled(first), *b = walled(first);

    free(a);
    free(b);
    return malloc(first) == a ? 1 : 2;
}

static long number_of_bin(void)
{
    return (long)bin_index(first);
}

/* Whose chunk serves the request? 0 if it is cut from top. */
static long which_of_three(void)
{
    char *payloads[3];

    for (int i = 0; i < 3; i++)
        payloads[i] = walled(requests[i]);
    for (int i = 0; i < 3; i++)
        free(payloads[freed[i]]);
    malloc(second);
    char *taken = malloc(first);
    for (int i = 0; i < 3; i++)
        if (taken == payloads[i])
            return i + 1;
    return 0;
}

static long distance_past_many(void)
{
    char *payloads[20];

    for (size_t i = 0; i < count; i++)
        payloads[i] = malloc(first);
    malloc(1);
    for (size_t i = 0; i < count; i++)
        free(payloads[i]);
    return (char *)malloc(second) - payloads[0];
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    first = pick(0, 1) ? pick(25, 120) : pick(150, 900);
    ask("a = malloc(%zu); b = malloc(%zu), with a live payload behind each.\n"
        "   free(a); free(b); malloc(%zu). Whose chunk does it take?\n"
        "   (1: a's, 2: b's)",
        first, first, first);
    answer(which_of_two,
           first <= 120 ? "A fast bin is a stack: last in, first out."
                        : "The unsorted bin is a queue: the oldest of just the "
                          "size is taken.");

    first = 16 * pick(9, 63);
    ask("A free chunk of %zu bytes is filed. In the bin of which number?",
        first);
    answer(number_of_bin, "Bin 2 is for 32 bytes, and they are 16 apart.");

    first = 16 * pick(64, 670);
    ask("A free chunk of %zu bytes is filed. In the bin of which number?",
        first);
    answer(number_of_bin, "Bins 64 to 96 begin at 1024 and are 64 apart; bins "
                          "97 to 111 follow, 512 apart.");

    for (size_t i = 0; i < 3; i++)
        requests[i] = 300 * pick(4, 12) + 20 * i;
    shuffle(freed, 3);
    first = 300 * pick(3, 11) + 100;
    second = 5000;
    ask("a = malloc(%zu); b = malloc(%zu); c = malloc(%zu), with a live "
        "payload\n"
        "   behind each. free(%c); free(%c); free(%c); malloc(%zu), and then "
        "malloc(%zu).\n"
        "   Whose chunk does the last one take? (1: a's, 2: b's, 3: c's, 0: "
        "it is cut from top)",
        requests[0], requests[1], requests[2], 'a' + freed[0], 'a' + freed[1],
        'a' + freed[2], second, first);
    answer(which_of_three, "All three were filed, and of those that are large "
                           "enough the smallest is taken.");

    first = 16 * pick(4, 6) + 8;
    count = pick(15, 20);
    second = pick(0, 1) ? pick(950, 1000) : pick(1001, 1050);
    ask("%zu times malloc(%zu), then malloc(1). All but the last are freed.\n"
        "   p = malloc(%zu). How many bytes above the first payload is p?",
        count, first, second);
    answer(distance_past_many,
           second <= 1000
               ? "A small request leaves the fast bins alone, and top is large "
                 "enough."
               : "For a large request the fast bins are emptied, and their "
                 "chunks merged.");

    return predict_end();
}
