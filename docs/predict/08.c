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

/* How many slots of this size has a slab? */
static size_t slots(void)
{
    return slots_of(class_of(size));
}

/* --- 1 */

static long usable_bytes(void)
{
    return (long)malloc_usable_size(first_slot());
}

/* --- 2 */

static long how_many_slabs(void)
{
    long count = 0;

    allocate_all();
    for (struct slab *s = next_slab(NULL); s != NULL; s = next_slab(s))
        count += s->class == class_of(size);
    return count;
}

/* --- 3 */

static size_t freed, then_freed, calls;

static long which_slot_comes_back(void)
{
    char *payload = NULL;

    allocate_all();
    free(payloads[freed - 1]);
    free(payloads[then_freed - 1]);
    for (size_t i = 0; i < calls; i++)
        payload = malloc(size);
    return (payload - payloads[0]) / (long)slot_size(slab_of(payload)) + 1;
}

/* --- 4 */

static long how_many_in_slabs(void)
{
    long count = 0;

    allocate_all();
    for (size_t i = 0; i < times; i++)
        if (i % slots() != 0) {
            free(payloads[i]);
            count++;
        }
    struct slot *slot = owner->bins[class_of(size)].first;
    for (; slot != NULL; slot = slot_after(slot))
        count--; /* this one lies in the bin */
    return count;
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

    free(malloc(1)); /* this thread has its owner, too */
    pthread_barrier_init(&turn, NULL, 2);
    pthread_create(&thread, NULL, allocate_in_a_thread, NULL);
    pthread_barrier_wait(&turn);
    for (size_t i = 0; i < times; i++)
        free(payloads[i]);
    long count = (long)owner->parcel.count;
    pthread_barrier_wait(&turn);
    pthread_join(thread, NULL);
    return count;
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    size = pick(300, 900);
    ask("A slot is given for malloc(%zu). What does malloc_usable_size() say\n"
        "   of it?",
        size);
    answer(usable_bytes,
           "%zu slots of %zu bytes fit into a page of 4096. They are made as\n"
           "   large as possible, in steps of 16 bytes.",
           slots(), align_up(size, SLOT_UNIT));

    size = 16 * pick(10, 30);
    times = pick(150, MOST);
    ask("malloc(%zu) is called %zu times, and gives slots. How many slabs are\n"
        "   there for this size?",
        size, times);
    answer(how_many_slabs, "A slab is a page, and has %zu slots.", slots());

    size = pick(200, 400);
    times = pick(4, 6);
    freed = pick(1, times - 1);
    then_freed = pick(freed + 1, times);
    calls = pick(1, 4);
    ask("A slab has %zu slots for malloc(%zu). Those from 1 to %zu are in "
        "use.\n"
        "   free() gets slot %zu, then %zu. Then malloc(%zu) is called. Which\n"
        "   slot does call %zu return?",
        slots(), size, times, freed, then_freed, size, calls);
    answer(which_slot_comes_back,
           "The slot that was freed last is the first in the bin. Behind\n"
           "   those two lie the slots that have not been given out yet.");

    size = pick(200, 900);
    times = 5 * slots();
    ask("A slab has %zu slots for malloc(%zu). All slots of five slabs are in\n"
        "   use. The thread frees all but one of each slab. How many of those\n"
        "   lie in their slabs again, not in the bin?",
        slots(), size);
    answer(how_many_in_slabs,
           "The bin was empty. It has room for as many slots as there are in\n"
           "   three slabs: the first %zu that are freed.",
           3 * slots());

    size = 16 * pick(20, 60);
    times = pick(50, 150);
    ask("A second thread has %zu slots for malloc(%zu). The first thread "
        "frees\n"
        "   them. How many are not sent yet?",
        times, size);
    answer(not_yet_sent, "A parcel is sent when 16 slots are in it.");

    return predict_end();
}
