/*
 * threads.c - how many operations a second several threads do together.
 *
 * Usage: threads WORKLOAD LIBRARY
 *
 * WORKLOAD is private, larson, pipeline or churn: see thread_workloads.h.
 * LIBRARY is a path, `system`, or `none` for the cost of the benchmark itself.
 *
 * Each row is a point: 1, 2, 4 ... threads, up to twice the number of cores,
 * each in a process of its own. A point takes 0.1 s; an allocator that never
 * uses memory again takes some hundred MiB in that time. The ratio is to the
 * first point of this run. When the time is over and all payloads are still
 * there, the arenas that hold memory are counted, and the resident bytes beyond
 * those at the start. What the library cannot tell is left empty.
 */
#define _GNU_SOURCE
#include "../replay/allocator.h"
#include "thread_workloads.h"

#include <pthread.h>
#include <sched.h>

enum {
    MAX_ARENAS = 1024,  /* whose numbers are counted */
    POINT = 100 * 1000, /* microseconds */
};

/* The children write their results here, into memory shared with the parent. */
struct test {
    const struct allocator *allocator;
    const struct workload *workload;
    pthread_barrier_t barrier;
    atomic_bool stop;
    unsigned threads;
    double operations_per_second;
    int arenas;
    size_t resident_before; /* 0: not known */
    size_t resident;        /* beyond those */
};

/* --- a worker ----------------------------------------------------------- */

static pthread_t start_thread(struct worker *worker, void *(*work)(void *))
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, work, worker) != 0)
        die(worker->allocator->name, "cannot start a thread");
    return thread;
}

static void *play(void *context)
{
    struct worker *worker = context;

    worker->part(worker);
    return NULL;
}

static void call(struct worker *worker, void (*part)(struct worker *worker))
{
    worker->part = part;
    if (worker->test->workload->new_threads)
        pthread_join(start_thread(worker, play), NULL);
    else
        play(worker);
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct test *test = worker->test;
    double start;

    call(worker, test->workload->fill);
    worker->operations = 0;
    pthread_barrier_wait(&test->barrier);
    start = seconds_now();
    while (!test->stop)
        call(worker, test->workload->turn);
    worker->seconds = seconds_now() - start;
    pthread_barrier_wait(&test->barrier); /* all have finished */
    pthread_barrier_wait(&test->barrier); /* memory has been looked at */
    return NULL;
}

/* --- a point ------------------------------------------------------------- */

static int note_arena(const struct malloc_chunk_info *chunk, void *context)
{
    bool *seen = context;

    if (chunk->arena < MAX_ARENAS)
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

static struct worker *start_workers(struct test *test)
{
    struct worker *workers = map_zeroed(test->threads * sizeof(*workers));

    pthread_barrier_init(&test->barrier, NULL, test->threads + 1);
    for (unsigned i = 0; i < test->threads; i++) {
        workers[i].test = test;
        workers[i].allocator = test->allocator;
        workers[i].random = 88172645463325252u + i;
        workers[i].alone = test->threads == 1;
        workers[i].producer = &workers[i & ~1u];
    }
    test->resident_before = resident_bytes();
    for (unsigned i = 0; i < test->threads; i++)
        start_thread(&workers[i], work);
    return workers;
}

static void run(void *context)
{
    struct test *test = context;
    struct worker *workers = start_workers(test);

    pthread_barrier_wait(&test->barrier);
    usleep(POINT);
    test->stop = true;
    pthread_barrier_wait(&test->barrier);
    test->resident = resident_beyond(test->resident_before);
    test->arenas = count_arenas(test->allocator);
    for (unsigned i = 0; i < test->threads; i++) {
        test->operations_per_second +=
            (double)workers[i].operations / workers[i].seconds;
        if (workers[i].failed)
            die(test->allocator->name, "an allocation failed");
    }
}

static void print_row(const struct test *test, double first)
{
    printf("%u,%.0f,%.3f,", test->threads, test->operations_per_second,
           test->operations_per_second / first);
    if (test->arenas > 0)
        printf("%d", test->arenas);
    printf(",");
    if (test->resident_before > 0)
        printf("%zu", test->resident);
    printf(",\n");
}

/* --- the command line ---------------------------------------------------- */

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: threads");
    for (const struct workload *w = workloads; w->name; w++)
        fprintf(stderr, "%c%s", w == workloads ? ' ' : '|', w->name);
    fprintf(stderr, " LIBRARY|system|none\n");
    exit(2);
}

static const struct workload *workload_named(const char *name)
{
    for (const struct workload *w = workloads; w->name; w++)
        if (strcmp(w->name, name) == 0)
            return w;
    usage();
}

/* The cores that this process may use: in a container, fewer than there are. */
static unsigned count_cores(void)
{
    cpu_set_t cores;

    if (sched_getaffinity(0, sizeof(cores), &cores) != 0)
        die("sched_getaffinity", strerror(errno));
    return (unsigned)CPU_COUNT(&cores);
}

int main(int argc, char **argv)
{
    struct test *test = map_memory(sizeof(*test), MAP_SHARED);
    struct allocator allocator = {0};
    const struct workload *workload;
    unsigned cores = count_cores();
    double first = 0;

    if (argc != 3)
        usage();
    workload = workload_named(argv[1]);
    if (strcmp(argv[2], "none") == 0)
        open_none(&allocator, 1024);
    else
        open_library(&allocator, argv[2]);
    printf("threads,operations_per_second,ratio,arenas,resident,note\n");
    for (unsigned threads = 1; threads <= 2 * cores; threads *= 2) {
        *test = (struct test){&allocator, workload, .threads = threads};
        in_child(&allocator, run, test);
        if (threads == 1)
            first = test->operations_per_second;
        print_row(test, first);
    }
    close_output();
    return 0;
}
