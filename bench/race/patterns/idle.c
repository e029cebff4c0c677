/*
 * idle.c - 32 threads that allocate, free nearly all, and wait.
 *
 * Written for this race. A server has more threads than work: each had its
 * share of the memory once, and most of them wait. Each allocates 8 MB (at
 * SCALE 10) of 17 to 1024 bytes, smaller ones more frequent; then it frees 99 %
 * of them at random, and waits; then it ends. What it did not free stays live
 * until the very end.
 *
 * What a thread's cache and its arena hold is of no use to the others. The
 * payloads that are left, one in a hundred, keep single pages from being given
 * back, but not those between them. The phases: filled, emptied (all threads
 * wait), exited.
 */
#include "pattern.h"

#include <pthread.h>

enum {
    IDLERS = 32,
    BYTES = 800 * 1024, /* of each, for each unit of SCALE */
    LEFT = 100,         /* one of so many is not freed */
    AVERAGE = 200,      /* less than the average size, to know enough slots */
};

struct idler {
    struct object *objects;
    size_t count, live;
};

static struct idler idlers[IDLERS];
static size_t bytes;
static pthread_barrier_t barrier; /* of the idlers and the one that measures */

static void allocate(struct idler *idler, uint64_t *state)
{
    while (idler->live < bytes) {
        struct object *object = &idler->objects[idler->count++];

        make(object, small_size(state), next_random(state));
        fill(object);
        idler->live += object->size;
    }
}

static uint64_t free_most(struct idler *idler, uint64_t *state)
{
    uint64_t sum = 0;

    for (size_t full = idler->count; full > idler->count / LEFT;) {
        struct object *object =
            &idler->objects[random_below(state, idler->count)];

        if (object->payload) {
            idler->live -= object->size;
            sum += drop_filled(object);
            full--;
        }
    }
    return sum;
}

static size_t live(void)
{
    size_t all = 0;

    for (int i = 0; i < IDLERS; i++)
        all += idlers[i].live;
    return all;
}

/* All threads meet before and after each of their deeds, and stand still while
 * this one measures. */
static void measure(void)
{
    pthread_barrier_wait(&barrier);
    resident_base();
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    resident("idle-filled", live());
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    resident("idle-emptied", live());
    pthread_barrier_wait(&barrier);
}

static uint64_t work(int thread)
{
    struct idler *idler = &idlers[thread];
    uint64_t state = seed(thread);
    uint64_t sum;

    if (thread == IDLERS) {
        measure();
        return 0;
    }
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    allocate(idler, &state);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    sum = free_most(idler, &state);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return sum;
}

int main(int argc, char **argv)
{
    uint64_t sum;

    bytes = (size_t)scale(argc, argv) * BYTES;
    for (int i = 0; i < IDLERS; i++)
        idlers[i].objects = notes(bytes / AVERAGE * sizeof(struct object));
    pthread_barrier_init(&barrier, NULL, IDLERS + 1);
    sum = in_threads(IDLERS + 1, work);
    resident("idle-exited", live());
    for (int i = 0; i < IDLERS; i++) {
        for (size_t j = 0; j < idlers[i].count; j++) {
            if (idlers[i].objects[j].payload)
                sum += drop_filled(&idlers[i].objects[j]);
        }
    }
    return done(sum);
}
