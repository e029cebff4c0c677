/* arenas.c - threads that have memory of their own
 *
 * The walk says in which arena a chunk lies. So these cases see which thread
 * uses which arena, where a chunk goes that another thread frees, and what is
 * left of an arena when its threads are gone. Arena 0 is that of the first
 * thread.
 */
#include "suite.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the walk says of one chunk, and how many arenas there are. */
struct place {
    const void *payload;
    enum malloc_kind kind;
    unsigned arena, arenas;
};

static int find(const struct malloc_chunk_info *chunk, void *context)
{
    struct place *place = context;
    if (chunk->arena >= place->arenas)
        place->arenas = chunk->arena + 1;
    if (chunk->payload == place->payload) {
        place->arena = chunk->arena;
        place->kind = chunk->kind;
    }
    return 0;
}

static struct place place_of(const void *payload)
{
    struct place place = {.payload = payload, .kind = MALLOC_TOP};
    needs_inspection();
    lib.malloc_walk(find, &place);
    return place;
}

/* A payload that does not lie next to a top. */
static void *allocate_one(void *unused)
{
    (void)unused;
    void *payload = must_malloc(2000);
    must_malloc(24);
    return payload;
}

/* This thread is in the main arena. Give the case up if other threads are
 * too. */
static void needs_arenas(void)
{
    needs_inspection();
    must_malloc(1);
    if (place_of(in_a_thread(allocate_one, NULL)).arena == 0)
        ck_abort_msg("n/a: all threads share one arena");
}

enum { CROWD = 300 }; /* at most */
static pthread_barrier_t all_are_there;

/* No thread leaves its arena to the next one before all have one. */
static void *allocate_in_a_crowd(void *unused)
{
    void *payload = allocate_one(unused);
    pthread_barrier_wait(&all_are_there);
    return payload;
}

/* Let many threads allocate at once. Their payloads are written to payload. */
static void gather(void **payload, unsigned threads)
{
    pthread_t thread[CROWD];
    must_malloc(1);
    pthread_barrier_init(&all_are_there, NULL, threads);
    for (unsigned i = 0; i < threads; i++)
        pthread_create(&thread[i], NULL, allocate_in_a_crowd, NULL);
    for (unsigned i = 0; i < threads; i++)
        pthread_join(thread[i], &payload[i]);
}

/* There may be 8 for each core. */
START_TEST(threads_have_arenas_of_their_own)
{
    void *payload[4];
    bool taken[8] = {true}; /* the first is ours */
    needs_arenas();
    gather(payload, LENGTH(payload));
    for (size_t i = 0; i < LENGTH(payload); i++) {
        unsigned arena = place_of(payload[i]).arena;
        ck_assert_msg(arena < LENGTH(taken), "arena %u of 5", arena);
        ck_assert_msg(!taken[arena], "two threads share arena %u", arena);
        taken[arena] = true;
    }
    assert_all_is_well();
}
END_TEST

START_TEST(arenas_are_shared_at_the_limit)
{
    enum { THREADS = 12 };
    void *payload[THREADS];
    needs_arenas();
    lib.mallopt(M_ARENA_MAX, 3);
    gather(payload, THREADS);
    ck_assert_msg(place_of(NULL).arenas == 3, "the limit is 3, there are %u",
                  place_of(NULL).arenas);
    int in_main = 0;
    for (int i = 0; i < THREADS; i++)
        in_main += place_of(payload[i]).arena == 0;
    ck_assert_msg(in_main > 0 && in_main < THREADS,
                  "of %d threads, %d share the main arena", THREADS, in_main);
    assert_all_is_well();
}
END_TEST

START_TEST(there_are_8_arenas_for_each_core)
{
    static void *payload[CROWD];
    unsigned limit = 8 * (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    needs_arenas();
    if (limit + 4 > CROWD)
        return; /* too many threads for a test */
    gather(payload, limit + 4);
    ck_assert_msg(place_of(NULL).arenas == limit,
                  "%u threads have %u arenas, the limit is %u", limit + 4,
                  place_of(NULL).arenas, limit);
}
END_TEST

START_TEST(arenas_are_left_to_later_threads)
{
    needs_arenas();
    for (int i = 0; i < 200; i++)
        lib.free(in_a_thread(allocate_one, NULL));
    ck_assert_msg(place_of(NULL).arenas == 2,
                  "200 threads, one after the other, make %u arenas",
                  place_of(NULL).arenas);
    assert_all_is_well();
}
END_TEST

/* Another library allocates when a thread ends, after the allocator has already
 * detached the thread: a key that was made later is destroyed later. */
static pthread_key_t key;

static void allocate_at_exit(void *payload)
{
    lib.free(payload);
    lib.free(must_malloc(5000));
}

static void *use_key(void *unused)
{
    pthread_setspecific(key, must_malloc(100));
    return unused;
}

START_TEST(destructors_of_others_allocate)
{
    needs_arenas();
    pthread_key_create(&key, allocate_at_exit);
    for (int i = 0; i < 100; i++)
        in_a_thread(use_key, NULL);
    ck_assert_msg(place_of(NULL).arenas == 2,
                  "100 threads, one after the other, make %u arenas",
                  place_of(NULL).arenas);
    assert_all_is_well();
}
END_TEST

static char info[100000];

/* How many arenas does malloc_info() report? */
static int arenas_in_malloc_info(void)
{
    int count = 0;
    FILE *out = fmemopen(info, sizeof(info), "w");
    lib.malloc_info(0, out);
    fclose(out);
    for (char *at = info; (at = strstr(at, "<heap nr=")) != NULL; at++)
        count++;
    return count;
}

/* The system goes round the keys of an ending thread several times, as long as
 * a destructor leaves something there. A destructor of another library may
 * allocate in the very last round, when no other is called any more. */
static void allocate_in_the_last_round(void *round)
{
    uintptr_t number = (uintptr_t)round;
    if (number < PTHREAD_DESTRUCTOR_ITERATIONS)
        pthread_setspecific(key, (void *)(number + 1));
    else
        lib.free(must_malloc(5000));
}

static void *begin_first_round(void *unused)
{
    pthread_setspecific(key, (void *)1);
    return unused;
}

START_TEST(destructors_of_others_allocate_last)
{
    must_malloc(1);
    pthread_key_create(&key, allocate_in_the_last_round);
    for (int i = 0; i < 40; i++)
        in_a_thread(begin_first_round, NULL);
    int arenas = arenas_in_malloc_info();
    ck_assert_msg(arenas <= 2,
                  "40 threads, one after the other, make %d arenas", arenas);
}
END_TEST

static void *allocate_uncached(void *unused)
{
    (void)unused;
    void *payload = must_malloc(UNCACHED);
    must_malloc(24);
    return payload;
}

static void *allocate_again(void *freed)
{
    return (void *)(uintptr_t)(must_malloc(UNCACHED) == freed);
}

/* A payload belongs to its arena, not to the thread that frees it. */
START_TEST(a_freed_chunk_stays_in_its_arena)
{
    needs_arenas();
    void *payload = in_a_thread(allocate_uncached, NULL);
    unsigned arena = place_of(payload).arena;
    ck_assert_msg(arena != 0, "a thread allocates in the main arena");
    lib.free(payload);
    struct place place = place_of(payload);
    ck_assert_msg(place.kind == MALLOC_FREE && place.arena == arena,
                  "it is not free there: kind %d in arena %u", place.kind,
                  place.arena);
    ck_assert_msg(must_malloc(UNCACHED) != payload,
                  "another arena hands it out");
    ck_assert_msg(in_a_thread(allocate_again, payload) != NULL,
                  "its own arena does not hand it out again");
    assert_all_is_well();
}
END_TEST

static void *wait_for_the_others(void *unused)
{
    lib.free(allocate_one(unused));
    pthread_barrier_wait(&all_are_there); /* all have an arena */
    pthread_barrier_wait(&all_are_there);
    return unused;
}

/* A child inherits the arenas, but not the threads that used them. */
START_TEST(a_child_uses_the_arenas_of_lost_threads)
{
    pthread_t thread[4];
    int status;
    needs_arenas();
    pthread_barrier_init(&all_are_there, NULL, LENGTH(thread) + 1);
    for (size_t i = 0; i < LENGTH(thread); i++)
        pthread_create(&thread[i], NULL, wait_for_the_others, NULL);
    pthread_barrier_wait(&all_are_there);
    pid_t child = fork();
    if (child == 0) {
        in_a_thread(allocate_one, NULL);
        _exit((int)place_of(NULL).arenas);
    }
    waitpid(child, &status, 0);
    pthread_barrier_wait(&all_are_there);
    for (size_t i = 0; i < LENGTH(thread); i++)
        pthread_join(thread[i], NULL);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 5,
                  "of 5 arenas 4 are left, the child makes another: %#x",
                  status);
}
END_TEST

/* In a child the thread has another number from the system. */
START_TEST(a_child_keeps_its_arena_to_itself)
{
    int status;
    needs_arenas();
    pid_t child = fork();
    if (child == 0) {
        void *mine = must_malloc(2000);
        void *other = in_a_thread(allocate_one, NULL);
        _exit(place_of(mine).arena == place_of(other).arena);
    }
    waitpid(child, &status, 0);
    ck_assert_msg(status == 0, "a thread of a child shares its arena: %#x",
                  status);
}
END_TEST

/* The newer of two threads in an arena ends. The arena still has a thread, so
 * the next thread has to get another arena. */
START_TEST(a_shared_arena_stays_in_use)
{
    pthread_t older;
    needs_arenas();
    lib.mallopt(M_ARENA_MAX, 2);
    pthread_barrier_init(&all_are_there, NULL, 2);
    pthread_create(&older, NULL, wait_for_the_others, NULL);
    pthread_barrier_wait(&all_are_there);
    for (int i = 0; i < 4;
         i++) /* they share with the first thread or with it */
        in_a_thread(allocate_one, NULL);
    lib.mallopt(M_ARENA_MAX, 3);
    unsigned arena = place_of(in_a_thread(allocate_one, NULL)).arena;
    pthread_barrier_wait(&all_are_there);
    pthread_join(older, NULL);
    ck_assert_msg(arena == 2, "a thread gets arena %u, which is in use", arena);
}
END_TEST

static atomic_bool stop;

static void *allocate_until_stopped(void *number)
{
    uint64_t state = (uintptr_t)number;
    void *payload[50] = {NULL};
    while (!stop) {
        void **slot = &payload[random_below(&state, LENGTH(payload))];
        lib.free(*slot);
        *slot = must_malloc(random_below(&state, 3000));
    }
    return NULL;
}

/* fork() must wait until nobody is in the middle of a call, in any arena. */
START_TEST(children_find_every_arena_in_order)
{
    pthread_t thread[2];
    int status = 0;
    needs_arenas();
    for (uintptr_t i = 0; i < LENGTH(thread); i++)
        pthread_create(&thread[i], NULL, allocate_until_stopped,
                       (void *)(seed + i));
    while (place_of(NULL).arenas < 3)
        sched_yield();
    for (int i = 0; i < 60 && status == 0; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(lib.malloc_check() != NULL);
        waitpid(child, &status, 0);
    }
    stop = true;
    for (size_t i = 0; i < LENGTH(thread); i++)
        pthread_join(thread[i], NULL);
    ck_assert_msg(status == 0, "the check in a child ends with %#x", status);
}
END_TEST

/* These are 100 KiB each, which is not mapped, and more than two heaps in
 * all. */
enum { MANY = 2000 };
static char *many[MANY];

static void *fill_heaps(void *first_freed)
{
    for (size_t i = 0; i < MANY; i++)
        many[i] = must_malloc(100 * KiB);
    if (lib.malloc_held() < MANY * 100 * KiB)
        return "they are not held";
    if (place_of(many[0]).arena != place_of(many[MANY - 1]).arena)
        return "the last one is in another arena than the first";
    if (lib.malloc_check() != NULL)
        return (void *)lib.malloc_check();
    if (first_freed == NULL) {
        for (size_t i = MANY; i-- > 0;)
            lib.free(many[i]);
    }
    return NULL;
}

static void *free_some_more(void *unused)
{
    for (int i = 0; i < 4; i++)
        lib.free(must_malloc(100 * KiB));
    return unused;
}

/* They may stay for a second or two, if it might be that they are soon needed
 * again. When something is freed after that, they must go. */
static void assert_heaps_are_gone(const char *trouble)
{
    ck_assert_msg(trouble == NULL, "%s", trouble);
    for (int i = 0; i < 3 && lib.malloc_held() >= MiB; i++) {
        usleep(1100000);
        in_a_thread(free_some_more, NULL);
    }
    ck_assert_msg(lib.malloc_held() < MiB,
                  "nothing is live, but %zu KiB are held",
                  lib.malloc_held() / KiB);
    assert_all_is_well();
}

START_TEST(a_thread_gives_its_heaps_back)
{
    needs_arenas();
    assert_heaps_are_gone(in_a_thread(fill_heaps, NULL));
}
END_TEST

/* Free from the oldest heap to the newest, and after the thread has ended. */
START_TEST(another_thread_gives_its_heaps_back)
{
    needs_arenas();
    const char *trouble = in_a_thread(fill_heaps, many);
    for (size_t i = 0; i < MANY; i++)
        lib.free(many[i]);
    assert_heaps_are_gone(trouble);
}
END_TEST

enum { EDGE = 16 };
static size_t size_of[MANY];

static void fill_slot(size_t slot, size_t size)
{
    many[slot] = must_malloc(size);
    size_of[slot] = size;
    paint(many[slot], EDGE, (unsigned)slot);
    paint(many[slot] + size - EDGE, EDGE, (unsigned)slot);
}

/* Returns whether the payload is as fill_slot() left it. */
static bool empty_slot(size_t slot)
{
    char *payload = many[slot];
    bool good =
        is_painted(payload, EDGE, (unsigned)slot) &&
        is_painted(payload + size_of[slot] - EDGE, EDGE, (unsigned)slot);
    lib.free(payload);
    many[slot] = NULL;
    return good;
}

/* Payloads that fill more than a heap, most of which are freed from time to
 * time, so that heaps come and go. The first and last byte of each are
 * watched. */
static void *churn_over_heaps(void *number)
{
    enum { CALLS = 24000, PHASE = 4000 };
    uint64_t state = (uintptr_t)number;

    for (size_t i = 0; i < CALLS; i++) {
        size_t slot = random_below(&state, MANY);
        bool filling = i / PHASE % 2 == 0;
        if (i % 1000 == 0 && lib.malloc_check() != NULL)
            return (void *)lib.malloc_check();
        if (many[slot] == NULL && (filling || i % 8 == 0))
            fill_slot(slot, 2 * EDGE + random_below(&state, 120 * KiB));
        else if (many[slot] != NULL && (!filling || i % 8 == 0) &&
                 !empty_slot(slot))
            return "a live payload was overwritten";
    }
    for (size_t slot = 0; slot < MANY; slot++)
        lib.free(many[slot]);
    return NULL;
}

START_TEST(heaps_come_and_go)
{
    needs_arenas();
    assert_heaps_are_gone(in_a_thread(
        churn_over_heaps, (void *)(uintptr_t)(seed + (unsigned)_i)));
}
END_TEST

/* What does not fit into a heap, and may not be mapped, goes into the main
 * arena, and is given back there. */
static void *allocate_more_than_a_heap(void *unused)
{
    char *payload = must_malloc(80 * MiB);
    unsigned arena = place_of(payload).arena;
    char *larger = lib.realloc(payload, 90 * MiB);
    lib.free(larger);
    (void)unused;
    return arena != 0       ? "it is not in the main arena"
           : larger == NULL ? "it does not grow"
                            : NULL;
}

START_TEST(what_no_heap_can_hold_is_in_the_main_arena)
{
    needs_arenas();
    lib.mallopt(M_MMAP_MAX, 0);
    assert_heaps_are_gone(in_a_thread(allocate_more_than_a_heap, NULL));
}
END_TEST

/* Pages of a heap that were given back and taken again are zero. */
static void *dirty_and_clear(void *unused)
{
    static char *payload[20];
    for (size_t i = 0; i < LENGTH(payload); i++) {
        payload[i] = must_malloc(100 * KiB);
        paint(payload[i], 100 * KiB, 1);
    }
    for (size_t i = LENGTH(payload); i-- > 0;)
        lib.free(payload[i]);
    lib.malloc_trim(0);
    for (size_t i = 0; i < LENGTH(payload); i++) {
        payload[i] = lib.calloc(1, 100 * KiB);
        for (size_t j = 0; j < 100 * KiB; j++) {
            if (payload[i][j] != 0)
                return "calloc() gives bytes that are not zero";
        }
    }
    return unused;
}

START_TEST(calloc_clears_what_a_heap_gave_back)
{
    must_malloc(1); /* this thread is in the main arena */
    const char *trouble = in_a_thread(dirty_and_clear, NULL);
    ck_assert_msg(trouble == NULL, "%s", trouble);
}
END_TEST

/* The system does not take back pages that are locked in memory. */
START_TEST(calloc_clears_what_could_not_be_given_back)
{
    must_malloc(1);
    if (mlockall(MCL_FUTURE) != 0)
        return; /* not allowed here */
    const char *trouble = in_a_thread(dirty_and_clear, NULL);
    ck_assert_msg(trouble == NULL, "%s", trouble);
}
END_TEST

/* A request that nobody can serve must not cost the thread its arena. */
START_TEST(a_failed_request_moves_nobody)
{
    needs_arenas();
    ck_assert_msg(lib.malloc(PTRDIFF_MAX - 1000) == NULL, "it is granted");
    ck_assert_msg(place_of(must_malloc(2000)).arena == 0,
                  "after it the thread is in another arena");
}
END_TEST

/* A heap has 64 MiB or less; TOP_PAD can only be what is left of it. */
START_TEST(a_large_top_pad_leaves_room_for_arenas)
{
    must_malloc(1);
    lib.mallopt(M_TOP_PAD, 64 << 20);
    ck_assert_msg(place_of(in_a_thread(allocate_one, NULL)).arena != 0,
                  "threads share an arena when M_TOP_PAD is 64 MiB");
}
END_TEST

static void *allocate_and_wait(void *unused)
{
    allocate_one(unused);
    pthread_barrier_wait(&all_are_there);
    pthread_barrier_wait(&all_are_there);
    return NULL;
}

/* The allocator's own destructor must not be called any more by then. */
START_TEST(threads_may_end_after_the_library_is_closed)
{
    pthread_t thread;
    needs_arenas();
    pthread_barrier_init(&all_are_there, NULL, 2);
    pthread_create(&thread, NULL, allocate_and_wait, NULL);
    pthread_barrier_wait(&all_are_there);
    close_allocator();
    pthread_barrier_wait(&all_are_there);
    pthread_join(thread, NULL);
}
END_TEST

void add_arenas(TCase *group)
{
    tcase_add_test(group, threads_have_arenas_of_their_own);
    tcase_add_test(group, arenas_are_shared_at_the_limit);
    tcase_add_test(group, there_are_8_arenas_for_each_core);
    tcase_add_test(group, arenas_are_left_to_later_threads);
    tcase_add_test(group, destructors_of_others_allocate);
    tcase_add_test(group, destructors_of_others_allocate_last);
    tcase_add_test(group, a_freed_chunk_stays_in_its_arena);
    tcase_add_test(group, a_child_uses_the_arenas_of_lost_threads);
    tcase_add_test(group, a_child_keeps_its_arena_to_itself);
    tcase_add_test(group, a_shared_arena_stays_in_use);
    tcase_add_test(group, children_find_every_arena_in_order);
    tcase_add_test(group, a_thread_gives_its_heaps_back);
    tcase_add_test(group, another_thread_gives_its_heaps_back);
    tcase_add_loop_test(group, heaps_come_and_go, 0, 3);
    tcase_add_test(group, what_no_heap_can_hold_is_in_the_main_arena);
    tcase_add_test(group, calloc_clears_what_a_heap_gave_back);
    tcase_add_test(group, calloc_clears_what_could_not_be_given_back);
    tcase_add_test(group, a_failed_request_moves_nobody);
    tcase_add_test(group, a_large_top_pad_leaves_room_for_arenas);
    tcase_add_test(group, threads_may_end_after_the_library_is_closed);
}
