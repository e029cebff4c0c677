/* 05.c - five questions on mappings and the threshold that moves */
#include "predict.h"

#include "inspect.h"
#include "params.h"

#include <malloc.h>
#include <stdlib.h>

static size_t first, second, third;
static bool by_hand; /* is a parameter set before? */

static long held_for_one(void)
{
    malloc(first);
    return (long)malloc_held();
}

static long mappings_after_a_small_one(void)
{
    malloc(24);
    malloc(first);
    return (long)mallinfo2().hblks;
}

static long threshold_after_three(void)
{
    free(malloc(first));
    free(malloc(second));
    free(malloc(third));
    return (long)params.mmap_threshold;
}

static long changes_of_what_is_held(void)
{
    long changes = 0;

    if (by_hand)
        mallopt(M_MMAP_MAX, 65536);
    for (int i = 0; i < 100; i++) {
        size_t before = malloc_held();
        char *a = malloc(first);
        size_t between = malloc_held();
        free(a);
        changes += (before != between) + (between != malloc_held());
    }
    return changes;
}

static long held_after_growth(void)
{
    char *a = malloc(first);
    a = realloc(a, second);
    free(a);
    malloc(third);
    return (long)malloc_held();
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    first = 16 * pick(12500, 18000) + 8;
    ask("a = malloc(%zu); the first call of the program.\n"
        "   How many bytes are held from the system?",
        first);
    answer(held_for_one,
           "32 bytes of struct mapping and a chunk of %zu: 16 bytes of header "
           "and the payload,\n   rounded up to a multiple of 16. The sum is "
           "rounded up to whole pages; there is no heap.",
           first + 24);

    first = 131072 + pick(0, 16) * 500;
    ask("a = malloc(24); b = malloc(%zu);\n"
        "   How many mappings are there? (The first growth of the heap is "
        "135168 bytes.)",
        first);
    answer(mappings_after_a_small_one,
           "The chunk is above the threshold, but it is mapped only if top, "
           "with 135136 bytes,\n   is too short for it and 32 bytes more.");

    first = 1000 * pick(600, 900);
    second = 1000 * pick(200, 500);
    third = ((size_t)1 << 20) * pick(32, 40);
    ask("free(malloc(%zu)); free(malloc(%zu)); free(malloc(%zu));\n"
        "   How many bytes is the threshold for mappings now?",
        first, second, third);
    answer(threshold_after_three,
           "Only the first raised it, to the size of its chunk: its mapping "
           "less the 32 bytes of struct mapping.\n   The second came from "
           "top, and the third is larger than 32 MiB.");

    first = 1000 * pick(200, 900);
    by_hand = pick(0, 1) == 1;
    ask("%s100 times: a = malloc(%zu); free(a);\n"
        "   How many of these 200 calls change the number of bytes that are "
        "held?",
        by_hand ? "mallopt(M_MMAP_MAX, 65536); " : "", first);
    answer(changes_of_what_is_held, "%s",
           by_hand ? "Setting one parameter by hand, even to what it was, "
                     "stops the thresholds."
                   : "A mapping comes and goes once. Then the heap grows, and "
                     "top keeps what is freed.");

    first = 1000 * pick(200, 300);
    second = 1000 * pick(500, 900);
    third = 1000 * pick(310, 490);
    ask("a = malloc(%zu); a = realloc(a, %zu); free(a); b = malloc(%zu);\n"
        "   How many bytes are held?",
        first, second, third);
    answer(held_after_growth,
           "The mapping grew, went back when it was freed, and left a "
           "threshold above b. So b comes from top:\n   its chunk, 32 bytes, "
           "and 131072 to spare, rounded up to whole pages.");

    return predict_end();
}
