/*
 * thread_workloads.h - what the threads of the benchmark `threads` do.
 *
 * A thread works in turns of some hundred calls, each of them a malloc or a
 * free, and counts them. Sizes are random, from 1 to 1024 bytes, small ones
 * more often. The first byte of a payload is written. Real programs work
 * between their calls; here nothing is done, so each workload is the hardest
 * case for what the threads share: a lock, and the memory that it guards.
 */
#ifndef THREAD_WORKLOADS_H
#define THREAD_WORKLOADS_H

#include "../replay/allocator.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

enum {
    SLOTS = 1000,
    BATCH = 100, /* calls between two looks at the end, or at a ring */
    LIFE = 5000, /* payloads that a thread of larson replaces before it ends */
    LINE = 128,  /* no two threads write within this many bytes */
};

struct worker {
    struct test *test;
    void (*part)(struct worker *worker); /* the part of the workload to play */
    const struct allocator *allocator;
    uint64_t random; /* never 0 */
    size_t operations;
    double seconds;
    bool failed; /* an allocation was answered with NULL */
    bool alone;  /* there is no other worker */
    char *slots[SLOTS];
    /* pipeline only: the producer's slots are the ring of the pair */
    struct worker *producer;
    _Alignas(LINE) atomic_size_t produced; /* payloads, since the start */
    _Alignas(LINE) atomic_size_t consumed;
};

struct workload {
    const char *name;
    void (*fill)(struct worker *worker); /* before the time begins */
    void (*turn)(struct worker *worker);
    bool new_threads; /* a worker starts one for each of these calls */
};

/* xorshift64 */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Small sizes are more frequent: first a power of two, then a size below. */
static size_t random_size(uint64_t random)
{
    size_t most = (size_t)16 << (random >> 32) % 7;

    return 1 + (random >> 40) % most;
}

static char **random_slot(struct worker *worker)
{
    return &worker->slots[(uint32_t)next_random(&worker->random) % SLOTS];
}

static void allocate(struct worker *worker, char **slot)
{
    *slot =
        worker->allocator->malloc(random_size(next_random(&worker->random)));
    if (!*slot)
        worker->failed = true;
    else if (!worker->allocator->shares)
        **slot = 1;
    worker->operations++;
}

static void release(struct worker *worker, char **slot)
{
    worker->allocator->free(*slot);
    *slot = NULL;
    worker->operations++;
}

/* --- private: programs whose threads have nothing to do with each other -- */

/* Choose a random slot; empty it if it is full, fill it if it is empty. */
static void private_turn(struct worker *worker)
{
    for (int i = 0; i < BATCH; i++) {
        char **slot = random_slot(worker);

        if (*slot)
            release(worker, slot);
        else
            allocate(worker, slot);
    }
}

/* Fill half the slots, which is the number that are full in the long run. */
static void private_fill(struct worker *worker)
{
    for (int i = 0; i < SLOTS; i += BATCH)
        private_turn(worker);
}

/* --- larson: a server, whose objects outlive the threads ----------------- */

/*
 * Random payloads are replaced. When a thread ends, the next one goes on with
 * its slots, and so frees what another has allocated. After P.-A. Larson and M.
 * Krishnan, "Memory allocation for long-running server applications", ISMM
 * 1998.
 */
static void larson_turn(struct worker *worker)
{
    for (int i = 0; i < LIFE; i++) {
        char **slot = random_slot(worker);

        release(worker, slot);
        allocate(worker, slot);
    }
}

static void larson_fill(struct worker *worker)
{
    for (int i = 0; i < SLOTS; i++)
        allocate(worker, &worker->slots[i]);
}

/* --- pipeline: what one thread makes, another takes apart ---------------- */

/* Wait by giving up the processor, since the other thread may need this
 * core. */
static void produce(struct worker *worker)
{
    size_t produced = worker->produced;

    if (produced - worker->consumed > SLOTS - BATCH) {
        sched_yield();
        return;
    }
    for (size_t i = produced; i < produced + BATCH; i++)
        allocate(worker, &worker->slots[i % SLOTS]);
    worker->produced = produced + BATCH;
}

static void consume(struct worker *worker)
{
    struct worker *producer = worker->producer;
    size_t consumed = producer->consumed;

    if (producer->produced - consumed < BATCH) {
        sched_yield();
        return;
    }
    for (size_t i = consumed; i < consumed + BATCH; i++)
        release(worker, &producer->slots[i % SLOTS]);
    producer->consumed = consumed + BATCH;
}

/* A worker that is alone plays both parts. */
static void pipeline_turn(struct worker *worker)
{
    if (worker->producer == worker)
        produce(worker);
    if (worker->producer != worker || worker->alone)
        consume(worker);
}

/* Half the ring. */
static void pipeline_fill(struct worker *worker)
{
    for (int i = 0; i < SLOTS / 2 && worker->producer == worker; i += BATCH)
        produce(worker);
}

/* --- churn: threads that live for a thousand calls ----------------------- */

/* Show what it costs an allocator when a thread begins and ends. */
static void churn_turn(struct worker *worker)
{
    for (int i = 0; i < SLOTS / 2; i++)
        allocate(worker, &worker->slots[i]);
    for (int i = 0; i < SLOTS / 2; i++)
        release(worker, &worker->slots[i]);
}

static const struct workload workloads[] = {
    {"private", private_fill, private_turn, false},
    {"larson", larson_fill, larson_turn, true},
    {"pipeline", pipeline_fill, pipeline_turn, false},
    {"churn", churn_turn, churn_turn, true},
    {NULL, NULL, NULL, false},
};

#endif
