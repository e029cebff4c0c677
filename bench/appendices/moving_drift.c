/*
 * moving_drift.c - plays a trace on the heap whose objects move.
 *
 * Usage: moving_drift TRACE GROWTH [pauses|phases]
 *
 * All objects hang from one table; what the trace frees is taken out of the
 * table, and the collector has to find out. Every INTERVAL operations the
 * program waits for a cycle, as a timer would ask for one: a cycle that begins
 * by itself does so when memory is asked for, and not when it is dropped. Rows
 * are moments of the run: the operation, the bytes that are live, and the bytes
 * held. The last one was made after two cycles. What it cost is said on stderr.
 *
 * pauses: the program waits for no cycle of its own, and loads READS references
 * after each operation. A row for each pause, with its kind, the nanoseconds
 * until all threads stood still, and those until they could go on. cycle: a row
 * for each operation of a tenth of the run, with the microseconds since the
 * start, live bytes, bytes of pages in use, bytes held, and bytes of forwarding
 * tables.
 */
#define _GNU_SOURCE
#include "../record/trace.h"

#include "heap.h"
#include "moving.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    MOMENTS = 400,
    CAPACITY = 32 << 20,
    WORKERS = 2,
    READS = 500,
    INTERVAL = 2000, /* operations; then the program asks for a cycle */
    MIDDLE = 101999,
};

static size_t live;

static double thread_seconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_moment(size_t operation, size_t held)
{
    printf("%zu,%zu,%zu\n", operation, live, held);
}

static struct object **table; /* a root: a reference for each of the trace's */
static size_t *sizes;

/* As the player does: a byte in each cache line. */
static void touch(struct object *o, size_t size)
{
    volatile char *data = object_data(o);

    for (size_t i = 0; i < size; i += 64)
        data[i] = 1;
}

static void move_one(const struct op *op)
{
    live -= sizes[op->object];
    sizes[op->object] = op->size;
    live += op->size;
    struct object *o = NULL;
    if (op->kind != OP_FREE) {
        o = object_new(0, op->size);
        touch(o, op->size);
    }
    store_reference(*table, op->object, o);
}

/* Look at other objects, as a cache that is read much more than written. */
static void read_some(uint32_t objects)
{
    static uint64_t state = 1;
    static volatile char seen;

    for (int i = 0; i < READS; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        struct object *o = load_reference(*table, (state >> 33) % objects);
        if (o != NULL)
            seen = *(char *)object_data(o);
    }
    (void)seen;
}

static void print_phase(const char *name)
{
    printf("%s,%zu,%zu,%zu,%zu,%zu\n", name, live, heap.used, heap.peak,
           moving_held(), heap.forwarding_bytes);
    heap.peak = heap.used;
}

static void mark_to_the_end(void)
{
    do
        mark_concurrently();
    while (!mark_end());
}

static void go_through_phases(void)
{
    static const struct {
        const char *name;
        void (*phase)(void);
    } phases[] = {
        {"mark start", mark_start},          {"mark", mark_to_the_end},
        {"choose pages", choose_pages},      {"relocate start", relocate_start},
        {"relocate", relocate_concurrently}, {"trim", heap_trim},
    };

    thread_leave();
    heap.peak = heap.used;
    print_phase("before");
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        phases[i].phase();
        print_phase(phases[i].name);
    }
    thread_return();
}

/* How often and how long this thread stood still in pauses. */
enum { STANDS = 100000 };
static double stands[STANDS];
static size_t stand_count;

static void stand_if_there_is_a_pause(void)
{
    if (!atomic_load_explicit(&pause_wanted, memory_order_relaxed))
        return;
    double start = thread_seconds(CLOCK_MONOTONIC);
    safepoint();
    if (stand_count < STANDS)
        stands[stand_count++] = thread_seconds(CLOCK_MONOTONIC) - start;
}

static void print_pauses(void)
{
    static const char *const kinds[] = {"mark-start", "mark-end",
                                        "relocate-start"};

    for (size_t i = 0; i < collector.pauses && i < PAUSES_KEPT; i++)
        printf("%s,%lu,%lu\n", kinds[collector.pause[i].kind],
               collector.pause[i].wait_ns, collector.pause[i].work_ns);
    for (size_t i = 0; i < stand_count; i++)
        printf("program,0,%.0f\n", 1e9 * stands[i]);
}

static void play_moving(const char *name, size_t growth, const char *mode)
{
    struct trace trace;
    const char *error = trace_load(name, &trace);
    size_t count = 0;
    bool reads = strcmp(mode, "pauses") == 0;
    bool phases = strcmp(mode, "phases") == 0, moments = strcmp(mode, "") == 0;

    if (error != NULL || trace.end != trace.count)
        errx(1, "%s: %s", name, error != NULL ? error : "too long");
    if (moving_start(CAPACITY, WORKERS, growth) != 0)
        errx(1, "there is no heap");
    thread_attach();
    table = root_push(object_new(trace.objects, 0));
    sizes = calloc(trace.objects, sizeof *sizes);
    double start = thread_seconds(CLOCK_MONOTONIC);
    for (size_t i = 0; i < trace.count; i++) {
        if (phases && i == MIDDLE)
            go_through_phases();
        if (moments && i >= trace.count * count / MOMENTS) {
            print_moment(i, moving_held());
            count++;
        }
        move_one(&trace.ops[i]);
        if (reads) {
            read_some(trace.objects);
            stand_if_there_is_a_pause();
        } else if (i % INTERVAL == 0) {
            collect();
        }
    }
    double elapsed = thread_seconds(CLOCK_MONOTONIC) - start;
    double own = thread_seconds(CLOCK_THREAD_CPUTIME_ID);
    double all = thread_seconds(CLOCK_PROCESS_CPUTIME_ID);
    fprintf(stderr,
            "growth %zu: %zu cycles, %zu pages emptied, %zu waits for memory, "
            "%.3f s, of CPU time %.3f s here, %.3f s in the collector\n",
            growth, collector_cycles(), collector.emptied, collector.waits,
            elapsed, own, all - own);
    if (moments)
        print_moment(trace.count, moving_held());
    collect();
    collect();
    if (moments)
        print_moment(trace.count, moving_held());
    if (reads)
        print_pauses();
    root_pop(1);
    thread_detach();
    moving_stop();
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4)
        errx(2, "usage: moving_drift TRACE GROWTH [pauses|phases]");
    play_moving(argv[1], strtoul(argv[2], NULL, 10), argc > 3 ? argv[3] : "");
    if (fflush(stdout) != 0)
        err(1, "standard output");
    return 0;
}
