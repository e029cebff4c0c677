/* lessons.c - what an allocator can learn, one thing a case
 *
 * A program runs without any of this, but larger or slower. Each chapter passes
 * some more of these cases; expectations.txt says which ones it fails, and why.
 * A "wall" is a small payload that stays live, so that what is freed before it
 * does not touch top, the unused end of memory. What is to be split or
 * merged when it is freed is larger than what a later chapter keeps whole in a
 * cache.
 */
#include "suite.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static bool is_within(const char *p, const char *start, size_t size)
{
    return p >= start && p < start + size;
}

/* The most bytes of this process that were ever in memory at once. */
static size_t most_resident_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (size_t)usage.ru_maxrss * KiB;
}

/* What is resident is never quite the same twice. Texts quote the messages, so
 * these must not say 15 MiB now and 16 then. */
static size_t nearest_mib(size_t bytes)
{
    return (bytes + MiB / 2) / MiB;
}

/* A payload with a wall behind it. */
static char *walled(size_t size)
{
    char *payload = must_malloc(size);
    must_malloc(24);
    return payload;
}

START_TEST(reuses_a_freed_chunk)
{
    char *freed = walled(20000);
    lib.free(freed);
    ck_assert_msg(lib.malloc(20000) == freed,
                  "a freed chunk is not used for the same size again");
}
END_TEST

START_TEST(splits_a_hole)
{
    enum { HOLE = 100000, SMALL = 1000, COUNT = 40 };
    char *hole = walled(HOLE);
    int inside = 0;

    lib.free(hole);
    for (int i = 0; i < COUNT; i++)
        inside += is_within(must_malloc(SMALL), hole, HOLE);
    ck_assert_msg(inside > COUNT / 2,
                  "of %d payloads of %d bytes, %d lie in a hole of %d", COUNT,
                  SMALL, inside, HOLE);
}
END_TEST

/* Of two holes the one that is much too large was freed last. Whoever cuts a
 * piece from it has no such hole any more when it is needed. */
START_TEST(takes_the_hole_that_fits)
{
    char *fits = walled(70000), *large = walled(110000);

    lib.free(fits);
    lib.free(large);
    ck_assert_msg(lib.malloc(69000) == fits,
                  "69000 bytes are not put into a hole of 70000, but into "
                  "one of 110000");
}
END_TEST

/* Free neighbours of 70000 bytes in this order; the last one closes the gap.
 * Do they serve one request of nearly the sum? */
static void assert_merge(const int *order, int count)
{
    char *payload[3];

    for (int i = 0; i < count; i++)
        payload[i] = must_malloc(70000);
    must_malloc(24);
    for (int i = 0; i < count; i++)
        lib.free(payload[order[i]]);
    ck_assert_msg(lib.malloc((size_t)count * 70000) == payload[0],
                  "%d free neighbours do not become one chunk", count);
}

START_TEST(merges_with_the_chunk_after)
{
    assert_merge((const int[]){1, 0}, 2);
}
END_TEST

START_TEST(merges_with_the_chunk_before)
{
    assert_merge((const int[]){0, 1}, 2);
}
END_TEST

START_TEST(merges_with_both)
{
    assert_merge((const int[]){0, 2, 1}, 3);
}
END_TEST

/* What the last chunks leave free at the break can go back to the system. */
START_TEST(gives_top_back)
{
    enum { COUNT = 8192 };
    static char *payload[COUNT];
    needs_inspection();

    for (int i = 0; i < COUNT; i++)
        payload[i] = must_malloc(1000);
    for (int i = 0; i < COUNT; i++)
        lib.free(payload[i]);
    ck_assert_msg(lib.malloc_held() < MiB,
                  "8 MiB are freed and nothing is live, but %zu KiB are held",
                  lib.malloc_held() / KiB);
}
END_TEST

/* The same, but a small chunk lies last, and is freed last. */
START_TEST(gives_top_back_though_a_small_chunk_was_last)
{
    enum { COUNT = 8192 };
    static char *payload[COUNT];
    needs_inspection();

    for (int i = 0; i < COUNT; i++)
        payload[i] = must_malloc(1000);
    char *last = must_malloc(24);
    for (int i = 0; i < COUNT; i++)
        lib.free(payload[i]);
    lib.free(last);
    ck_assert_msg(lib.malloc_held() < MiB,
                  "8 MiB are freed and nothing is live, but %zu KiB are held",
                  lib.malloc_held() / KiB);
}
END_TEST

/* What has just come from the system is zero, and takes no memory before it is
 * written to. */
START_TEST(calloc_leaves_fresh_pages_alone)
{
    must_malloc(1);
    size_t before = resident_bytes();
    char *payload = lib.calloc(512, MiB);
    ck_assert_msg(payload != NULL, "calloc() of 512 MiB fails");
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < 8 * MiB, "calloc() of 512 MiB makes %zu MiB resident",
                  nearest_mib(more));
}
END_TEST

/* Growing in place saves the copying, and leaves no hole behind. */
START_TEST(realloc_grows_into_top)
{
    char *last = must_malloc(1000);
    ck_assert_msg(lib.realloc(last, 50000) == last,
                  "the last chunk moves in order to grow");
}
END_TEST

/* Grow step by step, beyond what the system gave at first. */
START_TEST(realloc_makes_top_longer)
{
    must_malloc(60000);
    char *last = must_malloc(1000);
    for (size_t size = 2000; size <= 120000; size += 1000)
        ck_assert_msg(lib.realloc(last, size) == last,
                      "the last chunk moves in order to have %zu bytes", size);
}
END_TEST

START_TEST(realloc_grows_into_a_hole)
{
    char *payload = must_malloc(1000);
    lib.free(walled(100000));
    ck_assert_msg(lib.realloc(payload, 15000) == payload,
                  "a chunk with room behind it moves in order to grow");
}
END_TEST

START_TEST(realloc_gives_the_tail_back)
{
    char *payload = walled(60000);
    ck_assert_msg(lib.realloc(payload, 20000) == payload,
                  "a chunk moves in order to shrink");
    ck_assert_msg(is_within(must_malloc(30000), payload, 60000),
                  "what realloc() cuts off is not used again");
}
END_TEST

START_TEST(realloc_frees_what_it_leaves)
{
    char *payload = walled(20000);
    char *moved = lib.realloc(payload, 60000);
    ck_assert_msg(moved != NULL && moved != payload,
                  "it cannot grow, with a wall behind it");
    ck_assert_msg(lib.malloc(20000) == payload,
                  "where it was is not used again");
}
END_TEST

START_TEST(realloc_to_zero_frees)
{
    needs_inspection();
    char *payload = walled(20000);
    lib.realloc(payload, 0);
    ck_assert_msg(!look_up(payload).used, "realloc(p, 0) does not free p");
}
END_TEST

/* An aligned payload is cut from a chunk that is longer by the alignment. Do
 * the pieces before and behind it serve small requests? */
START_TEST(memalign_gives_lead_and_tail_back)
{
    enum { COUNT = 50, ALIGNMENT = 32768 };
    needs_inspection();

    for (int i = 0; i < COUNT; i++)
        lib.memalign(ALIGNMENT, 100);
    size_t held = lib.malloc_held();
    for (int i = 0; i < COUNT * 20; i++)
        must_malloc(1000);
    ck_assert_msg(lib.malloc_held() == held,
                  "the gaps between aligned payloads are lost: another "
                  "%zu KiB are held",
                  (lib.malloc_held() - held) / KiB);
}
END_TEST

/* The break can only go down to the last live chunk, which is the wall. */
START_TEST(gives_large_chunks_back_at_once)
{
    needs_inspection();
    char *large = walled(MiB);
    size_t held = lib.malloc_held();
    lib.free(large);
    ck_assert_msg(lib.malloc_held() + MiB <= held,
                  "1 MiB is freed below a live chunk, and %zu KiB are held "
                  "as before",
                  lib.malloc_held() / KiB);
}
END_TEST

/* Giving memory back is expensive if the same memory is fetched again the next
 * moment. */
START_TEST(keeps_what_comes_and_goes)
{
    int changes = 0;
    needs_inspection();

    for (int i = 0; i < 100; i++) {
        char *payload = must_malloc(200000);
        size_t held = lib.malloc_held();
        lib.free(payload);
        changes += lib.malloc_held() != held;
    }
    ck_assert_msg(changes < 10,
                  "the same chunk goes back to the system %d times", changes);
}
END_TEST

/* To copy, the old and the new payload must be in memory at the same time. */
START_TEST(realloc_of_a_large_chunk_does_not_copy)
{
    char *payload = walled(16 * MiB);
    memset(payload, 1, 16 * MiB);
    size_t before = most_resident_bytes();
    payload = lib.realloc(payload, 17 * MiB);
    ck_assert_msg(payload != NULL && payload[16 * MiB - 1] == 1,
                  "realloc() loses what was there");
    size_t more = most_resident_bytes() - before;
    ck_assert_msg(more < 4 * MiB,
                  "to grow from 16 to 17 MiB takes another %zu MiB meanwhile",
                  nearest_mib(more));
}
END_TEST

/* As a file that is read piece by piece. */
START_TEST(realloc_grows_in_large_steps)
{
    enum { STEPS = 64 };
    char *payload = must_malloc(300 * KiB);
    int changes = 0;
    needs_inspection();

    for (size_t i = 1; i <= STEPS; i++) {
        size_t held = lib.malloc_held();
        payload = lib.realloc(payload, 300 * KiB + i * 4096);
        changes += lib.malloc_held() != held;
    }
    ck_assert_msg(changes < STEPS / 4,
                  "in %d steps of 4096 bytes the system is asked %d times",
                  STEPS, changes);
}
END_TEST

/* One that was larger has come and gone before. */
START_TEST(goes_on_giving_large_chunks_back)
{
    enum { COUNT = 16 };
    char *payload[COUNT];

    lib.free(must_malloc(COUNT * MiB));
    for (int i = 0; i < COUNT; i++) {
        payload[i] = walled(MiB);
        memset(payload[i], 1, MiB);
    }
    size_t before = resident_bytes();
    for (int i = 0; i < COUNT; i++)
        lib.free(payload[i]);
    size_t after = resident_bytes();
    ck_assert_msg(after + COUNT / 2 * MiB < before,
                  "%d chunks of 1 MiB are freed, and %zu MiB go back", COUNT,
                  after < before ? nearest_mib(before - after) : 0);
}
END_TEST

/* Small chunks with a live one behind them, freed in random order. The pages
 * that they leave can go back, though the break cannot. */
START_TEST(gives_pages_back_unasked)
{
    enum { COUNT = 64 * MiB / 1024 };
    static char *payload[COUNT];
    uint64_t state = seed;
    size_t before = resident_bytes();

    for (size_t i = 0; i < COUNT; i++) {
        payload[i] = must_malloc(1000);
        memset(payload[i], 1, 1000);
    }
    must_malloc(24);
    for (size_t i = COUNT; i > 0; i--) {
        size_t chosen = random_below(&state, i);
        lib.free(payload[chosen]);
        payload[chosen] = payload[i - 1];
    }
    size_t after = resident_bytes() - before;
    ck_assert_msg(after < 64 * MiB / 2,
                  "of 64 MiB of small chunks, all of them freed, %zu MiB stay",
                  nearest_mib(after));
}
END_TEST

/* The page faults of this process. */
static long page_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* If the pages of a megabyte went back each time that it is freed, there would
 * be hundreds of page faults when it is filled again. */
START_TEST(pages_stay_for_what_is_filled_again)
{
    enum { COUNT = 1024, ROUNDS = 50, WARM = 10 };
    static char *payload[COUNT];
    long before = 0;

    for (int round = 0; round < ROUNDS; round++) {
        if (round == WARM)
            before = page_faults();
        for (int i = 0; i < COUNT; i++) {
            payload[i] = must_malloc(1000);
            payload[i][0] = 1;
        }
        for (int i = 0; i < COUNT; i++)
            lib.free(payload[i]);
    }
    long faults = (page_faults() - before) / (ROUNDS - WARM);
    ck_assert_msg(faults < 25,
                  "to fill 1 MiB again makes %ld page faults each time",
                  faults);
}
END_TEST

/* The smallest payloads are where a header costs most. */
START_TEST(small_payloads_need_no_headers)
{
    enum { SMALL = 16, COUNT = 8 * MiB / SMALL };

    for (int i = 0; i < 1000; i++) /* by now the size is no longer new */
        must_malloc(SMALL);
    size_t before = resident_bytes();
    for (int i = 0; i < COUNT; i++)
        memset(must_malloc(SMALL), 1, SMALL);
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < COUNT * SMALL / 10 * 11,
                  "a payload of %d bytes takes %zu", SMALL, more / COUNT);
}
END_TEST

/* Payloads of many sizes are allocated in turn, and only those of one size
 * stay. Do they keep pages on which there is little else? */
START_TEST(payloads_of_one_size_keep_few_pages)
{
    enum { SIZES = 16, UNIT = 16, KEPT = 3, COUNT = 200000 };
    static char *payload[COUNT];

    memset(payload, 1, sizeof(payload));
    size_t before = resident_bytes();
    for (int i = 0; i < COUNT; i++) {
        size_t size = (size_t)(1 + i % SIZES) * UNIT;
        payload[i] = memset(must_malloc(size), 1, size);
    }
    for (int i = 0; i < COUNT; i++)
        if (1 + i % SIZES != KEPT)
            lib.free(payload[i]);
    size_t live = COUNT / SIZES * KEPT * UNIT;
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < 2 * live, "%zu KiB are live, and keep %zu KiB",
                  live / KiB, more / KiB);
}
END_TEST

static bool is_resident(const char *address)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned char resident = 0;

    /* It fails where nothing is mapped. */
    mincore((void *)((uintptr_t)address / page * page), 1, &resident);
    return resident & 1;
}

/* A page fault for each page is dear. If a payload is written to, have the
 * pages behind it got memory already? (Not in huge pages, where all of them
 * have.) */
START_TEST(fetches_pages_together)
{
    size_t size = 100, count = 8 * MiB / size, fetched = 0;
    size_t two_pages = 2 * (size_t)sysconf(_SC_PAGESIZE);

    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    for (size_t i = 0; i < count; i++) {
        char *payload = must_malloc(size);
        memset(payload, 1, size);
        fetched += is_resident(payload + two_pages);
    }
    ck_assert_msg(fetched > count / 2,
                  "of 8 MiB in payloads of %zu bytes, %zu %% of the pages "
                  "come before they are touched",
                  size, fetched * 100 / count);
}
END_TEST

/* But many programs ask for more than they touch. */
START_TEST(fetches_no_pages_that_may_never_be_touched)
{
    enum { COUNT = 500, SMALL = 1500, LARGE = 60000 };
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    must_malloc(1);
    size_t before = resident_bytes();
    for (int i = 0; i < COUNT; i++) {
        memset(must_malloc(SMALL), 1, SMALL);
        memset(must_malloc(LARGE), 1, 1);
    }
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < COUNT * (SMALL + 3 * page),
                  "of %d payloads of %d bytes only the first one is touched, "
                  "and %zu KiB are resident",
                  COUNT, LARGE, more / KiB);
}
END_TEST

/* Something lies right above the break, as a mapping or a stack may. There is
 * still memory elsewhere. */
START_TEST(allocates_when_the_break_is_blocked)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uintptr_t end = ((uintptr_t)sbrk(0) + page - 1) / page * page;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    void *obstacle = mmap((void *)end, page, PROT_NONE, flags, -1, 0);
    ck_assert_msg(obstacle == (void *)end, "the break cannot be blocked");

    for (int i = 0; i < 100; i++) {
        char *payload = lib.malloc(50000);
        ck_assert_msg(payload != NULL, "nothing is left after %d KB", i * 50);
        paint(payload, 50000, 1);
    }
}
END_TEST

/* Free pages in the middle of the memory can go back too, if their addresses
 * are kept. */
START_TEST(gives_pages_between_chunks_back)
{
    enum { COUNT = 60 };
    char *payload[COUNT];

    for (int i = 0; i < COUNT; i++) {
        payload[i] = walled(100 * KiB);
        memset(payload[i], 1, 100 * KiB);
    }
    size_t before = resident_bytes();
    for (int i = 0; i < COUNT; i++)
        lib.free(payload[i]);
    lib.malloc_trim(0);
    ck_assert_msg(resident_bytes() + 4 * MiB < before,
                  "6 MB are free between chunks in use, and stay in memory");
}
END_TEST

static int begin[2], done[2]; /* pipes between the two threads */

/* Say so, wait until the other thread is in the middle of the allocator,
 * allocate, and say so again. */
static void do_meanwhile(void (*work)(void))
{
    char byte = 0;
    if (write(done[1], &byte, 1) == 1 && read(begin[0], &byte, 1) == 1) {
        work();
        byte = write(done[1], &byte, 1) == 1;
    }
}

/* Stay in the walk over the chunks, which locks the memory that they lie in,
 * until the other thread has allocated, but for a second at most. */
struct stay {
    const void *at; /* stay at this payload */
    bool waits;     /* the other thread does */
};

static int wait_for_the_other(const struct malloc_chunk_info *chunk,
                              void *context)
{
    struct pollfd other = {.fd = done[0], .events = POLLIN};
    struct stay *stay = context;
    char byte = 0;

    if (stay->at != chunk->payload)
        return 0;
    stay->waits = write(begin[1], &byte, 1) != 1 || poll(&other, 1, 1000) != 1;
    return 1;
}

/* Let another thread begin, and do its work while we are in the memory where
 * the payload lies to which at points by then. Returns whether it waits. */
static bool must_wait(void *(*other)(void *), void *const *at)
{
    struct stay stay = {.waits = true};
    pthread_t thread;
    char byte;

    ck_assert_msg(pipe(begin) == 0 && pipe(done) == 0, "there is no pipe");
    pthread_create(&thread, NULL, other, NULL);
    ck_assert_msg(read(done[0], &byte, 1) == 1, "the thread does not begin");
    stay.at = *at;
    lib.malloc_walk(wait_for_the_other, &stay);
    pthread_join(thread, NULL);
    return stay.waits;
}

static void *ours, *theirs; /* payloads of this thread and of the other */

static void allocate_something(void)
{
    lib.free(lib.malloc(2000));
}

static void *allocate_meanwhile(void *unused)
{
    lib.free(must_malloc(100)); /* whatever is done at the first call */
    do_meanwhile(allocate_something);
    return unused;
}

START_TEST(threads_do_not_wait_for_each_other)
{
    needs_inspection();
    ours = must_malloc(1);
    ck_assert_msg(!must_wait(allocate_meanwhile, &ours),
                  "a thread cannot allocate while another one is in the "
                  "allocator");
}
END_TEST

static void allocate_what_was_freed(void)
{
    lib.free(lib.malloc(100));
}

static void *free_and_allocate_meanwhile(void *unused)
{
    theirs = must_malloc(100);
    lib.free(must_malloc(100));
    do_meanwhile(allocate_what_was_freed);
    return unused;
}

/* What it has just freed is at hand, and nobody else ever wanted it. */
START_TEST(threads_take_no_lock_for_what_they_freed)
{
    needs_inspection();
    ours = must_malloc(1);
    ck_assert_msg(!must_wait(free_and_allocate_meanwhile, &theirs),
                  "a thread cannot have back what it has just freed while its "
                  "memory is locked");
}
END_TEST

static void free_ours(void)
{
    lib.free(ours);
}

static void *free_ours_meanwhile(void *unused)
{
    lib.free(must_malloc(100));
    do_meanwhile(free_ours);
    return unused;
}

START_TEST(threads_free_for_others_without_a_lock)
{
    needs_inspection();
    ours = must_malloc(100);
    ck_assert_msg(!must_wait(free_ours_meanwhile, &ours),
                  "a thread cannot free what another one allocated while "
                  "their memory is locked");
}
END_TEST

static int changes_in_a_thread;

/* Two chunks fill what a thread's memory may hold in one piece, and a third one
 * comes and goes behind them. None of them gets a mapping, because a larger one
 * has come and gone before. */
static void *allocate_and_free_behind_two(void *unused)
{
    enum { ROUNDS = 20 };

    lib.free(must_malloc(31 * MiB));
    must_malloc(30 * MiB);
    must_malloc(30 * MiB);
    for (int i = 0; i < ROUNDS; i++) {
        char *payload = must_malloc(30 * MiB);
        size_t held = lib.malloc_held();
        lib.free(payload);
        changes_in_a_thread += lib.malloc_held() != held;
    }
    return unused;
}

START_TEST(threads_keep_what_comes_and_goes)
{
    pthread_t thread;

    needs_inspection();
    must_malloc(1);
    pthread_create(&thread, NULL, allocate_and_free_behind_two, NULL);
    pthread_join(thread, NULL);
    ck_assert_msg(changes_in_a_thread < 5,
                  "the same chunk of 30 MiB goes back to the system %d times",
                  changes_in_a_thread);
}
END_TEST

enum { WORKERS = 4 };
static pthread_barrier_t has_worked, may_end;

/* Two million bytes for a moment. The last payload stays, so that what lies
 * before it cannot go back. */
static void *need_much_for_a_moment(void *unused)
{
    static void *payload[1000]; /* they work one after the other */

    for (size_t i = 0; i < LENGTH(payload); i++)
        payload[i] = must_malloc(2000);
    for (size_t i = 0; i + 1 < LENGTH(payload); i++)
        lib.free(payload[i]);
    pthread_barrier_wait(&has_worked);
    pthread_barrier_wait(&may_end);
    return unused;
}

START_TEST(threads_share_what_they_free)
{
    pthread_t thread[WORKERS];

    needs_inspection();
    must_malloc(1);
    pthread_barrier_init(&has_worked, NULL, 2);
    pthread_barrier_init(&may_end, NULL, WORKERS + 1);
    for (int i = 0; i < WORKERS; i++) {
        pthread_create(&thread[i], NULL, need_much_for_a_moment, NULL);
        pthread_barrier_wait(&has_worked);
    }
    size_t held = lib.malloc_held();
    pthread_barrier_wait(&may_end);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(thread[i], NULL);
    ck_assert_msg(held < 4 * MiB,
                  "%d threads need 2 MB one after the other, %zu KiB are held",
                  WORKERS, held / KiB);
}
END_TEST

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* In ns. */
static double time_of_malloc(size_t request)
{
    double start = now_ns();
    lib.malloc(request);
    return now_ns() - start;
}

static int compare_times(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median time of a malloc(500), in ns. */
static double median_search(void)
{
    double times[51];

    for (size_t i = 0; i < LENGTH(times); i++) {
        times[i] = time_of_malloc(500);
    }
    qsort(times, LENGTH(times), sizeof(*times), compare_times);
    return times[LENGTH(times) / 2];
}

/* Free chunks that are too small for what median_search() asks for. */
static void make_holes(size_t count)
{
    static char *hole[20000];

    for (size_t i = 0; i < count; i++)
        hole[i] = walled(200);
    for (size_t i = 0; i < count; i++)
        lib.free(hole[i]);
}

/* A list of 20000 holes takes a thousand times longer to walk than one of 10;
 * bins take the same time for both. The limit lies far from either. */
START_TEST(search_does_not_slow_down)
{
    make_holes(10);
    double few = median_search();
    make_holes(20000);
    double many = median_search();
    ck_assert_msg(many < 30 * few,
                  "malloc takes %.0f ns among 10 holes, %.0f among 20000", few,
                  many);
}
END_TEST

/* The time, in ns, of the first malloc(500) after so many holes were freed: the
 * shortest of ROUNDS times. */
static double first_after_frees(size_t count)
{
    enum { ROUNDS = 5 };
    static char *hole[ROUNDS * 4000];
    double shortest = 1e9;

    for (size_t i = 0; i < ROUNDS * count; i++)
        hole[i] = walled(200);
    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < count; i++)
            lib.free(hole[round * count + i]);
        double time = time_of_malloc(500);
        if (time < shortest)
            shortest = time;
    }
    return shortest;
}

/* What free() puts off, somebody has to do. */
START_TEST(frees_do_not_slow_down_the_next_malloc)
{
    double few = first_after_frees(10);
    double many = first_after_frees(4000);
    ck_assert_msg(many < 30 * few,
                  "one malloc takes %.0f ns after 10 frees, %.0f after 4000",
                  few, many);
}
END_TEST

/* So many chunks are free, each of another size, all in one large bin of glibc.
 * The shortest time, in ns, to get one of the five largest. */
static double shortest_of_large(size_t count)
{
    enum { SMALLEST = 66000, STEP = 16 };
    static char *hole[2000];
    double shortest = 1e9;

    for (size_t i = 0; i < count; i++) {
        hole[i] = must_malloc(SMALLEST + STEP * i);
        must_malloc(5000); /* a wall that no cache has */
    }
    for (size_t i = count; i > 0; i--)
        lib.free(hole[i - 1]);
    must_malloc(120000); /* larger than all */
    for (size_t i = count - 5; i < count; i++) {
        double time = time_of_malloc(SMALLEST + STEP * i);
        if (time < shortest)
            shortest = time;
    }
    return shortest;
}

START_TEST(many_large_sizes_do_not_slow_down)
{
    double few = shortest_of_large(10);
    double many = shortest_of_large(2000);
    ck_assert_msg(many < 30 * few,
                  "malloc takes %.0f ns among 10 large sizes, %.0f among 2000",
                  few, many);
}
END_TEST

void add_lessons(TCase *group)
{
    tcase_add_test(group, reuses_a_freed_chunk);
    tcase_add_test(group, splits_a_hole);
    tcase_add_test(group, takes_the_hole_that_fits);
    tcase_add_test(group, merges_with_the_chunk_after);
    tcase_add_test(group, merges_with_the_chunk_before);
    tcase_add_test(group, merges_with_both);
    tcase_add_test(group, gives_top_back);
    tcase_add_test(group, gives_top_back_though_a_small_chunk_was_last);
    tcase_add_test(group, calloc_leaves_fresh_pages_alone);
    tcase_add_test(group, realloc_grows_into_top);
    tcase_add_test(group, realloc_makes_top_longer);
    tcase_add_test(group, realloc_grows_into_a_hole);
    tcase_add_test(group, realloc_gives_the_tail_back);
    tcase_add_test(group, realloc_frees_what_it_leaves);
    tcase_add_test(group, realloc_to_zero_frees);
    tcase_add_test(group, memalign_gives_lead_and_tail_back);
    tcase_add_test(group, gives_large_chunks_back_at_once);
    tcase_add_test(group, keeps_what_comes_and_goes);
    tcase_add_test(group, realloc_of_a_large_chunk_does_not_copy);
    tcase_add_test(group, realloc_grows_in_large_steps);
    tcase_add_test(group, goes_on_giving_large_chunks_back);
    tcase_add_test(group, search_does_not_slow_down);
    tcase_add_test(group, frees_do_not_slow_down_the_next_malloc);
    tcase_add_test(group, many_large_sizes_do_not_slow_down);
    tcase_add_test(group, allocates_when_the_break_is_blocked);
    tcase_add_test(group, gives_pages_between_chunks_back);
    tcase_add_test(group, gives_pages_back_unasked);
    tcase_add_test(group, pages_stay_for_what_is_filled_again);
    tcase_add_test(group, small_payloads_need_no_headers);
    tcase_add_test(group, payloads_of_one_size_keep_few_pages);
    tcase_add_test(group, fetches_pages_together);
    tcase_add_test(group, fetches_no_pages_that_may_never_be_touched);
    tcase_add_test(group, threads_do_not_wait_for_each_other);
    tcase_add_test(group, threads_take_no_lock_for_what_they_freed);
    tcase_add_test(group, threads_free_for_others_without_a_lock);
    tcase_add_test(group, threads_keep_what_comes_and_goes);
    tcase_add_test(group, threads_share_what_they_free);
}
