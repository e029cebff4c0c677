/*
 * glibc-thread.c - random payloads of a set are replaced, small ones mostly;
 * two threads with nothing in common.
 *
 * After bench-malloc-thread in the benchtests of glibc (W. Newton, 2014): a set
 * of 1024 payloads for each thread, and sizes from 4 to 32768 bytes of which a
 * size twice as large is a quarter as frequent (an inverse square law), "to
 * mimic the behaviour of real applications".
 *
 * Half of the sizes are below 8 bytes, but those above 1 KiB are still one in
 * 260: too large for a small cache, and each of them splits what the small
 * ones might have used.
 */
#include "pattern.h"

enum {
    CALLS = 2000000, /* of malloc by each thread, for each unit of SCALE */
    SET = 1024,
    LEAST = 4,
    MOST = 32768,
    DRAWN = 1 << 16,
};

static struct object sets[THREADS][SET];
static long calls;

/* If x is even between 1/MOST and 1/LEAST, 1/x follows the inverse square. */
static size_t size_of_one(uint64_t *state)
{
    size_t part = random_below(state, DRAWN);

    return (size_t)LEAST * MOST * DRAWN /
           (part * MOST + (DRAWN - part) * LEAST);
}

static uint64_t work(int thread)
{
    struct object *set = sets[thread];
    uint64_t state = seed(thread);
    uint64_t sum = 0;

    for (long i = 0; i < calls; i++) {
        struct object *object = &set[random_below(&state, SET)];

        if (object->payload)
            sum += drop(object);
        make(object, size_of_one(&state), next_random(&state));
    }
    for (int i = 0; i < SET; i++) {
        if (set[i].payload)
            sum += drop(&set[i]);
    }
    return sum;
}

int main(int argc, char **argv)
{
    calls = scale(argc, argv) * CALLS;
    return done(in_threads(THREADS, work));
}
