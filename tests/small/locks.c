/* locks.c - a library with a lock, and fork handlers for it
 *
 * It does what POSIX tells libraries to do: before a fork it takes its lock, so
 * that a child does not find it held by a thread that is not there. While it
 * holds the lock it allocates, as libraries do. So the order of locks is: first
 * this one, then the allocator's. A fork must take them in the same order,
 * though the library is there before the program's first line, and registers
 * its handlers as early as a library can.
 */
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock(void)
{
    pthread_mutex_lock(&mutex);
}

static void unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

__attribute__((constructor)) static void begin(void)
{
    pthread_atfork(lock, unlock, unlock);
}

void allocate_locked(void)
{
    lock();
    for (int i = 0; i < 20; i++) /* so it is mostly held */
        free(malloc(100));
    unlock();
}
