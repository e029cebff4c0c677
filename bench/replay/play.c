/*
 * play.c - the player; see play.h.
 *
 * An operation costs two calls through pointers and the cache lines that are
 * written: some 10 ns, which `none` shows.
 */
#define _GNU_SOURCE
#include "play.h"

#include <limits.h>
#include <pthread.h>
#include <sys/time.h>

enum {
    LINE = 64,                /* bytes of a cache line */
    PAGE = 4096,              /* bytes of a page, or less */
    DENSE = 1024 * 1024,      /* bytes that are touched line by line */
    MOST = 256 * 1024 * 1024, /* bytes that are touched at all */
};

static volatile sig_atomic_t out_of_time;
static const struct player *playing; /* what the signal handlers speak of */

/* --- payloads ----------------------------------------------------------- */

/* Never 0, because fresh memory is all 0. */
static unsigned char tag_of(const struct op *op)
{
    return (unsigned char)(op->object * 2 + 1);
}

static void touch(unsigned char *payload, size_t from, size_t to,
                  unsigned char tag)
{
    size_t i = from;

    for (; i < to && i < DENSE; i += LINE)
        payload[i] = tag;
    for (; i < to && i < MOST; i += PAGE)
        payload[i] = tag;
}

/* Is the tag of op's object still there? If not, dies. */
static void check_tag(const struct player *player, const struct op *op,
                      const unsigned char *payload, size_t size)
{
    char what[100];

    if (size == 0 || payload[0] == tag_of(op) || player->allocator.shares)
        return;
    snprintf(what, sizeof(what),
             "operation %zu: the payload of object %u was overwritten",
             player->done, op->object);
    die(player->allocator.name, what);
}

/* --- an operation ------------------------------------------------------- */

static void play_realloc(struct player *player, const struct op *op)
{
    struct object *object = &player->objects[op->object];
    unsigned char *payload;
    size_t kept = object->size < op->size ? object->size : op->size;
    size_t size = op->size > 0 ? op->size : 1; /* 0 would free it, here */

    if (object->payload)
        check_tag(player, op, object->payload, object->size);
    payload = player->allocator.realloc(object->payload, size);
    if (!payload) { /* the old one stays */
        player->failed++;
        return;
    }
    check_tag(player, op, payload, kept);
    touch(payload, kept, op->size, tag_of(op));
    player->live += op->size - object->size;
    *object = (struct object){payload, op->size};
}

static void play_free(struct player *player, const struct op *op)
{
    struct object *object = &player->objects[op->object];

    if (object->payload) { /* or its allocation failed */
        check_tag(player, op, object->payload, object->size);
        player->allocator.free(object->payload);
    }
    player->live -= object->size;
    *object = (struct object){NULL, 0};
}

static void play_allocation(struct player *player, const struct op *op)
{
    const struct allocator *allocator = &player->allocator;
    void *payload;

    if (op->kind == OP_MALLOC)
        payload = allocator->malloc(op->size);
    else if (op->kind == OP_CALLOC)
        payload = allocator->calloc(1, op->size);
    else
        payload =
            allocator->memalign((size_t)1 << op->alignment_log2, op->size);
    if (!payload) {
        player->failed++;
        return;
    }
    touch(payload, 0, op->size, tag_of(op));
    player->live += op->size;
    player->objects[op->object] = (struct object){payload, op->size};
}

const struct op *next_op(const struct player *player)
{
    return &player->trace.ops[player->done - player->trace.begin];
}

void play_one(struct player *player)
{
    const struct op *op = next_op(player);

    if (op->kind == OP_FREE)
        play_free(player, op);
    else if (op->kind == OP_REALLOC)
        play_realloc(player, op);
    else
        play_allocation(player, op);
    player->done++;
}

/* --- signals ------------------------------------------------------------ */

/* The allocator cannot go on. (A handler may not call snprintf() in general.
 * But this one never returns to anything that it could have disturbed.) */
static _Noreturn void give_up(const char *what)
{
    char line[PATH_MAX + 100];

    snprintf(line, sizeof(line), "%s: %s: operation %zu: %s\n",
             program_invocation_short_name, playing->allocator.name,
             playing->done, what);
    if (write(STDERR_FILENO, line, strlen(line)) < 0)
        _exit(2);
    _exit(1);
}

/* The first alarm ends the run; a second one finds it inside a call. */
static void on_alarm(int signal)
{
    (void)signal;
    if (out_of_time)
        give_up("does not end");
    out_of_time = 1;
}

static void on_crash(int signal)
{
    give_up(signal == SIGABRT ? "the allocator aborted" : "crashed");
}

/* A function that calls itself for ever has used up its own stack. */
static void set_handlers(void)
{
    static char reserve[1 << 16];
    stack_t stack = {.ss_sp = reserve, .ss_size = sizeof(reserve)};
    struct sigaction alarm = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    struct sigaction crash = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};

    sigaltstack(&stack, NULL);
    sigaction(SIGALRM, &alarm, NULL);
    sigaction(SIGABRT, &crash, NULL);
    sigaction(SIGSEGV, &crash, NULL);
    sigaction(SIGBUS, &crash, NULL);
    sigaction(SIGFPE, &crash, NULL);
    sigaction(SIGILL, &crash, NULL);
}

/* --- the run ------------------------------------------------------------ */

void begin_play(struct player *player)
{
    long us = (long)(1e6 * player->budget) + 1; /* 0 would be no timer */
    struct timeval time = {us / 1000000, us % 1000000};
    struct itimerval timer = {.it_interval = time, .it_value = time};

    playing = player;
    set_handlers();
    setitimer(ITIMER_REAL, &timer, NULL);
    player->started = seconds_now();
}

void end_play(struct player *player)
{
    struct itimerval never = {0};

    player->seconds = seconds_now() - player->started;
    setitimer(ITIMER_REAL, &never, NULL);
}

/* Moves the trace's window on, with the clock and the budget's timer stopped;
 * false at the end of the trace. */
static bool read_on(struct player *player)
{
    struct itimerval never = {0}, rest;
    double start = seconds_now();
    const char *error;

    if (player->done == player->trace.count)
        return false;
    setitimer(ITIMER_REAL, &never, &rest);
    error = trace_move(&player->trace);
    if (error)
        die(player->trace.path, error);
    setitimer(ITIMER_REAL, &rest, NULL);
    player->started += seconds_now() - start;
    return true;
}

bool play_goes_on(struct player *player)
{
    if (out_of_time)
        return false;
    return player->done < player->trace.end || read_on(player);
}

static void *sleep_on(void *nothing)
{
    for (;;)
        pause();
    return nothing;
}

/* As long as a process has one thread, allocators leave out their locks. So a
 * trace of several threads is played beside a second thread, which sleeps. */
static void begin_second_thread(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, sleep_on, NULL) != 0)
        die("threads", "cannot start another one");
}

void play(struct player *player)
{
    if (player->trace.threads > 1)
        begin_second_thread();
    begin_play(player);
    while (play_goes_on(player))
        play_one(player);
    end_play(player);
}

const char *play_note(const struct player *player)
{
    size_t count = player->trace.count, done = player->done;
    static char note[80];

    if (done < count)
        snprintf(note, sizeof(note), "stopped at %g %% after %g s",
                 (double)(1000 * done / count) / 10, player->budget);
    return note;
}

void end_report(const struct player *player)
{
    close_output();
    if (player->done < player->trace.count)
        die(player->allocator.name, play_note(player));
}

/* --- before ------------------------------------------------------------- */

void open_player(struct player *player, const char *trace, const char *library)
{
    const char *error = trace_load(trace, &player->trace);

    if (error)
        die(trace, error);
    player->objects =
        map_zeroed(player->trace.objects * sizeof(*player->objects));
    player->resident_before = resident_bytes();
    if (strcmp(library, "none") == 0)
        open_none(&player->allocator, player->trace.largest);
    else
        open_library(&player->allocator, library);
}

_Noreturn void usage(const char *arguments)
{
    fprintf(stderr, "usage: %s %s\n", program_invocation_short_name, arguments);
    exit(2);
}
