/* 06.c - five questions on arenas and heaps */
#include "predict.h"

#include "heap.h"
#include "inspect.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

enum { MOST = 16 }; /* threads, or payloads that are freed */

static size_t size, times, in_turn, at_once, limit, again;
static char *freed[MOST];

static void *in_a_thread(void *(*body)(void *))
{
    pthread_t thread;
    void *result;

    pthread_create(&thread, NULL, body, NULL);
    pthread_join(thread, &result);
    return result;
}

/* Threads that are all there until the last of them has allocated. */
static pthread_barrier_t all_are_there;

static void *allocate_and_wait(void *unused)
{
    (void)unused;
    void *payload = malloc(size);
    pthread_barrier_wait(&all_are_there);
    return payload;
}

static void run_at_once(size_t threads)
{
    pthread_t thread[MOST];

    pthread_barrier_init(&all_are_there, NULL, (unsigned)threads);
    for (size_t i = 0; i < threads; i++)
        pthread_create(&thread[i], NULL, allocate_and_wait, NULL);
    for (size_t i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
}

static void *allocate_some(void *unused)
{
    char *payload = unused;

    for (size_t i = 0; i < times; i++)
        payload = malloc(size);
    return payload;
}

/* --- 1 */

static long place_in_the_heap(void)
{
    free(malloc(1)); /* this thread takes the main arena */
    char *last = in_a_thread(allocate_some);
    return last - (char *)heap_of(last);
}

/* --- 2 */

static int note_arena(const struct malloc_chunk_info *chunk, void *context)
{
    long *arenas = context;

    if (chunk->arena >= *arenas)
        *arenas = chunk->arena + 1;
    return 0;
}

static long count_arenas(void)
{
    long arenas = 0;

    free(malloc(1));
    mallopt(M_ARENA_MAX, (int)limit);
    for (size_t i = 0; i < in_turn; i++)
        in_a_thread(allocate_some);
    run_at_once(at_once);
    malloc_walk(note_arena, &arenas);
    return arenas;
}

/* --- 3 */

static void *allocate_freed(void *unused)
{
    for (size_t i = 0; i < times; i++)
        freed[i] = malloc(size);
    return unused;
}

static size_t found(size_t calls)
{
    size_t count = 0;

    for (size_t i = 0; i < calls; i++) {
        char *payload = malloc(size);
        for (size_t j = 0; j < times; j++)
            count += payload == freed[j];
    }
    return count;
}

static void *find_in_a_thread(void *unused)
{
    (void)unused;
    return (void *)found(again);
}

static long found_again(void)
{
    free(malloc(1));
    in_a_thread(allocate_freed);
    for (size_t i = 0; i < times; i++)
        free(freed[i]);
    size_t here = found(times);
    return (long)(here + (size_t)in_a_thread(find_in_a_thread));
}

/* --- 4 */

static long held_by_threads(void)
{
    free(malloc(1));
    size_t before = malloc_held();
    run_at_once(at_once);
    return (long)(malloc_held() - before);
}

/* --- 5 */

static int count_heap(const struct malloc_chunk_info *chunk, void *context)
{
    *(long *)context += chunk->kind == MALLOC_HEADER;
    return 0;
}

static long count_heaps(void)
{
    long heaps = 0;

    free(malloc(1));
    in_a_thread(allocate_some);
    malloc_walk(count_heap, &heaps);
    return heaps;
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    size = 16 * pick(2, 60) + 8;
    times = pick(3, 9);
    ask("A second thread calls malloc(%zu) %zu times. (A heap_info has 48\n"
        "   bytes, an arena 2304.) How far above the heap's start is the last\n"
        "   payload?",
        size, times);
    answer(place_in_the_heap,
           "2352 bytes come first, then %zu chunks of %zu,\n"
           "   then the 16 bytes of the last one's header.",
           times - 1, size + 8);

    size = 100;
    times = 1;
    in_turn = pick(3, 9);
    at_once = pick(3, 7);
    limit = pick(2, 8);
    ask("mallopt(M_ARENA_MAX, %zu). %zu threads run one after the other, then\n"
        "   %zu at once; each calls malloc. How many arenas are there, the "
        "main\n"
        "   one included?",
        limit, in_turn, at_once);
    answer(count_arenas,
           "One after the other they use the same arena.\n"
           "   At once each wants its own, and gets it up to the limit.");

    size = 16 * pick(1, 6) + 8;
    times = pick(6, MOST);
    again = pick(2, times - 2);
    ask("A second thread calls malloc(%zu) %zu times and ends. The first "
        "thread\n"
        "   frees all that, and calls malloc(%zu) %zu times. Then a third "
        "thread\n"
        "   calls malloc(%zu) %zu times. How many of the freed chunks have "
        "been\n"
        "   handed out again?",
        size, times, size, times, size, again);
    answer(
        found_again,
        "They went back to the second thread's arena. The first\n"
        "   thread allocates in its own; the third has taken that one over.");

    size = 100;
    at_once = pick(2, 7);
    ask("%zu threads at once call malloc(100), beside the first one. How many\n"
        "   bytes more are held from the system? (A heap begins with 2352 "
        "bytes\n"
        "   of its own and 80 for chunks, has 131072 to spare, and is rounded\n"
        "   up to 4096.)",
        at_once);
    answer(held_by_threads, "Each thread has an arena, each arena a heap,\n"
                            "   and each heap as much to spare.");

    size = 100000;
    times = pick(400, 3000);
    ask("A thread calls malloc(100000) %zu times. How many heaps has its "
        "arena?",
        times);
    answer(count_heaps,
           "A chunk has 100016 bytes, and none lies in two heaps:\n"
           "   670 fit into the 67108864 of a heap, beside what lies there "
           "first.");

    return predict_end();
}
