/*
 * glibc-simple.c - n payloads of a size are allocated, and freed in the same
 * order; never more than one thread at a time.
 *
 * After bench-malloc-simple in the benchtests of glibc (2019):
 * n is 25, 100, 400 and 1600, so that the payloads fit into the cache of a
 * thread, or into nothing but the arena. All is done three times: before there
 * was a thread, in a thread, and again in main when there has been one. glibc
 * takes no lock in the first case, and has another arena in the second. The
 * sizes are those of mimalloc-bench: 16, 32 and 64 bytes.
 *
 * Being freed first in, first out, the chunks come out of a LIFO list in the
 * reverse order next time.
 */
#include "pattern.h"

enum {
    CALLS = 50000, /* of malloc for each size, n and time, a unit of SCALE */
    MOST = 1600,
};

static const int counts[] = {25, 100, 400, MOST};
enum { COUNTS = sizeof(counts) / sizeof(counts[0]) };

static struct object objects[MOST];
static long calls;

static uint64_t batches(size_t size, int count)
{
    uint64_t sum = 0;

    for (long i = 0; i < calls / count; i++) {
        for (int j = 0; j < count; j++)
            make(&objects[j], size, (uint64_t)j);
        for (int j = 0; j < count; j++)
            sum += drop(&objects[j]);
    }
    return sum;
}

static uint64_t work(int thread)
{
    uint64_t sum = 0;

    (void)thread;
    for (size_t size = 16; size <= 64; size *= 2) {
        for (int i = 0; i < COUNTS; i++)
            sum += batches(size, counts[i]);
    }
    return sum;
}

int main(int argc, char **argv)
{
    uint64_t sum;

    calls = scale(argc, argv) * CALLS;
    sum = work(0);
    sum += in_threads(1, work);
    sum += work(0);
    return done(sum);
}
