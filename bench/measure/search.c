/*
 * search.c - the time of a malloc for which no free chunk is large enough.
 *
 * Usage: search [--budget SECONDS] LIBRARY|system|none
 *
 * Many small payloads are allocated, each followed by one that stays in use, so
 * that no two of them can be merged. Then more and more of them are freed. At
 * each point (10, 32, 100 ... 1000000 free chunks) the same step is repeated:
 *
 *   BATCH times malloc(LARGE)  timed: no free chunk is large enough; kept
 *   BATCH times malloc(SMALL)  takes free chunks,
 *   BATCH times free           timed: and puts them back
 *
 * An allocator that sorts its free chunks only when it next needs them has
 * BATCH of them to sort in each step: so the work that it puts off is measured
 * too. A row has the medians of STEPS steps, and of the first step alone, in ns
 * per call. A point takes up to SECONDS (0.2 by default), and is the last one
 * if that is not ENOUGH.
 */
#define _GNU_SOURCE
#include "../replay/allocator.h"

enum {
    SMALL = 152, /* bytes: too large for a fast bin */
    GUARD = 24,  /* bytes of the payload in between */
    LARGE = 168, /* bytes: its chunk is the next size */
    POINTS = 11, /* half a power of ten apart */
    MOST = 1000 * 1000,
    BATCH = 5,
    STEPS = 101,
    ENOUGH = 3,
};

struct search {
    struct allocator allocator;
    double budget; /* seconds a point */
    void **small;  /* MOST payloads; those before free_chunks are free */
    size_t free_chunks;
    size_t steps;
    double malloc_ns[STEPS], free_ns[STEPS]; /* per call */
};

static void *get(const struct search *search, size_t size)
{
    char *payload = search->allocator.malloc(size);

    if (!payload)
        die(search->allocator.name, "has no memory for 1000000 chunks");
    *payload = 1;
    return payload;
}

static void allocate_all(struct search *search)
{
    for (size_t i = 0; i < MOST; i++) {
        if (i % 1000 == 0)
            alarm(PATIENCE);
        search->small[i] = get(search, SMALL);
        get(search, GUARD);
    }
}

static void free_up_to(struct search *search, size_t free_chunks)
{
    while (search->free_chunks < free_chunks)
        search->allocator.free(search->small[search->free_chunks++]);
}

static double ns_per_call(double start, double end)
{
    return 1e9 * (end - start) / BATCH;
}

static void step(struct search *search)
{
    const struct allocator *allocator = &search->allocator;
    void *payloads[BATCH];
    double start = seconds_now();

    for (int i = 0; i < BATCH; i++)
        payloads[i] = allocator->malloc(LARGE);
    search->malloc_ns[search->steps] = ns_per_call(start, seconds_now());
    if (!payloads[BATCH - 1])
        die(allocator->name, "has no memory for a large payload");

    for (int i = 0; i < BATCH; i++)
        payloads[i] = get(search, SMALL);
    start = seconds_now();
    for (int i = 0; i < BATCH; i++)
        allocator->free(payloads[i]);
    search->free_ns[search->steps++] = ns_per_call(start, seconds_now());
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *numbers, size_t count)
{
    qsort(numbers, count, sizeof(*numbers), compare);
    return numbers[count / 2];
}

static void print_row(struct search *search)
{
    double first = search->malloc_ns[0];

    printf("%zu,%zu,%.1f,%.1f,%.1f,", search->free_chunks,
           search->steps * BATCH, median(search->malloc_ns, search->steps),
           median(search->free_ns, search->steps), first);
    if (search->steps < ENOUGH)
        printf("stopped: %zu calls in %g s", search->steps * BATCH,
               search->budget);
    printf("\n");
    fflush(stdout); /* the next point may never end */
}

static void measure_point(struct search *search)
{
    double end = seconds_now() + search->budget;

    alarm(PATIENCE + (unsigned)search->budget);
    search->steps = 0;
    do
        step(search);
    while (search->steps < STEPS && seconds_now() < end);
}

static void measure(void *context)
{
    struct search *search = context;
    double free_chunks = 10;

    allocate_all(search);
    printf("free_chunks,calls,malloc_ns,free_ns,first_malloc_ns,note\n");
    for (int point = 0; point < POINTS; point++) {
        free_up_to(search, (size_t)(free_chunks + 0.5));
        measure_point(search);
        print_row(search);
        if (search->steps < ENOUGH)
            return;
        free_chunks *= 3.16227766; /* the root of ten */
    }
}

int main(int argc, char **argv)
{
    static struct search search = {.budget = 0.2};

    if (argc > 2 && strcmp(argv[1], "--budget") == 0) {
        search.budget = number_of("--budget", argv[2]);
        argc -= 2;
        argv += 2;
    }
    if (argc != 2 || strncmp(argv[1], "--", 2) == 0) {
        fprintf(stderr,
                "usage: search [--budget SECONDS] LIBRARY|system|none\n");
        return 2;
    }
    if (strcmp(argv[1], "none") == 0)
        open_none(&search.allocator, LARGE);
    else
        open_library(&search.allocator, argv[1]);
    search.small = map_zeroed(MOST * sizeof(*search.small));
    in_child(&search.allocator, measure, &search);
    return 0;
}
