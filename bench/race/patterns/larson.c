/*
 * larson.c - a server: random payloads are replaced, and outlive the threads
 * that made them; two threads at a time.
 *
 * After P.-A. Larson and M. Krishnan, "Memory allocation for long-running
 * server applications", ISMM 1998, with the numbers that mimalloc-bench uses:
 * 8 to 1000 bytes, 5000 payloads a thread. A thread replaces payloads of its
 * set at random, a number of times, and ends; a new thread goes on with the
 * set of the other one.
 *
 * So two of five frees are of payloads that another thread has allocated, one
 * that has ended. An allocator that gives them to the thread that frees them
 * lets memory drift from thread to thread (Larson and Krishnan call it
 * bleeding); one that gives them back must take a lock, or pass them on.
 */
#include "pattern.h"

enum {
    GENERATIONS = 20, /* of threads, for each unit of SCALE */
    REPLACED = 10000, /* by each thread */
    SET = 5000,
    LEAST = 8,
    MOST = 1000,
};

static struct object sets[THREADS][SET];
static long generation;

static void make_one(struct object *object, uint64_t *state)
{
    size_t size = LEAST + random_below(state, MOST - LEAST + 1);

    make(object, size, next_random(state));
}

static uint64_t serve(int thread)
{
    struct object *set = sets[(thread + generation) % THREADS];
    uint64_t state = seed(1 + generation * THREADS + thread);
    uint64_t sum = 0;

    for (int i = 0; i < REPLACED; i++) {
        struct object *object = &set[random_below(&state, SET)];

        sum += drop(object);
        make_one(object, &state);
    }
    return sum;
}

int main(int argc, char **argv)
{
    long generations = scale(argc, argv) * GENERATIONS;
    uint64_t state = seed(0);
    uint64_t sum = 0;

    for (int i = 0; i < THREADS * SET; i++)
        make_one(&sets[i / SET][i % SET], &state);
    for (generation = 0; generation < generations; generation++)
        sum += in_threads(THREADS, serve);
    for (int i = 0; i < THREADS * SET; i++)
        sum += drop(&sets[i / SET][i % SET]);
    return done(sum);
}
