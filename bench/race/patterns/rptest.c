/*
 * rptest.c - payloads up to 16 000 bytes, freed and allocated at random places,
 * and from time to time for the other thread; two threads.
 *
 * After rpmalloc-benchmark by M. Jansson (2017; the text BENCHMARKS.md of
 * rpmalloc says what it does), with the numbers of mimalloc-bench: 1000 slots a
 * thread, 8 to 16 000 bytes, the frequency falling in a straight line. In each
 * loop 100 random slots are emptied, and 100 random slots get a new payload; in
 * every other one 100 payloads more are handed over, and the other thread frees
 * them some loops later. All that is allocated is written, as in
 * mimalloc-bench.
 *
 * With some 5 KiB on average this is beyond the sizes of glibc's cache for each
 * thread, which ends at 1032 bytes. One of three frees is of a payload that the
 * other thread has allocated.
 */
#include "pattern.h"

enum {
    LOOPS = 400, /* for each unit of SCALE */
    SLOTS = 1000,
    AT_ONCE = 100,
    LEAST = 8,
    MOST = 16000,
    LATER = 4, /* parcels */
    RING = 2 * LATER + 2,
};

static struct object slots[THREADS][SLOTS];
static struct object parcels[THREADS][RING][AT_ONCE]; /* as in sh8.c */
static struct counter parcels_sent[THREADS];
static long loops;

/* The smaller one of two numbers: the frequency falls in a straight line. */
static void make_one(struct object *object, uint64_t *state)
{
    size_t one = random_below(state, MOST - LEAST + 1);
    size_t two = random_below(state, MOST - LEAST + 1);

    make(object, LEAST + (one < two ? one : two), next_random(state));
    fill(object);
}

static uint64_t empty(struct object *object)
{
    return object->payload ? drop(object) : 0;
}

static uint64_t exchange_some(struct object *from, uint64_t *state)
{
    uint64_t sum = 0;

    for (int i = 0; i < AT_ONCE; i++)
        sum += empty(&from[random_below(state, SLOTS)]);
    for (int i = 0; i < AT_ONCE; i++) {
        struct object *object = &from[random_below(state, SLOTS)];

        sum += empty(object);
        make_one(object, state);
    }
    return sum;
}

static void hand_over(int sender, long parcel, uint64_t *state)
{
    for (int i = 0; i < AT_ONCE; i++)
        make_one(&parcels[sender][parcel % RING][i], state);
    count_one(&parcels_sent[sender]);
}

static uint64_t receive(int sender, long parcel)
{
    uint64_t sum = 0;

    wait_for(&parcels_sent[sender], parcel + 1);
    for (int i = 0; i < AT_ONCE; i++)
        sum += drop(&parcels[sender][parcel % RING][i]);
    return sum;
}

static uint64_t work(int thread)
{
    int other = (thread + 1) % THREADS;
    uint64_t state = seed(thread);
    uint64_t sum = 0;

    for (long i = 0; i < loops; i++) {
        sum += exchange_some(slots[thread], &state);
        if (i % 2 == 0)
            hand_over(thread, i / 2, &state);
        else if (i / 2 >= LATER)
            sum += receive(other, i / 2 - LATER);
    }
    for (long i = loops / 2 - LATER; i < loops / 2; i++)
        sum += receive(other, i);
    for (int i = 0; i < SLOTS; i++)
        sum += empty(&slots[thread][i]);
    return sum;
}

int main(int argc, char **argv)
{
    loops = scale(argc, argv) * LOOPS;
    return done(in_threads(THREADS, work));
}
