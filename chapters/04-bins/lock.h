/* lock.h - locks that are left alone where nobody else can want them
 *
 * Taking a lock and giving it up costs more than the rest of a short malloc(),
 * and a process with one thread needs none. It is even better off without: a
 * signal handler that interrupts malloc() and then forks would wait forever
 * for the lock that its own thread holds.
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

/* Is this thread between the fork handlers? Then it holds every lock: see
 * fork.c. (A thread's variable in a shared library is usually found by a call,
 * which might allocate. The attribute makes do without.) */
extern __thread bool forking __attribute__((tls_model("initial-exec")));

/* Can nobody else want a lock now? */
static inline bool is_alone(void)
{
    return __libc_single_threaded || forking;
}

/* Take a lock if it is needed. Returns whether it was taken. lock_release() is
 * told, and does not ask again: a signal handler may have started a thread in
 * between. */
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
