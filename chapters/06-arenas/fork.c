/* fork.c - what fork() needs
 *
 * A forked child has only the thread that called fork(). Were another one just
 * then inside malloc, the child would find a lock held forever, by a thread
 * that it does not have. So fork() is made to wait for all locks, and both
 * sides give them up afterwards.
 *
 * Other libraries do the same with locks of their own. Their threads may hold
 * such a lock while they call malloc: theirs is taken first, and ours second.
 * If fork() took them in the other order there would be a deadlock. Before it
 * forks it calls the handlers in reverse, those that were registered first come
 * last. So ours must be first, and the Makefile sees to it that they are
 * registered before anything else in the process begins. If others are earlier
 * all the same, their handlers run between ours. They may allocate: forking
 * says that all locks are held.
 *
 * One deadlock remains, which no handler can prevent: pthread_atfork() holds a
 * lock of the C library while it allocates room for a 49th handler, and fork()
 * wants that lock between two handlers.
 */
#include "fork.h"
#include "mapped.h"
#include "threads.h"

/* The C library has such a lock, too, that of the list of open files, and
 * fork() takes it after all handlers. A thread in fflush(NULL) holds it and
 * waits for a file; another one holds that file and waits for malloc; and
 * fork() would hold malloc and wait for the list. So we take the list first.
 * These functions of glibc are in no header. */
void _IO_list_lock(void);
void _IO_list_unlock(void);
void _IO_list_resetlock(void);

__thread bool forking;

static void before_fork(void)
{
    if (is_alone()) /* else all these locks are needed, and taken */
        return;
    _IO_list_lock();
    arenas_lock();
    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a))
        pthread_mutex_lock(&a->lock);
    mappings_lock();
    forking = true;
}

static void release_locks(void)
{
    forking = false;
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

/* When the library is loaded, what is in this section is called. */
typedef void initializer(void);
static initializer *at_load __attribute__((section(".init_array.0"), used)) =
    register_fork_handlers;
