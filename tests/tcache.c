/* tcache.c - chunks that a thread keeps for itself
 *
 * The walk calls a chunk cached when it waits in a cache, or in a fast bin. So
 * that only caches count here, payloads are larger than what fast bins take. An
 * assertion may not allocate from the library, so what lies in a cache is what
 * the case has put there.
 */
#include "suite.h"

#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY = 100, SIZE = 1000 };

/* What the walk says of one payload, and how many bytes are cached. */
struct view {
    const void *payload;
    enum malloc_kind kind;
    unsigned arena;
    size_t cached[2]; /* in the main arena, and in all others */
};

static int look(const struct malloc_chunk_info *chunk, void *context)
{
    struct view *view = context;
    if (chunk->kind == MALLOC_CACHED)
        view->cached[chunk->arena != 0] += chunk->size;
    if (chunk->payload == view->payload) {
        view->kind = chunk->kind;
        view->arena = chunk->arena;
    }
    return 0;
}

static struct view view_of(const void *payload)
{
    struct view view = {.payload = payload, .kind = MALLOC_TOP};
    needs_inspection();
    lib.malloc_walk(look, &view);
    return view;
}

static size_t cached_bytes(void)
{
    struct view view = view_of(NULL);
    return view.cached[0] + view.cached[1];
}

static char *payload[MANY];

static void allocate_many(size_t size)
{
    for (size_t i = 0; i < MANY; i++)
        payload[i] = must_malloc(size);
}

static void *free_many(void *unused)
{
    for (size_t i = 0; i < MANY; i++)
        lib.free(payload[i]);
    return unused;
}

/* ---- what comes back */

START_TEST(what_was_freed_last_comes_first)
{
    enum { FEW = 6 };
    allocate_many(SIZE);
    char **last = payload + MANY - FEW; /* by now a size is no longer new */
    for (int i = 0; i < FEW; i++)
        lib.free(last[i]);
    for (int i = FEW; i-- > 0;)
        ck_assert_msg(must_malloc(SIZE) == last[i],
                      "payload %d of %d does not come back in its turn", i,
                      FEW);
}
END_TEST

/* Small, large, and the largest that are cached. */
static const size_t sizes[] = {24, 200, 1000, 1100, 5000, 40000, 64000};

START_TEST(calloc_clears_what_comes_from_a_cache)
{
    size_t size = sizes[_i];
    char *dirty = must_malloc(size);
    size_t usable = lib.malloc_usable_size(dirty);
    must_malloc(24);
    memset(dirty, 1, usable);
    lib.free(dirty);
    char *clear = lib.calloc(1, size);
    ck_assert_msg(clear == dirty, "calloc(1, %zu) does not take it", size);
    for (size_t i = 0; i < usable; i++)
        ck_assert_msg(clear[i] == 0, "byte %zu of %zu is not zero", i, size);
}
END_TEST

/* One that is not aligned was freed after one that is. */
START_TEST(memalign_takes_from_a_cache_what_is_aligned)
{
    size_t size = sizes[_i];
    for (size_t alignment = 32; alignment <= 4096; alignment *= 2) {
        char *aligned = lib.memalign(alignment, size);
        must_malloc(24);
        lib.free(aligned);
        char *again = lib.memalign(alignment, size);
        ck_assert_msg((uintptr_t)again % alignment == 0,
                      "memalign(%zu, %zu) does not align", alignment, size);
        char *odd = must_malloc(size);
        /* All of a run may be aligned: shift the next one. */
        for (int tries = 0; (uintptr_t)odd % alignment == 0 && tries < 1000;
             tries++) {
            must_malloc(size + 16);
            odd = must_malloc(size);
        }
        lib.free(again);
        lib.free(odd);
        again = lib.memalign(alignment, size);
        ck_assert_msg((uintptr_t)again % alignment == 0,
                      "memalign(%zu, %zu) takes what is not aligned", alignment,
                      size);
    }
    assert_all_is_well();
}
END_TEST

/* ---- misuse */

/* Caches may have half of the arena: make it long enough for all sizes. */
static void lengthen_arena(void)
{
    for (int i = 0; i < 12; i++)
        must_malloc(100000);
}

START_TEST(free_twice)
{
    lengthen_arena();
    char *freed = must_malloc(sizes[_i]);
    must_malloc(24);
    if (child_must_die("free(): double free detected in tcache 2")) {
        lib.free(freed);
        lib.free(freed);
        _exit(0);
    }
}
END_TEST

START_TEST(free_twice_with_others_in_between)
{
    lengthen_arena();
    char *freed = must_malloc(sizes[_i]);
    char *other[4];
    for (size_t i = 0; i < LENGTH(other); i++)
        other[i] = must_malloc(sizes[_i]);
    if (child_must_die("free(): double free detected in tcache 2")) {
        lib.free(freed);
        for (size_t i = 0; i + 1 < LENGTH(other) && sizes[_i] < 20000; i++)
            lib.free(other[i]);
        lib.free(freed);
        _exit(0);
    }
}
END_TEST

static void *free_it(void *freed)
{
    lib.free(freed);
    return NULL;
}

static void *free_twice_here(void *freed)
{
    lib.free(freed);
    lib.free(freed);
    return NULL;
}

/* The mark is in the chunk, so it does not matter who looks. */
START_TEST(free_twice_by_two_threads)
{
    char *freed = must_malloc(SIZE);
    must_malloc(24);
    if (child_must_die("free(): double free detected in tcache 2")) {
        lib.free(freed);
        in_a_thread(free_it, freed);
        _exit(0);
    }
}
END_TEST

START_TEST(free_twice_by_another_thread)
{
    char *freed = must_malloc(SIZE);
    must_malloc(24);
    if (child_must_die("free(): double free detected in tcache 2")) {
        in_a_thread(free_twice_here, freed);
        _exit(0);
    }
}
END_TEST

START_TEST(realloc_of_a_cached_payload)
{
    char *freed = must_malloc(sizes[_i]);
    must_malloc(24);
    if (child_must_die("realloc(): invalid pointer")) {
        lib.free(freed);
        lib.realloc(freed, 2 * sizes[_i]);
        _exit(0);
    }
}
END_TEST

/* Misaligned as it stands, and when mixed with the bits of its own address. */
static void smash_link(void *freed)
{
    uintptr_t upper_bits = (uintptr_t)freed >> 12 & 15;
    *(uintptr_t *)freed = 0x4140 + (upper_bits == 1 ? 2 : 1);
}

START_TEST(malloc_after_a_link_was_smashed)
{
    char *freed = must_malloc(SIZE);
    must_malloc(24);
    if (child_must_die("malloc(): unaligned tcache chunk detected")) {
        lib.free(freed);
        smash_link(freed);
        lib.malloc(SIZE);
        lib.malloc(SIZE);
        _exit(0);
    }
}
END_TEST

START_TEST(malloc_after_a_size_was_smashed)
{
    char *freed = must_malloc(SIZE);
    must_malloc(24);
    if (child_must_die("malloc(): memory corruption (tcache)")) {
        lib.free(freed);
        *size_field(freed) = 64 | 1;
        lib.malloc(SIZE);
        _exit(0);
    }
}
END_TEST

START_TEST(check_finds_a_smashed_link)
{
    needs_inspection();
    char *freed = must_malloc(SIZE);
    must_malloc(24);
    lib.free(freed);
    assert_all_is_well();
    smash_link(freed);
    ck_assert_msg(lib.malloc_check() != NULL, "the check finds nothing wrong");
}
END_TEST

/* ---- how much is kept */

/* 10 MB of one size. */
START_TEST(a_cache_is_bounded)
{
    enum { COUNT = 10000 };
    static char *freed[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        freed[i] = must_malloc(SIZE);
    for (size_t i = 0; i < COUNT; i++)
        lib.free(freed[i]);
    size_t cached = cached_bytes();
    ck_assert_msg(cached > 0 && cached <= 64 * KiB,
                  "of 10 MB of one size %zu KiB are cached", cached / KiB);
    assert_all_is_well();
}
END_TEST

/* Fill a cache with as much as it takes of many sizes. */
static void *fill_cache(void *unused)
{
    char *freed[MANY];
    for (size_t size = 200; size < 64000; size += size / 8) {
        for (size_t i = 0; i < MANY; i++)
            freed[i] = must_malloc(size);
        for (size_t i = 0; i < MANY; i++)
            lib.free(freed[i]);
    }
    return unused;
}

START_TEST(a_cache_of_many_sizes_is_bounded)
{
    fill_cache(NULL);
    size_t cached = cached_bytes();
    ck_assert_msg(cached >= 256 * KiB && cached <= MiB,
                  "of many sizes %zu KiB are cached", cached / KiB);
    assert_all_is_well();
}
END_TEST

static pthread_barrier_t together;

static void *fill_cache_and_wait(void *unused)
{
    fill_cache(unused);
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    return unused;
}

START_TEST(caches_of_many_threads_are_bounded)
{
    enum { THREADS = 30 };
    pthread_t thread[THREADS];
    lib.mallopt(M_ARENA_MAX, 1);
    pthread_barrier_init(&together, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, fill_cache_and_wait, NULL);
    pthread_barrier_wait(&together);
    size_t cached = cached_bytes();
    pthread_barrier_wait(&together);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    ck_assert_msg(cached > 0 && cached <= MiB + 128 * KiB,
                  "%d threads in one arena cache %zu KiB", THREADS,
                  cached / KiB);
    assert_all_is_well();
}
END_TEST

START_TEST(malloc_trim_empties_the_cache)
{
    allocate_many(SIZE);
    free_many(NULL);
    ck_assert_msg(cached_bytes() > 0, "nothing was cached");
    lib.malloc_trim(0);
    ck_assert_msg(cached_bytes() == 0, "%zu bytes are cached still",
                  cached_bytes());
}
END_TEST

/* As in glibc. */
START_TEST(mallinfo2_counts_what_is_cached_as_used)
{
    allocate_many(SIZE);
    struct mallinfo2 before = lib.mallinfo2();
    for (int i = 0; i < 6; i++)
        lib.free(payload[i]);
    struct mallinfo2 after = lib.mallinfo2();
    ck_assert_msg(view_of(payload[5]).kind == MALLOC_CACHED,
                  "it is not cached");
    ck_assert_msg(before.uordblks == after.uordblks && after.smblks == 0,
                  "%zu bytes less are in use, %zu are in fast bins",
                  before.uordblks - after.uordblks, after.smblks);
}
END_TEST

/* ---- threads that end */

START_TEST(a_cache_ends_with_its_thread)
{
    must_malloc(1);
    in_a_thread(fill_cache, NULL);
    ck_assert_msg(cached_bytes() == 0, "%zu KiB are in a cache of nobody",
                  cached_bytes() / KiB);
    assert_all_is_well();
}
END_TEST

static pthread_key_t key;

static void free_at_exit(void *freed)
{
    lib.free(freed);
    lib.free(must_malloc(SIZE));
}

static void *leave_to_a_destructor(void *unused)
{
    char *mine = must_malloc(SIZE);
    pthread_setspecific(key, mine);
    must_malloc(24);
    (void)unused;
    return mine;
}

/* The destructor of a key that was made later is called later. */
START_TEST(what_is_freed_after_the_cache_has_ended)
{
    must_malloc(1);
    pthread_key_create(&key, free_at_exit);
    for (int i = 0; i < 40; i++) {
        char *freed = in_a_thread(leave_to_a_destructor, NULL);
        ck_assert_msg(view_of(freed).kind != MALLOC_USED, "it is not free");
    }
    ck_assert_msg(cached_bytes() == 0, "%zu bytes are in a cache of nobody",
                  cached_bytes());
    assert_all_is_well();
}
END_TEST

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

static void *allocate_one(void *unused)
{
    lib.free(must_malloc(SIZE));
    return unused;
}

/* A thread that begins to allocate in its very last round is not told that it
 * ends. The next thread finds its cache. */
START_TEST(a_cache_that_was_left_behind_is_found)
{
    must_malloc(1);
    pthread_key_create(&key, allocate_in_the_last_round);
    for (int i = 0; i < 40; i++)
        in_a_thread(begin_first_round, NULL);
    in_a_thread(allocate_one, NULL);
    ck_assert_msg(cached_bytes() == 0, "%zu bytes are in a cache of nobody",
                  cached_bytes());
    assert_all_is_well();
}
END_TEST

/* ---- chunks of other arenas */

static void *zeroed(size_t size)
{
    return lib.calloc(1, size);
}

static void *aligned(size_t size)
{
    return lib.memalign(64, size);
}

/* Small, and large: the latter are searched for in another way. */
static const struct sent {
    size_t size;
    void *(*allocate)(size_t size);
} sent[] = {
    {SIZE, must_malloc},
    {2 * SIZE, must_malloc},
    {2 * SIZE, zeroed},
    {2 * SIZE, aligned},
};
static size_t came_back;

/* Allocate, let the first thread free it, and allocate again. */
static void *allocate_twice(void *how)
{
    const struct sent *sent = how;

    allocate_many(sent->size); /* what is done when a size is new to a thread */
    free_many(NULL);
    for (size_t i = 0; i < MANY; i++)
        payload[i] = sent->allocate(sent->size);
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    for (size_t i = 0; i < MANY; i++) {
        char *again = sent->allocate(sent->size);
        for (size_t j = 0; j < MANY; j++)
            came_back += again == payload[j];
    }
    return NULL;
}

START_TEST(what_others_free_comes_back_to_its_thread)
{
    pthread_t owner;
    needs_inspection();
    must_malloc(1);
    pthread_barrier_init(&together, NULL, 2);
    pthread_create(&owner, NULL, allocate_twice, (void *)&sent[_i]);
    pthread_barrier_wait(&together);
    unsigned arena = view_of(payload[0]).arena;
    free_many(NULL);
    size_t stayed = 0;
    for (size_t i = 0; i < MANY; i++) {
        struct view view = view_of(payload[i]);
        stayed += view.kind != MALLOC_USED && view.arena == arena;
    }
    char *ours = must_malloc(SIZE);
    unsigned arena_of_ours = view_of(ours).arena;
    pthread_barrier_wait(&together);
    pthread_join(owner, NULL);
    ck_assert_msg(arena != 0 && arena_of_ours == 0,
                  "we allocate in arena %u, the thread in %u", arena_of_ours,
                  arena);
    ck_assert_msg(stayed == MANY, "of %d freed, %zu are free in their arena",
                  MANY, stayed);
    ck_assert_msg(came_back >= MANY * 3 / 4,
                  "of %d freed by another, %zu serve their thread again", MANY,
                  came_back);
    assert_all_is_well();
}
END_TEST

enum { WAITING = 10000 };
static char *waiting[WAITING];

static void *allocate_many_and_sleep(void *size)
{
    for (size_t i = 0; i < WAITING; i++)
        waiting[i] = must_malloc(*(size_t *)size);
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    return NULL;
}

/* The owner takes nothing over, because it sleeps. */
static void free_for_a_sleeper(size_t size)
{
    pthread_t owner;
    must_malloc(1);
    pthread_barrier_init(&together, NULL, 2);
    pthread_create(&owner, NULL, allocate_many_and_sleep, &size);
    pthread_barrier_wait(&together);
    for (size_t i = 0; i < WAITING; i++)
        lib.free(waiting[i]);
    size_t cached = cached_bytes();
    pthread_barrier_wait(&together);
    pthread_join(owner, NULL);
    ck_assert_msg(cached <= WAITING * size / 8 + (16 + 64) * KiB,
                  "of %zu KiB that are freed for a thread, %zu KiB wait",
                  WAITING * size / KiB, cached / KiB);
    assert_all_is_well();
}

START_TEST(what_waits_for_its_owner_is_bounded)
{
    free_for_a_sleeper(SIZE);
}
END_TEST

/* The same where small payloads lie in slabs, and these do not. */
START_TEST(what_waits_that_is_large_is_bounded)
{
    free_for_a_sleeper(2 * SIZE);
}
END_TEST

/* ---- fork */

static void *cache_and_wait(void *unused)
{
    allocate_many(SIZE);
    free_many(NULL);
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    return unused;
}

/* What a child finds wrong. */
enum { OWN_CACHE = 1, CHECK, LOST_ARENA };

static int use_what_is_left(char *freed)
{
    if (must_malloc(SIZE) != freed)
        return OWN_CACHE;
    for (int i = 0; i < 3; i++)
        in_a_thread(fill_cache, NULL);
    if (lib.malloc_check() != NULL)
        return CHECK;
    return view_of(NULL).cached[1] > 2 * MiB ? LOST_ARENA : 0;
}

/* The cache of the thread that forks is there. Those of others are lost. */
START_TEST(a_child_has_the_cache_of_its_thread)
{
    pthread_t other;
    int status;
    needs_inspection();
    char *freed = must_malloc(SIZE);
    must_malloc(24);
    pthread_barrier_init(&together, NULL, 2);
    pthread_create(&other, NULL, cache_and_wait, NULL);
    pthread_barrier_wait(&together);
    lib.free(freed);
    pid_t child = fork();
    if (child == 0)
        _exit(use_what_is_left(freed));
    waitpid(child, &status, 0);
    pthread_barrier_wait(&together);
    pthread_join(other, NULL);
    ck_assert_msg(status == 0, "the child ends with %#x", status);
    assert_all_is_well();
}
END_TEST

/* Threads that share an arena share the bound of their caches. In a child the
 * other threads are gone, and so is what was promised to them. */
START_TEST(a_child_has_the_room_of_lost_threads)
{
    enum { THREADS = 30 };
    pthread_t thread[THREADS];
    int status;
    needs_inspection();
    must_malloc(1);
    lib.mallopt(M_ARENA_MAX, 1);
    pthread_barrier_init(&together, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, fill_cache_and_wait, NULL);
    pthread_barrier_wait(&together);
    pid_t child = fork();
    if (child == 0) {
        allocate_many(SIZE);
        for (int i = 0; i < 6; i++)
            lib.free(payload[i]);
        _exit(view_of(payload[0]).kind != MALLOC_CACHED);
    }
    waitpid(child, &status, 0);
    pthread_barrier_wait(&together);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    ck_assert_msg(status == 0, "the child has no cache of its own: %#x",
                  status);
}
END_TEST

/* ---- parameters */

/* Is a payload filled when it is handed out, and after it is freed? A freed one
 * begins with links, and ends with a foot. */
static void *is_perturbed(void *unused)
{
    (void)unused;
    char *fresh = must_malloc(SIZE);
    must_malloc(24);
    bool filled = is_filled(fresh, 0, SIZE, 0xa5);
    memset(fresh, 1, SIZE);
    lib.free(fresh);
    filled &= is_filled(fresh, 4 * sizeof(void *), SIZE - sizeof(size_t), 0x5a);
    return (void *)(uintptr_t)filled;
}

/* There are chunks in the cache, from before. */
START_TEST(perturb_fills_what_was_cached)
{
    allocate_many(SIZE);
    free_many(NULL);
    ck_assert_msg(is_perturbed(NULL) == NULL, "it fills before it is asked to");
    lib.mallopt(M_PERTURB, 0x5a);
    for (int i = 0; i < MANY; i++)
        ck_assert_msg(is_perturbed(NULL) != NULL, "it does not fill");
    ck_assert_msg(in_a_thread(is_perturbed, NULL) != NULL,
                  "it does not fill in a thread that begins later");
    ck_assert_msg(cached_bytes() == 0, "%zu bytes are cached", cached_bytes());
}
END_TEST

void add_tcache(TCase *group)
{
    tcase_add_test(group, what_was_freed_last_comes_first);
    tcase_add_loop_test(group, calloc_clears_what_comes_from_a_cache, 0,
                        LENGTH(sizes));
    tcase_add_loop_test(group, memalign_takes_from_a_cache_what_is_aligned, 0,
                        LENGTH(sizes));
    tcase_add_loop_test(group, free_twice, 0, LENGTH(sizes));
    tcase_add_loop_test(group, free_twice_with_others_in_between, 0,
                        LENGTH(sizes));
    tcase_add_test(group, free_twice_by_two_threads);
    tcase_add_test(group, free_twice_by_another_thread);
    tcase_add_loop_test(group, realloc_of_a_cached_payload, 0, LENGTH(sizes));
    tcase_add_test(group, malloc_after_a_link_was_smashed);
    tcase_add_test(group, malloc_after_a_size_was_smashed);
    tcase_add_test(group, check_finds_a_smashed_link);
    tcase_add_test(group, a_cache_is_bounded);
    tcase_add_test(group, a_cache_of_many_sizes_is_bounded);
    tcase_add_test(group, caches_of_many_threads_are_bounded);
    tcase_add_test(group, malloc_trim_empties_the_cache);
    tcase_add_test(group, mallinfo2_counts_what_is_cached_as_used);
    tcase_add_test(group, a_cache_ends_with_its_thread);
    tcase_add_test(group, what_is_freed_after_the_cache_has_ended);
    tcase_add_test(group, a_cache_that_was_left_behind_is_found);
    tcase_add_loop_test(group, what_others_free_comes_back_to_its_thread, 0,
                        LENGTH(sent));
    tcase_add_test(group, what_waits_for_its_owner_is_bounded);
    tcase_add_test(group, what_waits_that_is_large_is_bounded);
    tcase_add_test(group, a_child_has_the_cache_of_its_thread);
    tcase_add_test(group, a_child_has_the_room_of_lost_threads);
    tcase_add_test(group, perturb_fills_what_was_cached);
}
