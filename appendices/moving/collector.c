/* collector.c - a cycle, its phases and pauses, and when it begins */
#include "collector.h"

#include "allocate.h"
#include "barrier.h"
#include "mark.h"
#include "relocate.h"
#include "workers.h"

#include <time.h>

struct collector collector;

/* ---- pauses ---- */

static uint64_t now_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t begun_ns, stood_ns;

static void begin_pause(void)
{
    begun_ns = now_ns(CLOCK_MONOTONIC);
    pause_begin();
    stood_ns = now_ns(CLOCK_MONOTONIC);
}

static void end_pause(enum pause_kind kind)
{
    pause_end();
    collector.pause[collector.pauses++ % PAUSES_KEPT] = (struct pause){
        .kind = kind,
        .wait_ns = stood_ns - begun_ns,
        .work_ns = now_ns(CLOCK_MONOTONIC) - stood_ns,
    };
}

/* In a pause nobody loads from the global slot. */
static void visit_roots(void (*visit)(struct object **root))
{
    struct object *shared = global;

    visit(&shared);
    global = shared;
    for (struct thread *t = mutators; t != NULL; t = t->next)
        for (size_t i = 0; i < t->roots; i++)
            visit(&t->root[i]);
}

/* ---- phases ---- */

void mark_start(void)
{
    begin_pause();
    heap.cycle++;
    set_good_colour(heap.cycle % 2 == 0 ? MARKED0 : MARKED1);
    for (struct thread *t = mutators; t != NULL; t = t->next)
        retire_page(t);
    workers_each(retire_page);
    retire_page(self);
    visit_roots(mark_root);
    end_pause(MARK_START);
    mark_hand_over(self);
}

void mark_concurrently(void)
{
    mark_begin(collector.workers);
    workers_run(mark_until_nothing_is_left);
}

bool mark_end(void)
{
    begin_pause();
    for (struct thread *t = mutators; t != NULL; t = t->next)
        mark_hand_over(t);
    bool done = mark_is_done();
    end_pause(MARK_END);
    return done;
}

void choose_pages(void)
{
    relocate_forget();
    collector.emptied += relocate_select();
}

void relocate_start(void)
{
    begin_pause();
    set_good_colour(REMAPPED);
    visit_roots(relocate_root);
    end_pause(RELOCATE_START);
}

void relocate_concurrently(void)
{
    workers_run(relocate_until_nothing_is_left);
    relocate_end();
}

/* ---- cycles ---- */

static void cycle(void)
{
    mark_start();
    do
        mark_concurrently();
    while (!mark_end());
    choose_pages();
    relocate_start();
    relocate_concurrently();
    heap_trim();
    heap_set_pace(collector.growth);
}

/* Guards how many cycles have begun and ended, and what is wanted. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool wanted, ends;
static size_t begun, ended;

static pthread_t collector_id;
static struct thread collector_thread; /* no mutator: it makes the pauses */

static void *collector_main(void *unused)
{
    (void)unused;
    self = &collector_thread;
    pthread_mutex_lock(&lock);
    while (!ends) {
        if (!wanted) {
            pthread_cond_wait(&changed, &lock);
            continue;
        }
        wanted = false;
        begun++;
        pthread_mutex_unlock(&lock);
        cycle();
        pthread_mutex_lock(&lock);
        ended++;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void want_locked(void)
{
    wanted = true;
    pthread_cond_broadcast(&changed);
}

void collector_wake(void)
{
    pthread_mutex_lock(&lock);
    if (begun == ended)
        want_locked();
    pthread_mutex_unlock(&lock);
}

void collect(void)
{
    thread_leave();
    pthread_mutex_lock(&lock);
    size_t next = begun + 1;
    want_locked();
    while (ended < next)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    thread_return();
}

size_t collector_cycles(void)
{
    pthread_mutex_lock(&lock);
    size_t cycles = ended;
    pthread_mutex_unlock(&lock);
    return cycles;
}

int collector_start(size_t workers, size_t growth)
{
    int error = workers_start(workers);

    if (error != 0)
        return -error;
    collector = (struct collector){.workers = workers, .growth = growth};
    wanted = ends = false;
    begun = ended = 0;
    heap_set_pace(growth);
    collector_thread = (struct thread){0};
    error = pthread_create(&collector_id, NULL, collector_main, NULL);
    if (error != 0)
        workers_stop();
    return -error;
}

void collector_stop(void)
{
    pthread_mutex_lock(&lock);
    ends = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    pthread_join(collector_id, NULL);
    workers_stop();
    relocate_forget();
}
