/*
 * sh6.c - batches of small payloads, freed in several orders; one thread.
 *
 * After the description of sh6bench, which MicroQuill wrote for SmartHeap
 * (2000): some payloads are freed last in, first out, and others in the reverse
 * order (mimalloc-bench, README). Its source was not used: its licence forbids
 * passing on what is derived from it.
 *
 * A batch holds payloads of one size. Of three batches one is freed from its
 * end, one from its beginning, and of the third every other payload stays, to
 * be freed some rounds later. These orders hurt an allocator whose free
 * lists follow the order of the frees: what comes out of them is less and less
 * in the order of addresses. And what stays keeps free chunks from being
 * coalesced.
 */
#include "pattern.h"

enum {
    ROUNDS = 28, /* for each unit of SCALE */
    BATCH = 500,
    KEPT = 8, /* a batch is emptied when this many more have been kept */
};

static const size_t sizes[] = {8,   12,  16,  24,  32,  40,  48,
                               64,  80,  96,  112, 128, 160, 200,
                               256, 320, 400, 512, 640, 800, 1000};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static struct object batch[BATCH];
static struct object kept[KEPT][BATCH];
static uint64_t state;

static void allocate(size_t size)
{
    for (int i = 0; i < BATCH; i++)
        make(&batch[i], size, next_random(&state));
}

static uint64_t last_first(void)
{
    uint64_t sum = 0;

    for (int i = BATCH - 1; i >= 0; i--)
        sum += drop(&batch[i]);
    return sum;
}

static uint64_t first_first(void)
{
    uint64_t sum = 0;

    for (int i = 0; i < BATCH; i++)
        sum += drop(&batch[i]);
    return sum;
}

static uint64_t empty(struct object *objects)
{
    uint64_t sum = 0;

    for (int i = 0; i < BATCH; i++) {
        if (objects[i].payload)
            sum += drop(&objects[i]);
    }
    return sum;
}

/* Free every other payload, and what was kept some batches ago; keep the
 * rest. */
static uint64_t every_other(int number)
{
    uint64_t sum = empty(kept[number % KEPT]);

    for (int i = 0; i < BATCH; i += 2) {
        sum += drop(&batch[i]);
        kept[number % KEPT][i + 1] = batch[i + 1];
    }
    return sum;
}

int main(int argc, char **argv)
{
    long rounds = scale(argc, argv) * ROUNDS;
    uint64_t sum = 0;
    int number = 0;

    state = seed(0);
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < SIZES; i++) {
            allocate(sizes[i]);
            sum += last_first();
            allocate(sizes[i]);
            sum += every_other(number++);
            allocate(sizes[i]);
            sum += first_first();
        }
    }
    for (int i = 0; i < KEPT; i++)
        sum += empty(kept[i]);
    return done(sum);
}
