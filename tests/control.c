/* control.c - mallopt(): does each parameter do what glibc's manual says?
 *
 * What a parameter does can be seen from outside: by where the break goes, by
 * the bytes in a payload, and by two flags in the word before a payload, which
 * glibc and the chapters have in common. So the same cases run on the system's
 * malloc. For the variables that set the same parameters, see
 * small/variables.c.
 */
#include "suite.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define IS_MMAPPED     2
#define NON_MAIN_ARENA 4

static bool has_flag(void *payload, size_t flag)
{
    return (*size_field(payload) & flag) != 0;
}

static bool is_mapped(size_t request)
{
    return has_flag(must_malloc(request), IS_MMAPPED);
}

static void set(int number, int value)
{
    ck_assert_msg(lib.mallopt(number, value) == 1, "mallopt(%d, %d) is refused",
                  number, value);
}

static void assert_refused(int number, int value)
{
    ck_assert_msg(lib.mallopt(number, value) == 0,
                  "mallopt(%d, %d) is not refused", number, value);
}

/* By how much the break moves when top is too short for what is asked. */
static size_t growth_of_the_break(void)
{
    char *before = sbrk(0);
    for (int i = 0; i < 50 && sbrk(0) == before; i++)
        must_malloc(100 * KiB);
    return (size_t)((char *)sbrk(0) - before);
}

START_TEST(mmap_threshold_says_what_is_mapped)
{
    set(M_MMAP_THRESHOLD, MiB);
    ck_assert_msg(is_mapped(MiB), "1 MiB is not mapped");
    ck_assert_msg(!is_mapped(900 * KiB), "900 KiB are mapped");
    set(M_MMAP_THRESHOLD, 300 * KiB);
    ck_assert_msg(is_mapped(301 * KiB), "301 KiB are not mapped");
}
END_TEST

START_TEST(what_fits_into_top_is_not_mapped)
{
    set(M_TOP_PAD, 4 * MiB);
    growth_of_the_break();
    ck_assert_msg(!is_mapped(2 * MiB), "2 MiB are mapped, top has 4");
    ck_assert_msg(is_mapped(5 * MiB), "5 MiB are not mapped");
}
END_TEST

/* The highest value to which it rises by itself. */
START_TEST(mmap_threshold_can_be_high)
{
    set(M_MMAP_THRESHOLD, 32 * MiB);
    ck_assert_msg(!is_mapped(31 * MiB), "31 MiB are mapped");
    ck_assert_msg(is_mapped(70 * MiB), "70 MiB are not mapped");
}
END_TEST

START_TEST(mmap_max_says_how_many_are_mapped)
{
    set(M_MMAP_MAX, 2);
    char *first = must_malloc(MiB);
    ck_assert_msg(has_flag(first, IS_MMAPPED) && is_mapped(MiB),
                  "the first two of 1 MiB are not mapped");
    ck_assert_msg(!is_mapped(MiB), "a third one is mapped");
    lib.free(first);
    ck_assert_msg(is_mapped(4 * MiB), "one is freed, another is not mapped");
    set(M_MMAP_MAX, 0);
    ck_assert_msg(!is_mapped(8 * MiB), "none may be mapped, and one is");
    set(M_MMAP_MAX, -1);
    ck_assert_msg(!is_mapped(16 * MiB), "fewer than none may be, and one is");
}
END_TEST

START_TEST(top_pad_says_how_much_is_fetched_to_spare)
{
    set(M_TOP_PAD, 0);
    growth_of_the_break(); /* uses up what was there */
    size_t growth = growth_of_the_break();
    ck_assert_msg(growth <= 104 * KiB, "for 100 KiB it is %zu KiB",
                  growth / KiB);
    set(M_TOP_PAD, 4 * MiB);
    growth = growth_of_the_break();
    ck_assert_msg(growth > 4 * MiB, "with 4 MiB to spare it is %zu KiB",
                  growth / KiB);
}
END_TEST

/* This much of top stays when the rest is given back, too. */
START_TEST(top_pad_says_how_much_stays)
{
    static char *payload[50];
    set(M_TRIM_THRESHOLD, 4 * MiB);
    set(M_TOP_PAD, 2 * MiB);
    for (size_t i = 0; i < LENGTH(payload); i++)
        payload[i] = must_malloc(100 * KiB);
    for (size_t i = LENGTH(payload); i-- > 0;)
        lib.free(payload[i]);
    size_t top = lib.mallinfo2().keepcost;
    ck_assert_msg(top >= 2 * MiB && top < 4 * MiB,
                  "of top %zu KiB stay, M_TOP_PAD is 2 MiB", top / KiB);
}
END_TEST

/* Allocate 5 MB below the break, free it, and say how far the break falls. */
static size_t fall_of_the_break(void)
{
    static char *payload[50];
    set(M_TOP_PAD, 0);
    for (size_t i = 0; i < LENGTH(payload); i++)
        payload[i] = must_malloc(100 * KiB);
    char *before = sbrk(0);
    for (size_t i = LENGTH(payload); i-- > 0;)
        lib.free(payload[i]);
    return (size_t)(before - (char *)sbrk(0));
}

START_TEST(trim_threshold_says_when_top_is_given_back)
{
    set(M_TRIM_THRESHOLD, MiB);
    size_t fall = fall_of_the_break();
    ck_assert_msg(fall > 3 * MiB, "of 5 MB, all but %zu KiB stay", fall / KiB);
    set(M_TRIM_THRESHOLD, 20 * MiB);
    fall = fall_of_the_break();
    ck_assert_msg(fall == 0, "below 20 MiB, %zu KiB go back", fall / KiB);
    set(M_TRIM_THRESHOLD, -1);
    fall = fall_of_the_break();
    ck_assert_msg(fall == 0, "below no limit, %zu KiB go back", fall / KiB);
}
END_TEST

/* Mapping what comes and goes is expensive. */
START_TEST(mmap_threshold_follows_what_is_freed)
{
    char *payload = must_malloc(MiB);
    ck_assert_msg(has_flag(payload, IS_MMAPPED), "1 MiB is not mapped");
    lib.free(payload);
    ck_assert_msg(!is_mapped(MiB), "1 MiB was freed and is mapped again");
    ck_assert_msg(is_mapped(2 * MiB), "2 MiB are not mapped any more");
}
END_TEST

/* The trim threshold rises with it, to twice as much. */
START_TEST(trim_threshold_follows_what_is_freed)
{
    static char *payload[16];
    lib.free(must_malloc(MiB));
    for (size_t i = 0; i < LENGTH(payload); i++)
        payload[i] = must_malloc(100 * KiB);
    char *before = sbrk(0);
    for (size_t i = LENGTH(payload); i-- > 0;)
        lib.free(payload[i]);
    ck_assert_msg(sbrk(0) == before,
                  "1.6 MB go back, though 1 MiB has come and gone");
}
END_TEST

static const struct {
    int number, value;
} defaults[] = {
    {M_TRIM_THRESHOLD, 128 * KiB},
    {M_TOP_PAD, 128 * KiB},
    {M_MMAP_THRESHOLD, 128 * KiB},
    {M_MMAP_MAX, 65536},
};

START_TEST(thresholds_stay_as_they_are_set)
{
    set(defaults[_i].number, defaults[_i].value);
    lib.free(must_malloc(MiB));
    ck_assert_msg(is_mapped(MiB), "parameter %d is set, but thresholds move",
                  defaults[_i].number);
}
END_TEST

/* A freed payload begins with links, and its last word is the foot. Freed
 * memory is read here on purpose, to see that. */
START_TEST(perturb_fills_payloads)
{
    enum { SIZE = 5000, LINKS = 4 * sizeof(void *) };
    set(M_PERTURB, 0x5a);
    char *payload = must_malloc(SIZE);
    must_malloc(24);
    ck_assert_msg(is_filled(payload, 0, SIZE, 0xa5),
                  "a fresh payload is not filled with the complement");
    memset(payload, 1, SIZE);
    lib.free(payload);
    ck_assert_msg(is_filled(payload, LINKS, SIZE - sizeof(size_t), 0x5a),
                  "a freed payload is not filled with the byte");
    payload = lib.calloc(1, SIZE);
    ck_assert_msg(is_filled(payload, 0, SIZE, 0), "calloc() does not clear");
}
END_TEST

START_TEST(perturb_fills_what_realloc_and_memalign_give)
{
    set(M_PERTURB, 0x5a);
    char *payload = lib.memalign(4096, 5000);
    ck_assert_msg(is_filled(payload, 0, 5000, 0xa5),
                  "memalign() does not fill");
    payload = lib.realloc(NULL, 5000);
    ck_assert_msg(is_filled(payload, 0, 5000, 0xa5),
                  "realloc(NULL, n) does not fill");
    payload = lib.calloc(1, MiB);
    ck_assert_msg(is_filled(payload, 0, MiB, 0),
                  "calloc() of a mapped chunk does not clear");
}
END_TEST

START_TEST(perturb_is_over_when_it_is_0)
{
    set(M_PERTURB, 0x5a);
    set(M_PERTURB, 0);
    char *payload = must_malloc(5000);
    must_malloc(24);
    memset(payload, 1, 5000);
    lib.free(payload);
    ck_assert_msg(is_filled(payload, 32, 4000, 1), "a freed payload changes");
}
END_TEST

/* Are freed neighbours of this size merged at once? Some of them may be kept
 * for this thread alone, as glibc does with 7 of them, so there are many. The
 * request that follows is small, because a large one would have all of them
 * merged. */
static bool are_merged(size_t size)
{
    char *payload[40];
    for (int i = 0; i < 1000; i++) { /* use up holes that the runner has left */
        must_malloc(size);
        must_malloc(size * 7);
    }
    for (size_t i = 0; i < LENGTH(payload); i++)
        payload[i] = must_malloc(size);
    must_malloc(24);
    for (size_t i = 0; i < LENGTH(payload); i++)
        lib.free(payload[i]);
    char *within = must_malloc(size * 7);
    bool merged = false;
    for (size_t i = 0; i < LENGTH(payload); i++)
        merged |= within == payload[i]; /* where merged chunks begin */
    return merged;
}

static const struct {
    int mxfast; /* DEFAULT: it is not set */
    size_t request;
    bool merged;
} mxfast_cases[] = {
#define DEFAULT -1
    {DEFAULT, 140, true}, {DEFAULT, 120, false}, {160, 140, false},
    {40, 60, true},       {40, 40, false},       {0, 24, true},
};

START_TEST(mxfast_says_what_is_kept_whole)
{
    if (mxfast_cases[_i].mxfast != DEFAULT)
        set(M_MXFAST, mxfast_cases[_i].mxfast);
    ck_assert_msg(are_merged(mxfast_cases[_i].request) ==
                      mxfast_cases[_i].merged,
                  "with M_MXFAST at %d, neighbours of %zu are %smerged",
                  mxfast_cases[_i].mxfast, mxfast_cases[_i].request,
                  mxfast_cases[_i].merged ? "not " : "");
}
END_TEST

START_TEST(mxfast_has_a_limit)
{
    set(M_MXFAST, 20 * sizeof(size_t));
    assert_refused(M_MXFAST, 20 * sizeof(size_t) + 1);
}
END_TEST

/* Chunks that were kept whole under the old limit must not be lost under the
 * new one. */
START_TEST(mxfast_gives_up_what_was_kept)
{
    char *payload[40];
    for (size_t i = 0; i < LENGTH(payload); i++)
        payload[i] = must_malloc(100);
    must_malloc(24);
    for (size_t i = 0; i < LENGTH(payload); i++)
        lib.free(payload[i]);
    set(M_MXFAST, 0);
    char *within = must_malloc(900);
    ck_assert_msg(within >= payload[0] && within <= payload[39],
                  "what was in fast bins is not merged");
}
END_TEST

/* Does a payload of this thread lie outside the main arena? */
static void *is_elsewhere(void *unused)
{
    (void)unused;
    return (void *)(uintptr_t)has_flag(must_malloc(5000), NON_MAIN_ARENA);
}

static bool thread_is_elsewhere(void)
{
    pthread_t thread;
    void *answer;
    must_malloc(1); /* this thread is in the main arena */
    pthread_create(&thread, NULL, is_elsewhere, NULL);
    pthread_join(thread, &answer);
    return answer != NULL;
}

START_TEST(arena_max_of_1_leaves_one_arena)
{
    set(M_ARENA_MAX, 1);
    ck_assert_msg(!thread_is_elsewhere(), "a thread has another arena");
}
END_TEST

START_TEST(arena_max_of_2_leaves_two)
{
    set(M_ARENA_MAX, 2);
    ck_assert_msg(thread_is_elsewhere(), "a thread has no arena of its own");
}
END_TEST

START_TEST(arena_max_counts_before_arena_test)
{
    set(M_ARENA_TEST, 10);
    set(M_ARENA_MAX, 1);
    ck_assert_msg(!thread_is_elsewhere(), "a thread has another arena");
}
END_TEST

START_TEST(arena_test_is_known)
{
    set(M_ARENA_TEST, 2);
}
END_TEST

START_TEST(check_action_is_known)
{
    set(M_CHECK_ACTION, 3); /* without effect since glibc 2.26 */
}
END_TEST

void add_thresholds(TCase *group)
{
    tcase_add_test(group, mmap_threshold_says_what_is_mapped);
    tcase_add_test(group, what_fits_into_top_is_not_mapped);
    tcase_add_test(group, mmap_threshold_can_be_high);
    tcase_add_test(group, mmap_max_says_how_many_are_mapped);
    tcase_add_test(group, top_pad_says_how_much_is_fetched_to_spare);
    tcase_add_test(group, top_pad_says_how_much_stays);
    tcase_add_test(group, trim_threshold_says_when_top_is_given_back);
    tcase_add_test(group, mmap_threshold_follows_what_is_freed);
    tcase_add_test(group, trim_threshold_follows_what_is_freed);
    tcase_add_loop_test(group, thresholds_stay_as_they_are_set, 0,
                        LENGTH(defaults));
}

void add_control(TCase *group)
{
    tcase_add_test(group, perturb_fills_payloads);
    tcase_add_test(group, perturb_fills_what_realloc_and_memalign_give);
    tcase_add_test(group, perturb_is_over_when_it_is_0);
    tcase_add_loop_test(group, mxfast_says_what_is_kept_whole, 0,
                        LENGTH(mxfast_cases));
    tcase_add_test(group, mxfast_has_a_limit);
    tcase_add_test(group, mxfast_gives_up_what_was_kept);
    tcase_add_test(group, arena_max_of_1_leaves_one_arena);
    tcase_add_test(group, arena_max_of_2_leaves_two);
    tcase_add_test(group, arena_max_counts_before_arena_test);
    tcase_add_test(group, arena_test_is_known);
    tcase_add_test(group, check_action_is_known);
}
