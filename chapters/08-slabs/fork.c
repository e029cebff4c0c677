/* fork.c - what fork() needs
 *
 * A forked child has only the thread that called fork(). If another thread was
 * inside malloc() at that moment, the child would find a lock held forever, by
 * a thread that it does not have. So three fork handlers, functions that fork()
 * calls, take all locks before it forks, and release them afterwards in both
 * processes.
 *
 * Other libraries do the same with their own locks. A thread that holds such a
 * lock may call malloc(): it takes theirs first and ours second. If fork() took
 * them in the other order, the two could wait for each other forever. Before it
 * forks, it calls the handlers in the reverse order of their registration. So
 * ours must be registered first: the Makefile sees to it that this happens
 * before anything else in the process begins. If others are earlier all the
 * same, their handlers run while we hold the locks, and may allocate: forking
 * says that no lock need be taken then.
 *
 * One deadlock remains that no handler can prevent: pthread_atfork() holds a
 * lock of the C library while it allocates room for a 49th handler, and fork()
 * wants that lock between two handlers.
 */
#include "fork.h"
#include "mapped.h"
#include "pool.h"
#include "threads.h"

/* The C library has such a lock too, that of its list of open files, and fork()
 * takes it after all handlers. A thread in fflush(NULL) may hold it and wait
 * for a file; another thread may hold that file and wait for malloc(); and
 * fork() would hold our locks and wait for the list. So we take the list's lock
 * first. These functions of glibc are in no header. */
void _IO_list_lock(void);
void _IO_list_unlock(void);
void _IO_list_resetlock(void);

__thread bool forking;

static void before_fork(void)
{
    if (is_alone()) /* nobody else can hold a lock */
        return;
    _IO_list_lock();
    arenas_lock();
    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a))
        pthread_mutex_lock(&a->lock);
    mappings_lock();
    slabs_lock();
    forking = true;
}

static void release_locks(void)
{
    forking = false;
    slabs_unlock(true);
    mappings_unlock(true);
    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a))
        pthread_mutex_unlock(&a->lock);
    arenas_unlock(true);
}

static void after_fork(void)
{
    if (!forking)
        return;
    release_locks();
    _IO_list_unlock();
}

static void after_fork_in_child(void)
{
    forget_other_threads();
    if (!forking)
        return;
    release_locks();
    _IO_list_resetlock();
}

void register_fork_handlers(void)
{
    static bool registered;

    if (registered)
        return;
    registered = true;
    pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

/* Functions in this section are called when the library is loaded. */
typedef void initializer(void);
static initializer *at_load __attribute__((section(".init_array.0"), used)) =
    register_fork_handlers;
