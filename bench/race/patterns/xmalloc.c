/*
 * xmalloc.c - one thread allocates, the other one frees.
 *
 * After C. Lever and D. Boreham, "malloc() Performance in a Multithreaded Linux
 * Environment", USENIX FREENIX 2000, in the form of C. Eder's xmalloc-test and
 * B. Kuszmaul's SuperMalloc: a producer hands batches of payloads, of 17 sizes
 * from 8 to 2048 bytes, over to a consumer; it writes at most 128 bytes of
 * each. The queue between them is bounded, so that the memory is too.
 *
 * A cache for each thread runs empty on one side and overflows on the other,
 * all the time. All that is freed has to come back to the thread that
 * allocates, which costs a lock or an atomic operation for each payload, or for
 * each batch of an allocator that collects them.
 */
#include "pattern.h"

enum {
    BATCHES = 120, /* for each unit of SCALE */
    BATCH = 2000,
    QUEUE = 4, /* batches */
    WRITTEN = 128,
};

static const size_t sizes[] = {8,   12,  16,  24,  32,  48,   64,   96,  128,
                               192, 256, 384, 512, 768, 1024, 1536, 2048};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static struct object queue[QUEUE][BATCH];
static long batches;
static struct counter produced, consumed;

static uint64_t produce(void)
{
    uint64_t state = seed(0);

    for (long i = 0; i < batches; i++) {
        struct object *batch = queue[i % QUEUE];

        wait_for(&consumed, i - QUEUE + 1);
        for (int j = 0; j < BATCH; j++) {
            size_t size = sizes[random_below(&state, SIZES)];

            make(&batch[j], size, next_random(&state));
            memset(batch[j].payload, batch[j].mark,
                   size < WRITTEN ? size : WRITTEN);
        }
        count_one(&produced);
    }
    return 0;
}

static uint64_t consume(void)
{
    uint64_t sum = 0;

    for (long i = 0; i < batches; i++) {
        struct object *batch = queue[i % QUEUE];

        wait_for(&produced, i + 1);
        for (int j = 0; j < BATCH; j++)
            sum += drop(&batch[j]);
        count_one(&consumed);
    }
    return sum;
}

static uint64_t play_a_part(int thread)
{
    return thread == 0 ? produce() : consume();
}

int main(int argc, char **argv)
{
    batches = scale(argc, argv) * BATCHES;
    return done(in_threads(THREADS, play_a_part));
}
