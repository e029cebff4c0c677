/* 07.c - five questions on the cache of a thread */
#include "predict.h"

#include "inspect.h"
#include "params.h"
#include "tcache.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

enum { MOST = 64 }; /* payloads */

static size_t size, times, again;
static char *payloads[MOST];

static void allocate_all(void)
{
    for (size_t i = 0; i < times; i++)
        payloads[i] = malloc(size);
}

static void free_all(void)
{
    for (size_t i = 0; i < times; i++)
        free(payloads[i]);
}

static int count_cached(const struct malloc_chunk_info *chunk, void *context)
{
    *(long *)context += chunk->kind == MALLOC_CACHED;
    return 0;
}

static long cached(void)
{
    long count = 0;

    malloc_walk(count_cached, &count);
    return count;
}

/* --- 1 */

static long which_comes_back(void)
{
    char *payload = NULL;
    long which = 0;

    allocate_all();
    free_all();
    for (size_t i = 0; i < again; i++)
        payload = malloc(size);
    for (size_t i = 0; i < times; i++)
        if (payloads[i] == payload)
            which = (long)i + 1;
    return which;
}

/* --- 2 */

static long brought_along(void)
{
    allocate_all();
    return cached();
}

/* --- 3 */

static long left_after_a_full_bin(void)
{
    mallopt(M_TCACHE_COUNT, (int)again);
    allocate_all();
    free_all();
    return cached();
}

/* --- 4 */

static long large_ones_left(void)
{
    allocate_all();
    free_all();
    return cached();
}

/* --- 5 */

static void *allocate_in_a_thread(void *unused)
{
    allocate_all();
    return unused;
}

static long not_yet_handed_over(void)
{
    pthread_t thread;
    long count = 0;

    free(malloc(1)); /* this thread takes the main arena */
    pthread_create(&thread, NULL, allocate_in_a_thread, NULL);
    pthread_join(thread, NULL);
    free_all();
    for (struct chunk *c = tcache->bins[FOREIGN_BIN].first; c != NULL;
         c = fastbin_next(c))
        count++;
    return count;
}

int main(int argc, char **argv)
{
    predict_start(argc, argv);

    size = 16 * pick(1, 20) + 8;
    times = pick(4, 8);
    again = pick(2, times);
    ask("malloc(%zu) gives %zu payloads, 1 to %zu. They are freed in this "
        "order.\n"
        "   Then malloc(%zu) is called %zu times. Which of them does the last "
        "call\n"
        "   return?",
        size, times, times, size, again);
    answer(which_comes_back, "Last in, first out: %zu comes back first.",
           times);

    size = 16 * pick(1, 3) + 8;
    times = pick(3, 30);
    ask("malloc(%zu) is called %zu times, and nothing is freed. How many "
        "chunks\n"
        "   lie in the cache?",
        size, times);
    answer(brought_along, "The first call brings none along, then runs of 4,\n"
                          "   8, 16, 32 come, each when the bin is empty.");

    size = 1000;
    again = 2 * pick(3, 8);
    times = again + 1;
    ask("mallopt(M_TCACHE_COUNT, %zu). malloc(1000) is called %zu times, then\n"
        "   all is freed. How many chunks lie in the cache?",
        again, times);
    answer(left_after_a_full_bin,
           "No run is longer than 2048 bytes. What the last one left\n"
           "   is there already. When %zu are there, half of them go back.",
           again);

    size = 4000 * pick(3, 8);
    times = pick(5, 20);
    ask("malloc(%zu) gives %zu payloads, then all are freed. How many chunks "
        "lie\n"
        "   in the cache? (A bin has room for 65536 bytes.)",
        size, times);
    answer(large_ones_left,
           "%zu fit. Each time the bin is full, all go back:\n"
           "   no call of malloc has found it empty meanwhile.",
           65536 / (size + 16));

    size = 40 * pick(20, 80);
    times = pick(20, MOST);
    ask("A second thread calls malloc(%zu) %zu times. The first thread frees "
        "all\n"
        "   that. How many chunks still wait to be handed over? (There is "
        "room\n"
        "   for 16384 bytes.)",
        size, times);
    answer(not_yet_handed_over, "%zu fit. One more, and those are handed over.",
           16384 / align_up(size + 8, 16));

    return predict_end();
}
