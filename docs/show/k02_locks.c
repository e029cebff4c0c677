/* k02_locks.c - how often is the lock of a cache taken?
 *
 *     cc -O2 -iquote kernel/02-slab -Wl,--wrap=pthread_mutex_lock \
 *         -o build/k02_locks docs/show/k02_locks.c \
 *         kernel/02-slab/libkernel.a -pthread && build/k02_locks
 *
 * 40 objects are taken and freed, 1000 times. A spin lock of our kernel is a
 * mutex. With --wrap, the linker lets each call of pthread_mutex_lock() come
 * here first.
 */
#include "init.h"
#include "slab.h"

#include <stdio.h>

enum { HELD = 40, ROUNDS = 1000 };

static struct kmem_cache *cache;
static unsigned long locked;

int __real_pthread_mutex_lock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_lock(pthread_mutex_t *lock);

int __wrap_pthread_mutex_lock(pthread_mutex_t *lock)
{
    if (cache != NULL && lock == &cache->node.list_lock)
        locked++;
    return __real_pthread_mutex_lock(lock);
}

int main(void)
{
    void *objects[HELD];

    if (start_kernel(1024) != 0)
        return 1;
    cache = kmem_cache_create("record", 256, 0, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < HELD; i++)
            objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
        for (int i = 0; i < HELD; i++)
            kmem_cache_free(cache, objects[i]);
    }
    printf("%d calls, the list_lock was taken %lu times\n", 2 * HELD * ROUNDS,
           locked);
    return 0;
}
