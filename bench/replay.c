/*
 * replay.c - plays a trace on an allocator and reports time or memory.
 *
 * Usage: replay [--budget SECONDS] [--samples N] TRACE LIBRARY
 *
 * LIBRARY is a path, `system` for the C library's malloc, or `none` for an
 * allocator that hands out the same memory to everybody in no time: its row
 * is the cost of the harness. Without --samples the run is timed and its
 * row printed; with it the run stops now and then to ask for live and held
 * bytes, and N + 1 rows are printed, each with the peaks so far. Past the
 * budget (20 s unless said) it stops, and says how far it came.
 *
 * All calls are made by one thread, in the recorded order. A payload is
 * written once a cache line (its first MiB), its first byte being a tag that
 * must still be there when the object is freed. Between the first operation
 * and the last nothing but the allocator under test allocates: the rest maps.
 */
#define _GNU_SOURCE
#include "allocator.h"
#include "trace.h"

#include <sys/time.h>

enum {
    LINE = 64,              /* bytes of a cache line */
    TOUCHED = 1024 * 1024,  /* bytes of a payload that are used at most */
    LARGE = 64 * 1024,      /* a request that may change held by itself */
    DEFAULT_BUDGET = 20,    /* seconds */
};

struct object {
    unsigned char *payload; /* NULL: its allocation failed */
    size_t size;
};

struct sample {
    size_t operation;
    double seconds;
    size_t live, held, peak_live, peak_held;
};

struct run {
    const struct allocator *allocator;
    const struct trace *trace;
    struct object *objects;
    size_t done;   /* operations */
    size_t failed; /* of them: allocations answered with NULL */
    double started, seconds;
    struct sample *samples; /* NULL: the run is timed */
    size_t sample_count, samples_taken;
    struct sample now;
};

static volatile sig_atomic_t out_of_time;
static const char *program_tail = ": one operation does not end\n";
static const char *allocator_name;

/* --- payloads ----------------------------------------------------------- */

/* Never 0, which is what fresh memory holds. */
static unsigned char tag_of(const struct op *op)
{
    return (unsigned char)(op->object * 2 + 1);
}

static void touch(unsigned char *payload, size_t from, size_t to,
                  unsigned char tag)
{
    for (size_t i = from; i < to && i < TOUCHED; i += LINE)
        payload[i] = tag;
}

static void check_tag(const struct run *run, const struct op *op,
                      const unsigned char *payload, size_t size)
{
    char what[100];

    if (size == 0 || payload[0] == tag_of(op) || run->allocator->shares)
        return;
    snprintf(what, sizeof(what),
             "operation %zu: the payload of object %u was overwritten",
             run->done, op->object);
    die(run->allocator->name, what);
}

/* --- the run ------------------------------------------------------------ */

static void play_realloc(struct run *run, const struct op *op)
{
    struct object *object = &run->objects[op->object];
    unsigned char *payload;
    size_t kept = object->size < op->size ? object->size : op->size;

    if (object->payload)
        check_tag(run, op, object->payload, object->size);
    payload = run->allocator->realloc(object->payload, op->size);
    if (!payload) {
        run->failed++;
        return;
    }
    check_tag(run, op, payload, kept);
    touch(payload, kept, op->size, tag_of(op));
    *object = (struct object){payload, op->size};
}

static void play_free(struct run *run, const struct op *op)
{
    struct object *object = &run->objects[op->object];

    if (object->payload) {
        check_tag(run, op, object->payload, object->size);
        run->allocator->free(object->payload);
    }
    *object = (struct object){NULL, 0};
}

static void play_allocation(struct run *run, const struct op *op)
{
    const struct allocator *allocator = run->allocator;
    void *payload;

    if (op->kind == OP_MALLOC)
        payload = allocator->malloc(op->size);
    else if (op->kind == OP_CALLOC)
        payload = allocator->calloc(1, op->size);
    else
        payload = allocator->memalign((size_t)1 << op->alignment_log2,
                                      op->size);
    if (!payload) {
        run->failed++;
        return;
    }
    touch(payload, 0, op->size, tag_of(op));
    run->objects[op->object] = (struct object){payload, op->size};
}

static inline void play(struct run *run, const struct op *op)
{
    if (op->kind == OP_FREE)
        play_free(run, op);
    else if (op->kind == OP_REALLOC)
        play_realloc(run, op);
    else
        play_allocation(run, op);
    run->done++;
}

static void play_timed(struct run *run)
{
    const struct trace *trace = run->trace;

    run->started = seconds_now();
    while (run->done < trace->count && !out_of_time)
        play(run, &trace->ops[run->done]);
    run->seconds = seconds_now() - run->started;
}

static void ask_held(struct run *run)
{
    struct sample *now = &run->now;

    now->held = run->allocator->held ? run->allocator->held() : 0;
    if (now->held > now->peak_held)
        now->peak_held = now->held;
}

static void take_sample(struct run *run)
{
    ask_held(run);
    run->now.operation = run->done;
    run->now.seconds = seconds_now() - run->started;
    run->samples[run->samples_taken++] = run->now;
}

/* Keeps count of live bytes, and asks for held ones where they may peak. */
static void play_sampled(struct run *run)
{
    const struct trace *trace = run->trace;
    struct sample *now = &run->now;
    size_t next = 0;

    run->started = seconds_now();
    while (run->done < trace->count && !out_of_time) {
        const struct op *op = &trace->ops[run->done];
        const struct object *object = &run->objects[op->object];

        if (run->done >= next) {
            take_sample(run);
            next = (size_t)((double)trace->count * (double)run->samples_taken /
                            (double)run->sample_count);
        }
        now->live -= object->size;
        play(run, op);
        now->live += object->size;
        if (now->live > now->peak_live)
            now->peak_live = now->live;
        if (op->size >= LARGE)
            ask_held(run);
    }
    take_sample(run);
}

/* --- the budget --------------------------------------------------------- */

/* The first alarm ends the run; a second one finds it inside a call. */
static void on_alarm(int signal)
{
    (void)signal;
    if (out_of_time) {
        const char *head = "replay: ";
        if (write(STDERR_FILENO, head, strlen(head)) < 0 ||
            write(STDERR_FILENO, allocator_name, strlen(allocator_name)) < 0 ||
            write(STDERR_FILENO, program_tail, strlen(program_tail)) < 0)
            _exit(1);
        _exit(1);
    }
    out_of_time = 1;
}

static void set_budget(double seconds)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct timeval time = {
        .tv_sec = (time_t)seconds,
        .tv_usec = (suseconds_t)(1e6 * (seconds - (double)(time_t)seconds)),
    };
    struct itimerval timer = {.it_interval = time, .it_value = time};

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void end_budget(void)
{
    struct itimerval never = {0};

    setitimer(ITIMER_REAL, &never, NULL);
}

/* --- the report --------------------------------------------------------- */

static void print_held(const struct run *run, size_t held)
{
    if (run->allocator->held)
        printf(",%zu", held);
    else
        printf(",");
}

static void print_timed(const struct run *run, double budget)
{
    size_t count = run->trace->count;
    double percent = count ? 100.0 * (double)run->done / (double)count : 100;

    printf("allocator,operations,done,percent,seconds,ns_per_operation,"
           "failed,final_held,note\n");
    printf("%s,%zu,%zu,%.1f,%.6f,%.2f,%zu", run->allocator->name, count,
           run->done, percent, run->seconds,
           run->done ? 1e9 * run->seconds / (double)run->done : 0,
           run->failed);
    print_held(run, run->now.held);
    printf(",");
    if (run->done < count)
        printf("stopped at %.2g %% after %g s", percent, budget);
    printf("\n");
}

static void print_samples(const struct run *run)
{
    printf("allocator,operation,seconds,live,held,peak_live,peak_held\n");
    for (size_t i = 0; i < run->samples_taken; i++) {
        const struct sample *sample = &run->samples[i];

        printf("%s,%zu,%.6f,%zu", run->allocator->name, sample->operation,
               sample->seconds, sample->live);
        print_held(run, sample->held);
        printf(",%zu", sample->peak_live);
        print_held(run, sample->peak_held);
        printf("\n");
    }
}

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: replay [--budget SECONDS] [--samples N] TRACE "
                    "LIBRARY|system|none\n");
    exit(2);
}

int main(int argc, char **argv)
{
    struct trace trace = {0};
    struct allocator allocator = {0};
    struct run run = {.allocator = &allocator, .trace = &trace};
    double budget = DEFAULT_BUDGET;
    const char *error;

    for (; argc > 2 && strncmp(argv[1], "--", 2) == 0; argc -= 2, argv += 2) {
        if (strcmp(argv[1], "--budget") == 0)
            budget = number_of("--budget", argv[2]);
        else if (strcmp(argv[1], "--samples") == 0)
            run.sample_count = (size_t)number_of("--samples", argv[2]);
        else
            usage();
    }
    if (argc != 3)
        usage();
    error = trace_load(argv[1], &trace);
    if (error)
        die(argv[1], error);
    if (strcmp(argv[2], "none") == 0)
        open_none(&allocator, trace.largest);
    else
        open_library(&allocator, argv[2]);
    allocator_name = allocator.name;
    run.objects = map_zeroed(trace.objects * sizeof(*run.objects));
    if (run.sample_count > 0)
        run.samples = map_zeroed((run.sample_count + 2) * sizeof(*run.samples));
    set_budget(budget);
    if (run.samples)
        play_sampled(&run);
    else
        play_timed(&run);
    end_budget();
    ask_held(&run);
    if (run.samples)
        print_samples(&run);
    else
        print_timed(&run, budget);
    return fflush(stdout) == 0 ? 0 : 1;
}
