/*
 * pool_least.c - how short may a pool be in which a trace runs?
 *
 * Usage: pool_least TRACE...
 *
 * A trace runs in a pool if no allocation is refused. The length is searched
 * for by halving, to a thousandth of the bytes that live at most. (A longer
 * pool might not do where a shorter one does, as chunks lie elsewhere. So what
 * is found is a pool that does, next to one that does not.)
 *
 * For each trace it prints the bytes that live at most, as asked for; the
 * length of the pool; and how many times as long that is.
 */
#define _GNU_SOURCE
#include "../record/trace.h"
#include "pool.h"
#include "tool.h"

static char *array; /* as long as the longest pool that is tried */
static void **payloads;

/* One operation; false if it is refused. */
static bool play_one(struct pool *pool, const struct op *op)
{
    void **payload = &payloads[op->object];
    size_t size = op->size > 0 ? op->size : 1;

    switch (op->kind) {
    case OP_FREE:
        if (!pool_free(pool, *payload))
            die("pool_free", "it refuses a payload");
        return true;
    case OP_REALLOC: {
        void *moved = pool_realloc(pool, *payload, size);
        *payload = moved != NULL ? moved : *payload;
        return moved != NULL;
    }
    case OP_ALIGNED:
        *payload =
            pool_alloc_aligned(pool, (size_t)1 << op->alignment_log2, size);
        return *payload != NULL;
    default:
        *payload = pool_alloc(pool, size);
        return *payload != NULL;
    }
}

static bool runs_in(const struct trace *trace, size_t length)
{
    struct pool *pool = pool_init(array, length);

    if (pool == NULL)
        return false;
    memset(payloads, 0, trace->objects * sizeof *payloads);
    for (size_t i = 0; i < trace->count; i++)
        if (!play_one(pool, &trace->ops[i]))
            return false;
    return true;
}

static size_t least_pool(const struct trace *trace)
{
    size_t longest = 4 * trace->peak_live + (1 << 20);
    size_t short_by = trace->peak_live, enough = longest;

    array = map_reserved(longest);
    if (!runs_in(trace, enough -= enough % POOL_ALIGNMENT))
        die(trace->path,
            "a pool four times as long as what lives is too short");
    while (enough - short_by > trace->peak_live / 1000 + POOL_ALIGNMENT) {
        size_t middle = short_by + (enough - short_by) / 2;
        middle -= middle % POOL_ALIGNMENT;
        if (runs_in(trace, middle))
            enough = middle;
        else
            short_by = middle;
    }
    munmap(array, longest + 1);
    return enough;
}

int main(int argc, char **argv)
{
    printf("%-16s %10s %10s %6s\n", "trace", "live", "pool", "times");
    for (int i = 1; i < argc; i++) {
        struct trace trace;
        const char *error = trace_load(argv[i], &trace);
        if (error == NULL && trace.end < trace.count)
            error = "it is too long to be played at once";
        if (error != NULL)
            die(argv[i], error);
        payloads = map_zeroed(trace.objects * sizeof *payloads);
        size_t length = least_pool(&trace);
        printf("%-16s %10zu %10zu %6.3f\n", basename(argv[i]), trace.peak_live,
               length, (double)length / (double)trace.peak_live);
        fflush(stdout);
    }
    close_output();
    return 0;
}
