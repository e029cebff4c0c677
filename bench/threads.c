/*
 * threads.c - how many operations a second several threads do together.
 *
 * Usage: threads LIBRARY|system
 *
 * Each thread has SLOTS payloads of its own, and in a loop frees the one in a
 * random slot, or allocates one of 1 to 1024 bytes where the slot is empty.
 * No thread touches what another has allocated: all they share is the
 * allocator. They begin together, and count what they did in SECONDS.
 *
 * A row a point: 1, 2, 4 ... threads, up to twice the number of cores. The
 * ratio is to this run's own first point. The arenas are those with chunks in
 * use while all threads still have their payloads; where the library has no
 * malloc_walk, the field stays empty.
 */
#define _GNU_SOURCE
#include "allocator.h"

#include <pthread.h>
#include <stdint.h>

enum {
    SLOTS = 1000,
    MAX_ARENAS = 1024, /* whose numbers are counted */
    LINE = 128,        /* no two threads write within so many bytes */
};

static const double SECONDS = 0.1;

struct worker {
    struct test *test;
    uint64_t random; /* never 0 */
    char *slots[SLOTS];
    size_t operations;
    double seconds;
    bool failed; /* an allocation was answered with NULL */
} __attribute__((aligned(LINE)));

/* The children write the results here, into memory that they share with us. */
struct test {
    const struct allocator *allocator;
    pthread_barrier_t barrier;
    unsigned threads;
    double operations_per_second;
    int arenas;
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

static void one_operation(struct worker *worker)
{
    const struct allocator *allocator = worker->test->allocator;
    uint64_t random = next_random(&worker->random);
    char **slot = &worker->slots[(uint32_t)random % SLOTS];

    if (*slot) {
        allocator->free(*slot);
        *slot = NULL;
    } else {
        *slot = allocator->malloc(random_size(random));
        if (*slot)
            **slot = 1;
        else
            worker->failed = true;
    }
}

/* Half the slots are filled first: that is what they hold in the long run. */
static void *work(void *context)
{
    struct worker *worker = context;
    struct test *test = worker->test;
    double start;

    for (int i = 0; i < SLOTS; i++)
        one_operation(worker);
    pthread_barrier_wait(&test->barrier);
    start = seconds_now();
    do {
        for (int i = 0; i < 100; i++)
            one_operation(worker);
        worker->operations += 100;
        worker->seconds = seconds_now() - start;
    } while (worker->seconds < SECONDS);
    pthread_barrier_wait(&test->barrier); /* all have finished */
    pthread_barrier_wait(&test->barrier); /* the arenas are counted */
    return NULL;
}

static int note_arena(const struct malloc_chunk_info *chunk, void *context)
{
    bool *seen = context;

    if (chunk->kind == MALLOC_USED && chunk->arena < MAX_ARENAS)
        seen[chunk->arena] = true;
    return 0;
}

static int count_arenas(const struct allocator *allocator)
{
    static bool seen[MAX_ARENAS];
    int count = 0;

    if (!allocator->walk)
        return 0;
    allocator->walk(note_arena, seen);
    for (int i = 0; i < MAX_ARENAS; i++)
        count += seen[i];
    return count;
}

static void run(void *context)
{
    struct test *test = context;
    struct worker *workers = map_zeroed(test->threads * sizeof(*workers));

    pthread_barrier_init(&test->barrier, NULL, test->threads + 1);
    for (unsigned i = 0; i < test->threads; i++) {
        pthread_t thread;

        workers[i].test = test;
        workers[i].random = 88172645463325252u + i;
        if (pthread_create(&thread, NULL, work, &workers[i]) != 0)
            die(test->allocator->name, "cannot start a thread");
    }
    pthread_barrier_wait(&test->barrier);
    pthread_barrier_wait(&test->barrier);
    test->arenas = count_arenas(test->allocator);
    for (unsigned i = 0; i < test->threads; i++) {
        test->operations_per_second +=
            (double)workers[i].operations / workers[i].seconds;
        if (workers[i].failed)
            die(test->allocator->name, "an allocation failed");
    }
}

int main(int argc, char **argv)
{
    struct allocator allocator = {0};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    double first = 0;

    if (argc != 2 || strncmp(argv[1], "--", 2) == 0) {
        fprintf(stderr, "usage: threads LIBRARY|system\n");
        return 2;
    }
    open_library(&allocator, argv[1]);
    printf("allocator,threads,operations_per_second,ratio,arenas,note\n");
    for (unsigned threads = 1; threads <= 2 * cores; threads *= 2) {
        struct test *test = mmap(NULL, sizeof(*test), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        if (test == MAP_FAILED)
            die("mmap", "no memory for the tables of the benchmark");
        test->allocator = &allocator;
        test->threads = threads;
        in_child(&allocator, run, test);
        if (threads == 1)
            first = test->operations_per_second;
        printf("%s,%u,%.0f,%.3f,", allocator.name, threads,
               test->operations_per_second,
               test->operations_per_second / first);
        if (test->arenas > 0)
            printf("%d", test->arenas);
        printf(",\n");
        munmap(test, sizeof(*test));
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
