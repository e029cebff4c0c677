/* threads.c - which thread uses which arena
 *
 * Threads that share an arena wait for each other. So each thread is attached
 * to an arena and stays with it: one that nobody uses, or else a new one. When
 * there are so many arenas that more would only cost memory, it is one that
 * nobody is in at the moment. A thread that ends is detached, and leaves its
 * arena, with all that lies there, to the next thread that begins.
 *
 * A chunk belongs to its arena, not to a thread: whoever frees it takes the
 * lock of the arena in which it lies.
 *
 * Order of locks: first that of the list of arenas; then those of arenas, the
 * main one first and the others as they follow on the list; then that of the
 * mappings. Whoever holds a lock may take later ones, never an earlier one.
 */
#define _GNU_SOURCE /* for tgkill() and gettid() */
#include "threads.h"
#include "params.h"
#include "slab.h"
#include "tcache.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

/* The lock guards all of this, and some fields of each arena: see arena.h. */
static struct {
    pthread_mutex_t lock;
    struct arena *idle; /* arenas without threads, linked by next_free */
    struct arena *turn; /* the next one to be shared */
    size_t count;
    pthread_key_t at_thread_exit; /* its destructor detaches a thread */
    bool have_key;
} arenas = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .idle = &main_arena,
    .turn = &main_arena,
    .count = 1,
};

__thread struct arena *thread_arena;

bool arenas_lock(void)
{
    return lock_acquire(&arenas.lock);
}

void arenas_unlock(bool locked)
{
    lock_release(&arenas.lock, locked);
}

static void add_idle_arena(struct arena *a)
{
    a->next_free = arenas.idle;
    arenas.idle = a;
}

/* Called when a thread ends. Destructors of others may still allocate later,
 * and nobody would detach the thread a second time. So the thread uses the main
 * arena from now on, without being counted there. */
static void detach_thread(void *arena)
{
    struct arena *a = arena;

    tcache_end(tcache);
    thread_arena = &main_arena;
    bool locked = arenas_lock();
    if (a->newest_thread == gettid())
        a->newest_thread = 0;
    if (--a->attached_threads == 0)
        add_idle_arena(a);
    arenas_unlock(locked);
}

/* How many arenas there may be. Cores are counted once, when it matters. */
static size_t arena_limit(void)
{
    static size_t by_cores;

    if (params.arena_max != 0)
        return params.arena_max;
    if (by_cores == 0 && arenas.count <= params.arena_test)
        return arenas.count + 1;
    if (by_cores == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        by_cores = ARENAS_PER_CORE * (size_t)(cores > 0 ? cores : 2);
    }
    return by_cores;
}

static struct arena *take_idle_arena(void)
{
    struct arena *a = arenas.idle;

    if (a != NULL)
        arenas.idle = a->next_free;
    return a;
}

/* An arena whose only thread has ended without being detached: its first call
 * came in the last round of destructors. (Signal 0 asks if a thread exists.) */
static struct arena *take_orphaned_arena(void)
{
    struct arena *a = next_arena(NULL);

    while (a != NULL && (a->attached_threads != 1 || a->newest_thread == 0 ||
                         tgkill(getpid(), a->newest_thread, 0) == 0))
        a = next_arena(a);
    if (a != NULL) {
        a->attached_threads = 0;
        tcache_end(a->cache);
    }
    return a;
}

/* An arena that lies in a heap of its own, at its start. NULL if there is no
 * memory for it. */
static struct arena *new_arena(void)
{
    size_t header = sizeof(struct heap_info) + sizeof(struct arena);
    struct heap_info *heap = new_heap(header, 2 * MINSIZE, params.top_pad);
    if (heap == NULL)
        return NULL;

    struct arena *a = (struct arena *)(heap + 1);
    heap->arena = a;
    arena_init(a, heap_span(heap));
    return a;
}

static struct arena *add_arena(void)
{
    struct arena *a = arenas.count < arena_limit() ? new_arena() : NULL;

    if (a != NULL) {
        a->number = (unsigned)arenas.count++;
        a->next = main_arena.next;
        main_arena.next = a;
    }
    return a;
}

/* The arena after a, or after the last one the first. */
static struct arena *arena_in_turn(struct arena *a)
{
    return a->next != NULL ? a->next : &main_arena;
}

/* An arena whose lock is free at the moment, or else the next one in turn. */
static struct arena *share_arena(void)
{
    struct arena *a = arenas.turn;

    do {
        if (pthread_mutex_trylock(&a->lock) == 0) {
            pthread_mutex_unlock(&a->lock);
            break;
        }
        a = arena_in_turn(a);
    } while (a != arenas.turn);
    arenas.turn = arena_in_turn(a);
    return a;
}

struct arena *attach_thread(void)
{
    int saved_errno = errno;

    if (forking) /* all arenas are locked, and no new one may be made */
        return &main_arena;
    bool locked = arenas_lock();
    if (!arenas.have_key)
        arenas.have_key =
            pthread_key_create(&arenas.at_thread_exit, detach_thread) == 0;
    struct arena *a = take_idle_arena();
    if (a == NULL)
        a = take_orphaned_arena();
    if (a == NULL)
        a = add_arena();
    if (a == NULL)
        a = share_arena();
    a->attached_threads++;
    a->newest_thread = gettid();
    a->cache = tcache_start(a);
    arenas_unlock(locked);

    thread_arena = a;
    if (arenas.have_key)
        pthread_setspecific(arenas.at_thread_exit, a); /* may allocate */
    errno = saved_errno;
    return a;
}

void forget_other_threads(void)
{
    forget_other_owners();
    arenas.idle = NULL;
    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a)) {
        a->attached_threads = a == thread_arena;
        a->newest_thread = a == thread_arena ? gettid() : 0; /* a new number */
        a->cache = tcache;
        a->promised = 0;
        for (size_t i = FOREIGN_BIN + 1; a == thread_arena && i < NBINS; i++)
            a->promised += tcache->bins[i].limit;
        if (a != thread_arena)
            add_idle_arena(a);
    }
}
