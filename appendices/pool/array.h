/* array.h - the one pool of a process; see array.c */
#ifndef ARRAY_H
#define ARRAY_H

#include "lock.h"
#include "pool.h"

/* Held during each call on the pool. */
extern pthread_mutex_t pool_lock;

/* Take the lock, and say where the pool is; at the first call it is made. The
 * answer of lock_acquire() goes to *locked. */
struct pool *pool_acquire(bool *locked);

/* Write message as a line to standard error, without allocating, and abort().
 */
void fatal(const char *message) __attribute__((noreturn, cold));

#endif
