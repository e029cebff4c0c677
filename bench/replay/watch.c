/*
 * watch.c - plays a trace on threads, one at a time; see watch.h.
 *
 * The thread that runs is the one that has been posted: each thread waits at a
 * semaphore of its own. The main thread is the recorded thread 0, and it alone
 * creates and joins the others: what libc allocates for that, a table of some
 * 300 bytes per thread, then comes from libc's main arena. (If libc's malloc is
 * under test, this is measured too.) A thread hands over to the main thread if
 * the next call is for a thread not yet begun, or after its own last call.
 *
 * Stacks and the table here lie in shared mappings, which are not anonymous
 * memory, so that they do not count as resident bytes.
 */
#define _GNU_SOURCE
#include "watch.h"

#include <pthread.h>
#include <semaphore.h>

#define STACK ((size_t)256 * 1024)

struct cast {
    struct player *player;
    const struct watch *watch;
    size_t next_moment; /* an operation */
    size_t moments_seen;
    struct role *roles, *ended;
};

struct role { /* a recorded thread */
    struct cast *cast;
    sem_t turn;
    size_t last; /* its last operation */
    pthread_t thread;
    void *stack; /* NULL: it has not begun */
};

static void look(struct cast *cast)
{
    const struct watch *watch = cast->watch;

    watch->at_moment(cast->player, watch->context);
    cast->moments_seen++;
    cast->next_moment =
        (size_t)((double)cast->player->trace.count *
                 (double)cast->moments_seen / (double)watch->moments);
}

/* Whose is the next call? NULL: nobody's. */
static struct role *next_role(const struct cast *cast)
{
    if (!play_goes_on(cast->player))
        return NULL;
    return &cast->roles[next_op(cast->player)->thread];
}

/* Makes this thread's calls, up to another's. */
static void take_turn(struct role *role)
{
    struct cast *cast = role->cast;
    struct player *player = cast->player;

    while (next_role(cast) == role) {
        const struct op *op = next_op(player);

        if (player->done >= cast->next_moment)
            look(cast);
        play_one(player);
        if (cast->watch->after)
            cast->watch->after(player, op, cast->watch->context);
    }
}

static void await_turn(struct role *role)
{
    while (sem_wait(&role->turn) != 0)
        ; /* a signal */
}

static void *act(void *context)
{
    struct role *role = context;
    struct cast *cast = role->cast;
    struct role *next;

    for (;;) {
        await_turn(role);
        take_turn(role);
        if (cast->player->done > role->last)
            break;
        next = next_role(cast);
        if (!next || !next->stack)
            next = &cast->roles[0];
        sem_post(&next->turn);
    }
    cast->ended = role;
    sem_post(&cast->roles[0].turn);
    return NULL;
}

static void begin(struct role *role)
{
    pthread_attr_t attributes;

    role->stack = map_memory(STACK, MAP_SHARED);
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, role->stack, STACK);
    if (pthread_create(&role->thread, &attributes, act, role) != 0)
        die("threads", "cannot start as many as the trace has");
    pthread_attr_destroy(&attributes);
}

/* Ends the thread that says it has made its last call, if there is one. */
static void bury(struct cast *cast)
{
    struct role *role = cast->ended;

    if (!role)
        return;
    pthread_join(role->thread, NULL);
    munmap(role->stack, STACK);
    cast->ended = NULL;
}

static void direct(struct cast *cast)
{
    struct role *self = &cast->roles[0], *next;

    while ((next = next_role(cast)) != NULL) {
        if (next == self) {
            take_turn(self);
            continue;
        }
        if (!next->stack)
            begin(next);
        sem_post(&next->turn);
        await_turn(self);
        bury(cast);
    }
}

void play_watched(struct player *player, const struct watch *watch)
{
    const struct trace *trace = &player->trace;
    struct cast cast = {.player = player, .watch = watch};

    cast.roles =
        map_memory((trace->threads + 1) * sizeof(*cast.roles), MAP_SHARED);
    cast.roles[0].stack = &cast; /* the main thread has begun */
    for (uint32_t i = 0; i <= trace->threads; i++) {
        cast.roles[i].cast = &cast;
        sem_init(&cast.roles[i].turn, 0, 0);
    }
    for (uint32_t i = 0; i < trace->threads; i++)
        cast.roles[i].last = trace_last(trace, i);
    begin_play(player);
    direct(&cast);
    end_play(player);
    watch->at_moment(player, watch->context);
}
