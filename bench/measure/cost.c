/*
 * cost.c - the memory that a payload takes, for each size.
 *
 * Usage: cost LIBRARY|system
 *
 * For each size from LEAST to MOST, a child process allocates BYTES of
 * payloads, writes to all of them and frees none. A row has the size, and what
 * became resident meanwhile, in bytes per payload: the payload itself, header
 * and rounding, what is left over at the ends of pages, and the allocator's
 * tables.
 *
 * The first payloads are not counted: an allocator sets itself up with them,
 * and may keep them elsewhere until a size has been asked for often enough.
 */
#define _GNU_SOURCE
#include "../replay/allocator.h"

#include <sys/prctl.h>

enum {
    LEAST = 16, /* bytes */
    MOST = 1024,
    STEP = 8,
    FIRST = 1000,    /* payloads that are not counted */
    BYTES = 4 << 20, /* of payloads of each size */
};

struct cost {
    struct allocator allocator;
    size_t size;
};

static void allocate(const struct cost *cost, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *payload = cost->allocator.malloc(cost->size);

        if (!payload)
            die(cost->allocator.name, "has no memory for 4 MiB of payloads");
        memset(payload, 1, cost->size);
    }
}

static void measure(void *context)
{
    const struct cost *cost = context;
    size_t count = BYTES / cost->size, before;

    allocate(cost, FIRST);
    before = resident_bytes();
    allocate(cost, count);
    printf("%zu,%.1f\n", cost->size,
           (double)resident_beyond(before) / (double)count);
}

int main(int argc, char **argv)
{
    static struct cost cost;

    if (argc != 2 || strncmp(argv[1], "--", 2) == 0) {
        fprintf(stderr, "usage: cost LIBRARY|system\n");
        return 2;
    }
    /* Huge pages would become resident as a whole, 2 MiB at once. */
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    open_library(&cost.allocator, argv[1]);
    printf("size,resident\n");
    for (cost.size = LEAST; cost.size <= MOST; cost.size += STEP)
        in_child(&cost.allocator, measure, &cost);
    return 0;
}
