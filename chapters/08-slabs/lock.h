/* lock.h - locks that are left alone where nobody else can want them
 *
 * Taking a lock and releasing it costs more than the rest of a short malloc(),
 * and a process with one thread needs no locks. It is even better off without:
 * a signal handler that interrupts malloc() and then forks would wait forever
 * for a lock that its own thread holds.
 */
#ifndef LOCK_H
#define LOCK_H

#include <pthread.h>
#include <stdbool.h>

#if __has_include(<sys/single_threaded.h>) /* glibc 2.32 */
#include <sys/single_threaded.h>
#else
#define __libc_single_threaded false
#endif

/* Is this thread between the fork handlers? Then it holds all locks: see
 * fork.c. (A thread's own variable in a shared library is usually found by a
 * call, which might allocate. The attribute avoids that call.) */
extern __thread bool forking __attribute__((tls_model("initial-exec")));

/* Is it certain that nobody else can want a lock now? */
static inline bool is_alone(void)
{
    return __libc_single_threaded || forking;
}

/* Take a lock if it is needed. Returns whether it was taken: lock_release()
 * must be told and not ask again, since a signal handler may have started a
 * thread in between. */
static inline bool lock_acquire(pthread_mutex_t *lock)
{
    if (is_alone())
        return false;
    pthread_mutex_lock(lock);
    return true;
}

static inline void lock_release(pthread_mutex_t *lock, bool taken)
{
    if (taken)
        pthread_mutex_unlock(lock);
}

#endif
