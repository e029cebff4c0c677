/* used.c - one sum that many threads add to */
#include "used.h"

#include "zmalloc.h"

#include <stdatomic.h>

enum {
    CACHE_LINE = 64, /* bytes */
    MAX_THREADS = 16 /* that have a part of their own; a power of two */
};

static struct used {
    _Alignas(CACHE_LINE) atomic_llong bytes;
} used_memory[MAX_THREADS];

static atomic_size_t threads; /* how many have come so far */
static __thread long my_index = -1;

/* The part of the sum that this thread adds to. From the 17th thread on, two
 * have the same part. */
static atomic_llong *my_part(void)
{
    if (my_index == -1)
        my_index = (long)(atomic_fetch_add(&threads, 1) & (MAX_THREADS - 1));
    return &used_memory[my_index].bytes;
}

/* Nobody waits for what another thread adds, so no order is asked for. */
void add_used_memory(size_t bytes)
{
    atomic_fetch_add_explicit(my_part(), (long long)bytes,
                              memory_order_relaxed);
}

void subtract_used_memory(size_t bytes)
{
    atomic_fetch_sub_explicit(my_part(), (long long)bytes,
                              memory_order_relaxed);
}

size_t zmalloc_used_memory(void)
{
    long long sum = 0;

    for (int i = 0; i < MAX_THREADS; i++)
        sum +=
            atomic_load_explicit(&used_memory[i].bytes, memory_order_relaxed);
    return (size_t)sum;
}
