/*
 * latency.c - how long each call of a trace takes, as a histogram.
 *
 * Usage: latency [--budget SECONDS] TRACE LIBRARY
 *
 * LIBRARY is a path, `system` or `none`. The player calls the allocator through
 * functions that look at the clock before and after: what is timed is the call
 * alone, not the use of the payload. `none` shows what the clock costs, some
 * 20 to 40 ns, which is in all rows. One thread makes all calls, so nobody
 * waits for a lock.
 *
 * A row is a bucket: the longest time that falls into it, in ns, and the number
 * of calls that took so long. Below 128 ns each time has a bucket of its own;
 * above, a bucket is at most a 64th of its time wide. Empty buckets are left
 * out. The clock may be coarser than a ns: on some processors it goes in steps
 * of 10.
 */
#define _GNU_SOURCE
#include "play.h"

#include <stdint.h>

enum {
    STEPS_LOG2 = 6, /* buckets to a power of two */
    STEPS = 1 << STEPS_LOG2,
    BUCKETS = STEPS * (64 - STEPS_LOG2 + 1),
    DEFAULT_BUDGET = 20,
};

static struct allocator timed; /* the one that is measured */
static size_t *calls;          /* by bucket */

/* How many times must ns be halved until it is less than 2 * STEPS? */
static unsigned halvings(uint64_t ns)
{
    unsigned bits = 64 - (unsigned)__builtin_clzll(ns | 1);

    return bits > STEPS_LOG2 + 1 ? bits - (STEPS_LOG2 + 1) : 0;
}

static size_t bucket_of(uint64_t ns)
{
    unsigned shift = halvings(ns);

    return (size_t)shift * STEPS + (ns >> shift);
}

/* The longest time in a bucket. */
static uint64_t bucket_end(size_t bucket)
{
    unsigned shift = bucket < STEPS ? 0 : (unsigned)(bucket / STEPS) - 1;
    uint64_t first = bucket - (size_t)shift * STEPS;

    return ((first + 1) << shift) - 1;
}

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void note(uint64_t start, uint64_t end)
{
    calls[bucket_of(end - start)]++;
}

/* --- the allocator that the player sees --------------------------------- */

static void *timed_malloc(size_t size)
{
    uint64_t start = now();
    void *payload = timed.malloc(size);

    note(start, now());
    return payload;
}

static void timed_free(void *payload)
{
    uint64_t start = now();

    timed.free(payload);
    note(start, now());
}

static void *timed_calloc(size_t count, size_t size)
{
    uint64_t start = now();
    void *payload = timed.calloc(count, size);

    note(start, now());
    return payload;
}

static void *timed_realloc(void *old, size_t size)
{
    uint64_t start = now();
    void *payload = timed.realloc(old, size);

    note(start, now());
    return payload;
}

static void *timed_memalign(size_t alignment, size_t size)
{
    uint64_t start = now();
    void *payload = timed.memalign(alignment, size);

    note(start, now());
    return payload;
}

static void stand_in_front(struct allocator *allocator)
{
    timed = *allocator;
    calls = map_zeroed(BUCKETS * sizeof(*calls));
    allocator->malloc = timed_malloc;
    allocator->free = timed_free;
    allocator->calloc = timed_calloc;
    allocator->realloc = timed_realloc;
    allocator->memalign = timed_memalign;
}

int main(int argc, char **argv)
{
    static struct player player = {.budget = DEFAULT_BUDGET};

    if (argc > 2 && strcmp(argv[1], "--budget") == 0) {
        player.budget = number_of("--budget", argv[2]);
        argc -= 2;
        argv += 2;
    }
    if (argc != 3 || strncmp(argv[1], "--", 2) == 0)
        usage("[--budget SECONDS] TRACE LIBRARY|system|none");
    open_player(&player, argv[1], argv[2]);
    stand_in_front(&player.allocator);
    play(&player);
    printf("ns,calls\n");
    for (size_t i = 0; i < BUCKETS; i++) {
        if (calls[i] > 0)
            printf("%llu,%zu\n", (unsigned long long)bucket_end(i), calls[i]);
    }
    end_report(&player);
    return 0;
}
