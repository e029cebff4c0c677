/*
 * micro.c - what a malloc and a free cost, in ns, when little else happens.
 *
 * Usage: micro [-q] [NAME...]
 *
 * The allocator is the one that this process has, so LD_PRELOAD chooses it.
 * Each row is measured in a child process, which begins with a fresh allocator:
 * for 25 ms without counting, then five times for 25 ms (-q: 8 ms, three
 * times). It prints NAME, the median of ns a pair, and the least, with tabs
 * between them.
 *
 * Programs write to what they allocate, so the first byte of each 4 KiB of a
 * payload is written: in the rows of 4 KiB and more this includes page faults,
 * if the allocator gives memory back in between. Nothing is read again, so it
 * does not matter what payloads hold (see bump.c). The loop, the write and the
 * calls as such cost the same for every allocator: most of what the rows of
 * bump show.
 */
#define _GNU_SOURCE
#include "../replay/tool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>

enum {
    PAGE = 4096,
    SMALLEST = 16, /* bytes: the sizes of the random row, and the first one */
    LARGEST = 1024,
    LIVE = 10 * 1000, /* payloads of the random row */
    MOST_RUNS = 5,
    PATIENCE = 20, /* seconds for a row; then its process is killed */
};

/* To be done again and again: work(size, count), which is count pairs. */
struct row {
    const char *name;
    void (*work)(size_t size, size_t count);
    size_t size;
    size_t count;
    size_t repeat; /* so often before the clock is looked at */
};

static void *payloads[LIVE];

/* --- the work ------------------------------------------------------------ */

static inline void write_pages(void *payload, size_t from, size_t size)
{
    for (size_t at = from; at < size; at += PAGE)
        ((volatile char *)payload)[at] = 1;
}

static inline void *get(size_t size)
{
    void *payload = malloc(size);

    write_pages(payload, 0, size);
    return payload;
}

static void pair(size_t size, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(get(size));
}

/* The last that came is the first to go. */
static void lifo(size_t size, size_t count)
{
    for (size_t i = 0; i < count; i++)
        payloads[i] = get(size);
    for (size_t i = count; i > 0; i--)
        free(payloads[i - 1]);
}

/* The first that came is the first to go. */
static void fifo(size_t size, size_t count)
{
    for (size_t i = 0; i < count; i++)
        payloads[i] = get(size);
    for (size_t i = 0; i < count; i++)
        free(payloads[i]);
}

/* One of LIVE payloads goes, whichever, and one of any size takes its place.
 * Both are chosen by one number of Marsaglia's xorshift. */
static void any(size_t largest, size_t count)
{
    static uint32_t random = 2463534242;
    size_t sizes = largest - SMALLEST + 1;

    for (size_t i = 0; i < count; i++) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        void **slot = &payloads[(random >> 16) * LIVE >> 16];
        free(*slot);
        *slot = get(SMALLEST + ((random & 0xffff) * sizes >> 16));
    }
}

static void zeroed(size_t size, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *payload = calloc(1, size);
        write_pages(payload, 0, size);
        free(payload);
    }
}

/* A payload that becomes twice as large until it has its size, as an array does
 * to which a program appends. All this counts as one pair. */
static void doubling(size_t size, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *payload = get(SMALLEST);
        for (size_t old = SMALLEST; old < size; old *= 2) {
            payload = realloc(payload, 2 * old);
            write_pages(payload, old, 2 * old);
        }
        free(payload);
    }
}

static void *end_at_once(void *unused)
{
    return unused;
}

/* Pairs in a process that has had a second thread, so that locks are taken. */
static void threaded(size_t size, size_t count)
{
    static bool has_been;
    pthread_t thread;

    if (!has_been) {
        if (pthread_create(&thread, NULL, end_at_once, NULL) != 0)
            die("threaded", "cannot start a thread");
        pthread_join(thread, NULL);
        has_been = true;
    }
    pair(size, count);
}

static const struct row rows[] = {
    {"pair-16", pair, 16, 1000, 1},
    {"pair-24", pair, 24, 1000, 1},
    {"pair-24-threaded", threaded, 24, 1000, 1},
    {"pair-64", pair, 64, 1000, 1},
    {"pair-256", pair, 256, 1000, 1},
    {"pair-1024", pair, 1024, 1000, 1},
    {"lifo-64x24", lifo, 24, 64, 16},
    {"lifo-64x64", lifo, 64, 64, 16},
    {"fifo-64x24", fifo, 24, 64, 16},
    {"fifo-64x64", fifo, 64, 64, 16},
    {"lifo-1000x24", lifo, 24, 1000, 1},
    {"lifo-1000x200", lifo, 200, 1000, 1},
    {"lifo-1000x1024", lifo, 1024, 1000, 1},
    {"fifo-1000x24", fifo, 24, 1000, 1},
    {"fifo-1000x200", fifo, 200, 1000, 1},
    {"fifo-1000x1024", fifo, 1024, 1000, 1},
    {"random-10000", any, LARGEST, 1000, 1},
    {"pair-4KiB", pair, 4 << 10, 100, 1},
    {"pair-64KiB", pair, 64 << 10, 50, 1},
    {"pair-256KiB", pair, 256 << 10, 50, 1},
    {"pair-1MiB", pair, 1 << 20, 20, 1},
    {"calloc-64", zeroed, 64, 1000, 1},
    {"calloc-4096", zeroed, 4096, 100, 1},
    {"realloc-1MiB", doubling, 1 << 20, 1, 5},
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

/* --- measuring ----------------------------------------------------------- */

/* How long, and how often. */
static double seconds = 0.025;
static int runs = MOST_RUNS;

/* Repeat the work until the time is over; returns ns a pair. */
static double run(const struct row *row)
{
    double start = seconds_now(), taken;
    size_t pairs = 0;

    do {
        for (size_t i = 0; i < row->repeat; i++)
            row->work(row->size, row->count);
        pairs += row->repeat * row->count;
        taken = seconds_now() - start;
    } while (taken < seconds);
    return 1e9 * taken / (double)pairs;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void measure(const struct row *row)
{
    double ns[MOST_RUNS];

    run(row); /* warms up */
    for (int i = 0; i < runs; i++)
        ns[i] = run(row);
    qsort(ns, (size_t)runs, sizeof(*ns), compare);
    printf("%s\t%.2f\t%.2f\n", row->name, ns[runs / 2], ns[0]);
}

static void measure_in_child(const struct row *row)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        alarm(PATIENCE);
        measure(row);
        close_output();
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        die("fork", strerror(errno));
    if (WIFSIGNALED(status))
        die(row->name, WTERMSIG(status) == SIGALRM
                           ? "does not end"
                           : strsignal(WTERMSIG(status)));
    if (status != 0)
        exit(1); /* the child has said why */
}

/* --- the command line ---------------------------------------------------- */

static const struct row *row_named(const char *name)
{
    for (const struct row *row = rows; row < rows + ROWS; row++)
        if (strcmp(row->name, name) == 0)
            return row;
    die(name, "no such row");
}

int main(int argc, char **argv)
{
    static char buffer[BUFSIZ]; /* or printf() would allocate one */

    setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
    if (argc > 1 && strcmp(argv[1], "-q") == 0) {
        seconds = 0.008;
        runs = 3;
        argc--;
        argv++;
    }
    for (int i = 1; i < argc; i++)
        row_named(argv[i]);
    for (int i = 1; i < argc; i++)
        measure_in_child(row_named(argv[i]));
    for (int i = 0; argc == 1 && i < ROWS; i++)
        measure_in_child(&rows[i]);
    return 0;
}
