/* arenas.c - which thread uses which arena
 *
 * Threads that share an arena wait for each other. So each thread is attached
 * to an arena and stays with it: to one that nobody uses, else to a new one;
 * and when there are so many that more would only cost memory, to one that
 * nobody is in at the moment. A thread that ends is detached, and leaves its
 * arena, with all that lies there, to the next that begins.
 *
 * A chunk belongs to its arena, not to a thread: whoever frees it takes the
 * lock of the arena where it lies.
 *
 * Order of locks: the list of arenas; an arena, of several the main one first
 * and then along the ring; the mappings. Who holds one may take those that
 * follow, never one before.
 */
#include "arenas.h"
#include "params.h"

#include <unistd.h>

/* The lock guards all of this, and next, next_free, number and
 * attached_threads of every arena. */
static struct {
    pthread_mutex_t lock;
    struct arena *idle; /* arenas without threads, by next_free */
    struct arena *turn; /* whose turn it is to be shared */
    size_t count;
} all = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .idle = &main_arena,
    .turn = &main_arena,
    .count = 1,
};

__thread struct arena *thread_arena;

/* Its destructor detaches a thread that ends. */
static pthread_key_t at_thread_exit;
static bool have_key;

void arenas_lock(void)
{
    if (!forking)
        pthread_mutex_lock(&all.lock);
}

void arenas_unlock(void)
{
    if (!forking)
        pthread_mutex_unlock(&all.lock);
}

struct arena *next_arena(struct arena *a)
{
    if (a == NULL)
        return &main_arena;
    return a->next != &main_arena ? a->next : NULL;
}

static void make_idle(struct arena *a)
{
    a->next_free = all.idle;
    all.idle = a;
}

static void detach(void *arena)
{
    struct arena *a = arena;

    thread_arena = NULL;
    arenas_lock();
    if (--a->attached_threads == 0)
        make_idle(a);
    arenas_unlock();
}

__attribute__((constructor)) static void make_key(void)
{
    have_key = pthread_key_create(&at_thread_exit, detach) == 0;
}

/* After dlclose() there is no detach() any more that could be called. */
__attribute__((destructor)) static void delete_key(void)
{
    if (have_key)
        pthread_key_delete(at_thread_exit);
    have_key = false;
}

/* How many arenas there may be. The cores are counted once, and not before it
 * matters. */
static size_t limit(void)
{
    static size_t by_cores;

    if (params.arena_max != 0)
        return params.arena_max;
    if (by_cores == 0 && all.count <= params.arena_test)
        return all.count + 1;
    if (by_cores == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        by_cores = ARENAS_PER_CORE * (size_t)(cores > 0 ? cores : 2);
    }
    return by_cores;
}

static struct arena *take_idle(void)
{
    struct arena *a = all.idle;

    if (a != NULL)
        all.idle = a->next_free;
    return a;
}

static struct arena *add_arena(void)
{
    struct arena *a = all.count < limit() ? new_arena() : NULL;

    if (a != NULL) {
        a->number = (unsigned)all.count++;
        a->next = main_arena.next;
        main_arena.next = a;
    }
    return a;
}

/* An arena whose lock is free just now, or else the next one in turn. */
static struct arena *share(void)
{
    struct arena *a = all.turn;

    do {
        if (pthread_mutex_trylock(&a->lock) == 0) {
            pthread_mutex_unlock(&a->lock);
            break;
        }
        a = a->next;
    } while (a != all.turn);
    all.turn = a->next;
    return a;
}

struct arena *attach(void)
{
    arenas_lock();
    struct arena *a = take_idle();
    if (a == NULL)
        a = add_arena();
    if (a == NULL)
        a = share();
    a->attached_threads++;
    arenas_unlock();

    thread_arena = a;
    if (have_key)
        pthread_setspecific(at_thread_exit, a); /* may allocate */
    return a;
}

/* Where another arena failed, the main one may do, and where that one failed
 * any other. The thread stays attached to its own. */
struct arena *arena_get_retry(struct arena *a)
{
    arena_unlock(a);
    arenas_lock();
    struct arena *other = a != &main_arena ? &main_arena : a->next;
    arenas_unlock();
    if (other == a)
        return NULL;
    arena_lock(other);
    return other;
}

void forget_other_threads(void)
{
    all.idle = NULL;
    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a)) {
        a->attached_threads = a == thread_arena;
        if (a != thread_arena)
            make_idle(a);
    }
}
