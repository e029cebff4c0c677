/* moving.c - a heap whose objects move: what a program uses */
#include "moving.h"

#include "allocate.h"
#include "die.h"

#include <errno.h>

/* So many cycles are waited for before the heap counts as full. What died while
 * objects were marked is only found by the next cycle, and what is found may be
 * taken by others. */
enum { CYCLES_TO_WAIT = 5 };

int moving_start(size_t capacity, size_t workers, size_t growth)
{
    if (workers == 0)
        return -EINVAL;
    /* A page for each worker: then it can always begin to empty one. */
    int error = heap_map(capacity, workers * PAGE_BYTES);
    if (error != 0)
        return error;
    error = collector_start(workers, growth);
    if (error != 0)
        heap_unmap();
    return error;
}

void moving_stop(void)
{
    collector_stop();
    heap_unmap();
    global = NULL;
}

static uintptr_t wait_for_memory(size_t bytes)
{
    atomic_fetch_add(&collector.waits, 1);
    for (int i = 0; i < CYCLES_TO_WAIT; i++) {
        collect();
        uintptr_t offset = allocate(bytes, WAITED);
        if (offset != 0)
            return offset;
    }
    die("the heap is full: %zu bytes are asked for, and after %d cycles %zu of "
        "%zu are in use",
        bytes, CYCLES_TO_WAIT, heap.used, heap.capacity);
}

static size_t size_of_new(size_t references, size_t bytes)
{
    size_t size;

    if (references > UINT32_MAX || bytes > heap.capacity ||
        __builtin_add_overflow(WORD + references * WORD, bytes, &size) ||
        size > heap.capacity)
        die("an object of %zu references and %zu bytes is larger than the heap",
            references, bytes);
    return (size + WORD - 1) / WORD * WORD;
}

struct object *object_new(size_t references, size_t bytes)
{
    size_t size = size_of_new(references, bytes);

    safepoint();
    uintptr_t offset = allocate(size, PACED);
    if (offset == 0)
        offset = wait_for_memory(size);
    else if (heap_is_due())
        collector_wake();
    struct object *o = offset_to_reference(offset);
    at(o)->words = (uint32_t)(size / WORD);
    at(o)->references = (uint32_t)references;
    return o;
}

size_t moving_held(void)
{
    pthread_mutex_lock(&heap.lock);
    size_t held = heap.held + heap.held / PAGE_BYTES * sizeof(struct page);
    pthread_mutex_unlock(&heap.lock);
    return held + heap.forwarding_bytes;
}
