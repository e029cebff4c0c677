/* fork.c - what fork() needs
 *
 * A forked child has only the thread that called fork(). Were another one just
 * then inside malloc, the child would find a lock held forever, by a thread
 * that it does not have. So fork() is made to wait for all locks, and both
 * sides give them up afterwards.
 *
 * Others do the same with locks of their own, which their threads may hold
 * while they call malloc. To wait for malloc's locks first and then for theirs
 * would be the wrong way round. What was registered first is what fork() runs
 * last before it forks. So our handlers are registered before anybody else's,
 * and the Makefile sees to it that this happens before all constructors. Should
 * somebody be earlier all the same, his handlers run between ours. They may
 * allocate: forking says that all locks are held.
 */
#include "fork.h"
#include "mapped.h"
#include "threads.h"

/* The C library has a list of open files with such a lock, too, and fork()
 * takes it after all handlers have run. A thread in fflush(NULL) holds it and
 * waits for a file; who reads that file may wait for malloc. So we take the
 * list first. These functions of glibc are in no header. */
void _IO_list_lock(void);
void _IO_list_unlock(void);
void _IO_list_resetlock(void);

__thread bool forking;

static void before_fork(void)
{
    if (is_alone())
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

/* When it loads the library, the system calls what is in this section. */
typedef void initializer(void);
static initializer *first __attribute__((section(".init_array.0"), used)) =
    register_fork_handlers;
