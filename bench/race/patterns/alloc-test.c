/*
 * alloc-test.c - random lifetimes, most of them short and some very long; one
 * thread, or two with nothing in common.
 *
 *     alloc-test [SCALE [THREADS]]
 *
 * After alloc-test by OLogN Technologies (ithare.com, "Testing Memory
 * Allocators ... While Trying to Simulate Real-World Loads", 2018). A slot is
 * chosen; if it is full, its payload is read and freed, and else one is
 * allocated and written. The choice follows the rule of 80 and 20: four of five
 * times it is among the first fifth of the slots, of these again four of five
 * times among their first fifth, and so on. Sizes are 9 to 1024 bytes, each
 * doubling half as frequent as the one before.
 *
 * What lives long is scattered among what dies young: the free chunks are small
 * and many, and have all ages. It hurts what must search or coalesce, and
 * whoever needs a cache line of its own for each chunk.
 */
#include "pattern.h"

enum {
    CALLS = 600000, /* by each thread, for each unit of SCALE */
    SLOTS = 100000,
    LEVELS = 5,
    DOUBLINGS = 7,
};

static struct object *slots[THREADS];
static long calls;

/* A byte of a random number for each level: 205 of 256 are four of five. */
static struct object *choose(struct object *from, uint64_t *state)
{
    uint64_t random = next_random(state);
    size_t count = SLOTS;

    for (int i = 0; i < LEVELS && (random & 255) < 205; i++) {
        count /= 5;
        random >>= 8;
    }
    return &from[random_below(state, count)];
}

/* The number of zeroes at the end of a random number is 0 in half of all cases,
 * 1 in half of the others ... */
static size_t size_of_one(uint64_t random)
{
    int doublings = __builtin_ctzll(random | 1 << (DOUBLINGS - 1));
    size_t least = (size_t)8 << doublings;

    return least + 1 + (random >> 32) % least;
}

static uint64_t call(struct object *object, uint64_t *state)
{
    uint64_t random;

    if (object->payload)
        return drop_filled(object);
    random = next_random(state);
    make(object, size_of_one(random), random >> 16);
    fill(object);
    return 0;
}

/* Half the slots are full when the time begins, as they are in the long run. */
static uint64_t work(int thread)
{
    uint64_t state = seed(thread);
    uint64_t sum = 0;

    slots[thread] = notes(SLOTS * sizeof(struct object));
    for (int i = 0; i < SLOTS; i += 2)
        call(&slots[thread][i], &state);
    for (long i = 0; i < calls; i++)
        sum += call(choose(slots[thread], &state), &state);
    for (int i = 0; i < SLOTS; i++) {
        if (slots[thread][i].payload)
            sum += drop_filled(&slots[thread][i]);
    }
    return sum;
}

int main(int argc, char **argv)
{
    bool two = argc > 2 && strcmp(argv[2], "2") == 0;

    if (argc > 2 && !two && strcmp(argv[2], "1") != 0)
        fail("THREADS is 1 or 2");
    calls = scale(argc, argv) * CALLS;
    return done(two ? in_threads(THREADS, work) : work(0));
}
