/* spinlock.h - locks that guard the kernel's data for a few instructions
 *
 * In a kernel, who wants a lock that is taken spins: it tries again and again,
 * because the holder runs on another CPU and is done in a moment. Here CPUs are
 * threads, and the host may stop a thread while it holds a lock. Others would
 * spin in vain until it goes on. So these locks are the host's, which sleep.
 * Their rules are a spinlock's nevertheless: hold one briefly, never sleep and
 * never fault while it is held, and never take it twice.
 */
#ifndef SPINLOCK_H
#define SPINLOCK_H

#include <pthread.h>

typedef pthread_mutex_t spinlock_t;

static inline void spin_lock_init(spinlock_t *lock)
{
    pthread_mutex_init(lock, NULL);
}

static inline void spin_lock(spinlock_t *lock)
{
    pthread_mutex_lock(lock);
}

static inline void spin_unlock(spinlock_t *lock)
{
    pthread_mutex_unlock(lock);
}

#endif
