/* 01.c - five questions on the bump pointer */
#include "predict.h"

#include "inspect.h"

#include <stdlib.h>

static size_t first, second, times, alignment;

static long size_of_chunk(void)
{
    char *a = malloc(first), *b = malloc(1);
    return b - a;
}

static long distance_past_a_free(void)
{
    char *a = malloc(first), *b = malloc(second);
    free(b);
    char *c = malloc(second);
    return c - a;
}

static long largest_request(void)
{
    char *a = malloc(first), *b = malloc(1);
    return b - a - 8;
}

static long held_after_many(void)
{
    for (size_t i = 0; i < times; i++)
        free(malloc(first));
    return (long)malloc_held();
}

static long distance_to_aligned(void)
{
    char *a = malloc(first), *b = aligned_alloc(alignment, second);
    return b - a;
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    first = 16 * pick(2, 20) + pick(9, 15);
    ask("a = malloc(%zu); b = malloc(1);\n"
        "   How many bytes lie between the two pointers?",
        first);
    answer(size_of_chunk,
           "%zu bytes and 8 for the size, rounded up to a multiple of 16.",
           first);

    first = 16 * pick(2, 20) + pick(1, 8);
    second = 16 * pick(2, 20) + pick(9, 15);
    ask("a = malloc(%zu); b = malloc(%zu); free(b); c = malloc(%zu);\n"
        "   How many bytes is c above a?",
        first, second, second);
    answer(distance_past_a_free, "free(b) changed nothing: b's chunk still "
                                 "lies between a's and c's.");

    first = pick(30, 300);
    ask("a = malloc(%zu);\n"
        "   How many bytes may the program really use there?",
        first);
    answer(largest_request, "The chunk without the 16 bytes of its header, and "
                            "8 more: the next chunk's prev_size.");

    first = 16 * pick(10, 50);
    alignment = (size_t)1 << pick(7, 11);
    second = 100;
    ask("a = malloc(%zu); b = aligned_alloc(%zu, %zu);\n"
        "   The heap begins at a page. How many bytes is b above a?",
        first, alignment, second);
    answer(distance_to_aligned,
           "b is a multiple of %zu, a is 16, and before b there must be room "
           "for a chunk of at least 32 bytes.",
           alignment);

    first = 16 * pick(2, 20) + 8;
    times = 1000 * pick(3, 9);
    ask("%zu times free(malloc(%zu)).\n"
        "   How many bytes are held from the system afterwards? (A growth is "
        "rounded\n   up to 4096. The first: the chunk, 32 bytes, and 131072 "
        "to spare.)",
        times, first);
    answer(held_after_many,
           "Every chunk of %zu bytes is a new one, and nothing comes back.",
           first + 8);

    return predict_end();
}
