/* threads.c - many threads, one allocator
 *
 * Each payload carries its size and is painted, so whichever thread ends up
 * with it can verify it. Errors are counted and asserted by the main thread.
 */
#include "suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { THREADS = 4 };

static atomic_int errors; /* payloads that were refused, or damaged */

struct parcel {
    size_t size; /* of the contents */
    unsigned char contents[];
};

/* Mostly small; some are large, and some larger than what caches take. */
static struct parcel *make_parcel(uint64_t *state)
{
    size_t kind = random_below(state, 50);
    size_t size = random_below(state, kind > 4   ? 500
                                      : kind > 0 ? 3000
                                                 : 100000);
    struct parcel *parcel = lib.malloc(sizeof(*parcel) + size);
    if (parcel == NULL) {
        errors++;
        return NULL;
    }
    parcel->size = size;
    paint(parcel->contents, size, (unsigned)size);
    return parcel;
}

/* Verify a parcel, whoever made it, and free it. */
static void open_parcel(struct parcel *parcel)
{
    if (parcel == NULL)
        return;
    if (!is_painted(parcel->contents, parcel->size, (unsigned)parcel->size))
        errors++;
    lib.free(parcel);
}

/* Run THREADS threads at once, each with a number of its own. */
static void run_threads(void *(*body)(void *))
{
    pthread_t thread[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, body, (void *)(seed + i));
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
}

static void assert_no_errors(void)
{
    ck_assert_msg(errors == 0, "%d payloads were damaged", errors);
    if (lib.inspectable)
        ck_assert_msg(lib.malloc_check() == NULL, "%s", lib.malloc_check());
}

static void *use_own_payloads(void *number)
{
    uint64_t state = (uintptr_t)number;
    struct parcel *parcel[100] = {NULL};

    for (int i = 0; i < 20000; i++) {
        size_t slot = random_below(&state, LENGTH(parcel));
        open_parcel(parcel[slot]);
        parcel[slot] = make_parcel(&state);
    }
    for (size_t i = 0; i < LENGTH(parcel); i++)
        open_parcel(parcel[i]);
    return NULL;
}

START_TEST(threads_keep_their_payloads)
{
    run_threads(use_own_payloads);
    assert_no_errors();
}
END_TEST

/* Where threads leave payloads for each other. */
static _Atomic(struct parcel *) shelf[64];

static void *use_the_shelf(void *number)
{
    uint64_t state = (uintptr_t)number;
    for (int i = 0; i < 20000; i++) {
        struct parcel *mine = make_parcel(&state);
        size_t slot = random_below(&state, LENGTH(shelf));
        open_parcel(atomic_exchange(&shelf[slot], mine));
    }
    return NULL;
}

START_TEST(threads_free_each_others_payloads)
{
    run_threads(use_the_shelf);
    for (size_t i = 0; i < LENGTH(shelf); i++)
        open_parcel(shelf[i]);
    assert_no_errors();
}
END_TEST

static int belt[2]; /* a pipe of pointers */

static void *produce(void *number)
{
    uint64_t state = (uintptr_t)number;
    for (int i = 0; i < 10000; i++) {
        struct parcel *parcel = make_parcel(&state);
        if (write(belt[1], &parcel, sizeof(parcel)) != sizeof(parcel))
            errors++;
    }
    close(belt[1]);
    return NULL;
}

/* All memory goes one way, so what a thread keeps for itself helps nobody. */
START_TEST(one_thread_allocates_another_frees)
{
    struct parcel *parcel;
    pthread_t producer;

    ck_assert_msg(pipe(belt) == 0, "there is no pipe");
    pthread_create(&producer, NULL, produce, (void *)(uintptr_t)seed);
    while (read(belt[0], &parcel, sizeof(parcel)) == sizeof(parcel))
        open_parcel(parcel);
    pthread_join(producer, NULL);
    assert_no_errors();
}
END_TEST

/* A thread that ends while its payload lives on. */
static void *leave_one_behind(void *number)
{
    uint64_t state = (uintptr_t)number;
    for (int i = 0; i < 10; i++)
        open_parcel(make_parcel(&state));
    return make_parcel(&state);
}

START_TEST(threads_come_and_go)
{
    for (uintptr_t i = 0; i < 300; i++) {
        pthread_t thread;
        void *left_behind;
        pthread_create(&thread, NULL, leave_one_behind, (void *)(seed + i));
        pthread_join(thread, &left_behind);
        open_parcel(left_behind);
    }
    assert_no_errors();
}
END_TEST

/* Large enough to make the allocator call the system too. */
static void *allocate_when_cancelled(void *reached)
{
    pthread_cancel(pthread_self());
    for (size_t size = 1; size < 100000000; size *= 10) {
        char *payload = lib.realloc(lib.calloc(1, size), 2 * size);
        lib.free(lib.memalign(4096, size));
        lib.free(payload);
    }
    *(bool *)reached = true;
    pthread_testcancel();
    return NULL;
}

/* A cancelled thread ends at its next cancellation point. POSIX says which
 * calls are such points: if an allocator made another one, the thread would
 * leave its lock taken. */
START_TEST(no_call_is_a_cancellation_point)
{
    pthread_t thread;
    bool reached = false;
    must_malloc(1);
    pthread_create(&thread, NULL, allocate_when_cancelled, &reached);
    pthread_join(thread, NULL);
    ck_assert_msg(reached, "the thread ends inside the allocator");
}
END_TEST

void add_threads(TCase *group)
{
    tcase_add_test(group, threads_keep_their_payloads);
    tcase_add_test(group, threads_free_each_others_payloads);
    tcase_add_test(group, one_thread_allocates_another_frees);
    tcase_add_test(group, threads_come_and_go);
    tcase_add_test(group, no_call_is_a_cancellation_point);
}
