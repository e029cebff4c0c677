/*
 * bench_counting.c - a malloc that counts its threads, for tests/bench.
 *
 * It passes calls on to libc. malloc_held() does not return bytes, but how many
 * threads have allocated or freed and have not ended since. So a sampled replay
 * shows which threads play a trace.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_key_t at_exit;
static size_t threads;
static __thread int counted;

static void forget(void *counted)
{
    (void)counted;
    threads--;
}

__attribute__((constructor)) static void make_key(void)
{
    pthread_key_create(&at_exit, forget);
}

static void count(void)
{
    if (counted)
        return;
    counted = 1;
    threads++;
    pthread_setspecific(at_exit, &counted);
}

extern void *__libc_malloc(size_t size);
extern void __libc_free(void *payload);
extern void *__libc_calloc(size_t number, size_t size);
extern void *__libc_realloc(void *payload, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
    count();
    return __libc_malloc(size);
}

void free(void *payload)
{
    count();
    __libc_free(payload);
}

void *calloc(size_t number, size_t size)
{
    return __libc_calloc(number, size);
}

void *realloc(void *payload, size_t size)
{
    return __libc_realloc(payload, size);
}

void *memalign(size_t alignment, size_t size)
{
    return __libc_memalign(alignment, size);
}

size_t malloc_held(void)
{
    return threads;
}
