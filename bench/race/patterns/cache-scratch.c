/*
 * cache-scratch.c - passive false sharing; two threads.
 *
 * After the benchmark of that name in E. Berger's Hoard ("passive-false" in E.
 * Berger and others, "Hoard: A Scalable Memory Allocator for Multithreaded
 * Applications", ASPLOS 2000). The main thread allocates some small payloads
 * and deals them out, in turns, to the threads. Each frees what it got, and
 * then allocates as many, writes to them again and again, and frees them.
 *
 * The payloads of the main thread lie side by side, so that a cache line has
 * some of either thread. An allocator that gives each thread what it has freed
 * gives parts of one line to both, and they take it away from each other with
 * every write. There are few calls: what is measured is where the payloads lie.
 * The threads begin each round together; on a single core, nothing is measured.
 */
#include "pattern.h"

enum {
    ROUNDS = 12,    /* for each unit of SCALE */
    WRITES = 40000, /* to each payload, in each round */
    OBJECTS = 8,    /* of each thread */
    SIZE = 8,
};

static char *dealt[OBJECTS][THREADS];
static struct counter rounds_done[THREADS];
static long rounds;

static void write_often(char **payloads)
{
    for (int i = 0; i < WRITES; i++) {
        for (int j = 0; j < OBJECTS; j++)
            ++*(volatile uint64_t *)payloads[j];
    }
}

static char *zeroed(void)
{
    char *payload = malloc(SIZE);

    if (!payload)
        fail("out of memory");
    return memset(payload, 0, SIZE);
}

static uint64_t scratch(int thread)
{
    char *payloads[OBJECTS];
    uint64_t sum = 0;

    for (int i = 0; i < OBJECTS; i++)
        free(dealt[i][thread]);
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < OBJECTS; i++)
            payloads[i] = zeroed();
        count_one(&rounds_done[thread]);
        wait_for(&rounds_done[1 - thread], round + 1);
        write_often(payloads);
        for (int i = 0; i < OBJECTS; i++) {
            if (*(uint64_t *)payloads[i] != WRITES)
                fail("a payload was overwritten");
            sum += *(uint64_t *)payloads[i];
            free(payloads[i]);
        }
    }
    return sum;
}

int main(int argc, char **argv)
{
    rounds = scale(argc, argv) * ROUNDS;
    for (int i = 0; i < OBJECTS; i++) {
        for (int j = 0; j < THREADS; j++)
            dealt[i][j] = zeroed();
    }
    return done(in_threads(THREADS, scratch));
}
