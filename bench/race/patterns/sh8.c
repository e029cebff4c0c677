/*
 * sh8.c - as sh6, with more sizes, and two threads that free for each other.
 *
 * After the description of sh8bench, which MicroQuill wrote for SmartHeap: some
 * payloads are not freed by the thread that allocated them, and some are freed
 * in the reverse order (mimalloc-bench, README). Its source was not used, as
 * for sh6.c.
 *
 * In each round a thread allocates two batches of random sizes, mostly small,
 * up to 4000 bytes. It frees one itself, last in, first out, and in the
 * next round in the reverse order. The other one is freed by the other thread,
 * some rounds later. Neither thread is ever ahead of the other by more than
 * these rounds.
 *
 * So half of what a thread frees belongs to the other one. A cache for each
 * thread hits most of the time, but what is in it comes from two arenas.
 */
#include "pattern.h"

enum {
    ROUNDS = 500, /* for each unit of SCALE */
    BATCH = 300,
    LATER = 4, /* rounds */
    RING = 2 * LATER + 2,
    OFTEN = 64, /* bytes; most payloads are not larger */
    MOST = 4000,
};

/* What a thread has for the other one, by rounds. Before a thread begins round
 * i it has received round i - 1 - LATER, so the other one has finished the
 * round before that, and in it has received round i - 2 - 2 * LATER of this
 * one: whose place is free now. */
static struct object sent[THREADS][RING][BATCH];
static struct counter rounds_done[THREADS];
static long rounds;

/* Three of four are at most 64 bytes, and of the others three of four are at
 * most 500. */
static size_t size_of_one(uint64_t *state)
{
    size_t kind = random_below(state, 16);
    size_t most = kind < 12 ? OFTEN : kind < 15 ? MOST / 8 : MOST;

    return 1 + random_below(state, most);
}

static void allocate(struct object *batch, uint64_t *state)
{
    for (int i = 0; i < BATCH; i++)
        make(&batch[i], size_of_one(state), next_random(state));
}

static uint64_t empty(struct object *batch, bool last_first)
{
    uint64_t sum = 0;

    for (int i = 0; i < BATCH; i++)
        sum += drop(&batch[last_first ? BATCH - 1 - i : i]);
    return sum;
}

static uint64_t receive(int sender, long round)
{
    wait_for(&rounds_done[sender], round + 1);
    return empty(sent[sender][round % RING], round % 2 == 0);
}

static uint64_t work(int thread)
{
    struct object own[BATCH];
    int other = (thread + 1) % THREADS;
    uint64_t state = seed(thread);
    uint64_t sum = 0;

    for (long i = 0; i < rounds; i++) {
        allocate(own, &state);
        allocate(sent[thread][i % RING], &state);
        count_one(&rounds_done[thread]);
        sum += empty(own, i % 2 == 0);
        if (i >= LATER)
            sum += receive(other, i - LATER);
    }
    for (long i = rounds - LATER; i < rounds; i++)
        sum += receive(other, i);
    return sum;
}

int main(int argc, char **argv)
{
    rounds = scale(argc, argv) * ROUNDS;
    return done(in_threads(THREADS, work));
}
