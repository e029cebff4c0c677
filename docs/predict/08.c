/* 08.c - five questions on slabs */
#include "predict.h"

#include "inspect.h"
#include "pool.h"
#include "slab.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

enum { MOST = 400 }; /* payloads */

static size_t size, times;
static char *payloads[MOST];

/* A slot, after the chunks that a size gets first. */
static char *first_slot(void)
{
    char *payload;

    do
        payload = malloc(size);
    while (!is_in_slabs(payload));
    return payload;
}

/* The first of so many payloads is the first slot of a slab. */
static void allocate_all(void)
{
    payloads[0] = first_slot();
    for (size_t i = 1; i < times; i++)
        payloads[i] = malloc(size);
}

static void free_all(void)
{
    for (size_t i = 0; i < times; i++)
        free(payloads[i]);
}

/* How many slabs have an owner, and slots of this size? */
static long slabs_of_size(void)
{
    long count = 0;

    for (struct slab *s = next_slab(NULL); s != NULL; s = next_slab(s))
        count += s->owner != NULL && s->size == align_up(size, SLOT_UNIT);
    return count;
}

/* --- 1 */

static long usable_bytes(void)
{
    return (long)malloc_usable_size(first_slot());
}

/* --- 2 */

static long how_many_slabs(void)
{
    allocate_all();
    return slabs_of_size();
}

/* --- 3 */

static long which_comes_back(void)
{
    long which = 0;

    allocate_all();
    free_all();
    char *payload = malloc(size);
    for (size_t i = 0; i < times; i++)
        if (payloads[i] == payload)
            which = (long)i + 1;
    return which;
}

/* --- 4 */

static long carved_in_the_first_slab(void)
{
    allocate_all();
    return slab_of(payloads[0])->carved;
}

/* --- 5 */

static pthread_barrier_t turn;

static void *allocate_in_a_thread(void *unused)
{
    allocate_all();
    pthread_barrier_wait(&turn);
    pthread_barrier_wait(&turn); /* it must not end before it is asked */
    return unused;
}

static long not_yet_sent(void)
{
    pthread_t thread;
    size_t bytes = 0;

    free(malloc(1)); /* this thread has its owner, too */
    pthread_barrier_init(&turn, NULL, 2);
    pthread_create(&thread, NULL, allocate_in_a_thread, NULL);
    pthread_barrier_wait(&turn);
    free_all();
    for (struct parcel *p = owner->parcels; p < owner->parcels + NPARCELS; p++)
        bytes += p->bytes;
    pthread_barrier_wait(&turn);
    pthread_join(thread, NULL);
    return (long)(bytes / align_up(size, SLOT_UNIT));
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    size = pick(100, 1000);
    ask("A slot is given for malloc(%zu). What does malloc_usable_size() say\n"
        "   of it?",
        size);
    answer(usable_bytes, "The next multiple of 16, and no header: %zu.",
           align_up(size, SLOT_UNIT));

    size = 16 * pick(10, 30);
    times = pick(150, MOST);
    ask("malloc(%zu) is called %zu times, and gives slots. How many slabs of\n"
        "   16384 bytes are there for this size?",
        size, times);
    answer(how_many_slabs, "There are %zu slots in a slab.", SLAB_SIZE / size);

    size = 1000;
    times = pick(9, 16);
    ask("%zu payloads of 1000 bytes, 1 to %zu, are all slots of one slab "
        "(1008\n"
        "   bytes each). They are freed in this order. Then malloc(1000) is\n"
        "   called. Which of them does it return?",
        times, times);
    answer(which_comes_back,
           "The bin has room for 8, less those that it still holds.\n"
           "   What is freed after that goes into the slab. The last one that\n"
           "   went into the bin comes back.");

    size = 1000;
    times = pick(1, 16);
    ask("%zu payloads of 1000 bytes are the first slots of a slab (1008 bytes\n"
        "   each). How many of its slots are carved?",
        times);
    answer(carved_in_the_first_slab,
           "Parts of 4096 bytes are carved one by one: 5, 9, 13, 16\n"
           "   slots begin in the first 1, 2, 3, 4 of them.");

    size = 16 * pick(20, 60);
    times = pick(50, 150);
    ask("A second thread has %zu slots for malloc(%zu). The first thread "
        "frees\n"
        "   them. How many are not sent yet?",
        times, size);
    answer(not_yet_sent,
           "A parcel is sent when 16384 bytes are in it: %zu slots.",
           (16384 + size - 1) / size);

    return predict_end();
}
