/* zmalloc.c - the cases of the appendix zmalloc
 *
 * They hold over any malloc, so tests/appendices/zmalloc runs them on each
 * stage, preloaded. What is counted depends on how a size is known, and with it
 * the suite is built.
 */
#include "suite.h"

#include "inspect.h"
#include "zmalloc.h"

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef NO_MALLOC_USABLE_SIZE
#define HAS_HEADER true
enum { HEADER = 8 };
#else
#define HAS_HEADER false
enum { HEADER = 0 };
#endif

enum { MIB = 1024 * 1024 };

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* What the handler was told, and how often. */
static size_t oom_size;
static int oom_calls;

static void remember_oom(size_t size)
{
    oom_size = size;
    oom_calls++;
}

/* A case fails with this if the condition is false. (An assertion of Check's is
 * slow even where it holds: it notes that it was there.) */
#define EXPECT(condition, ...)                                                 \
    do {                                                                       \
        if (!(condition))                                                      \
            ck_abort_msg(__VA_ARGS__);                                         \
    } while (0)

static void expect_used(size_t bytes, const char *after)
{
    size_t used = zmalloc_used_memory();

    EXPECT(used == bytes, "%s, used_memory is %zu, not %zu", after, used,
           bytes);
}

/* --- what is counted ----------------------------------------------------- */

START_TEST(begins_at_zero)
{
    expect_used(0, "before the first call");
}
END_TEST

START_TEST(counts_what_it_hands_out)
{
    static const size_t sizes[] = {1, 7, 8, 24, 25, 100, 4096, 300000};
    void *payloads[LENGTH(sizes)];
    size_t sum = 0;

    for (size_t i = 0; i < LENGTH(sizes); i++) {
        payloads[i] = i % 2 ? zmalloc(sizes[i]) : zcalloc(sizes[i]);
        ck_assert_ptr_nonnull(payloads[i]);
        sum += zmalloc_size(payloads[i]);
        expect_used(sum, "after zmalloc");
    }
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        sum -= zmalloc_size(payloads[i]);
        zfree(payloads[i]);
        expect_used(sum, "after zfree");
    }
    expect_used(0, "when all is free");
}
END_TEST

/* A header says what was asked for, and the allocator what it gave. */
START_TEST(a_size_is_what_the_build_says)
{
    for (size_t size = 1; size < 5000; size += 13) {
        char *payload = zmalloc(size);
        size_t usable = zmalloc_usable_size(payload);
        size_t expected = HAS_HEADER ? size : malloc_usable_size(payload);
        EXPECT(usable == expected, "%zu bytes: usable are %zu, not %zu", size,
               usable, expected);
        EXPECT(zmalloc_size(payload) == usable + HEADER, "it counts for %zu",
               zmalloc_size(payload));
        memset(payload, 0xff, usable);
        zfree(payload);
    }
}
END_TEST

/* The header's price: all of malloc's alignment but 8. */
static void expect_aligned(const void *payload)
{
    EXPECT((uintptr_t)payload % 16 == HEADER, "%p is aligned otherwise",
           payload);
}

START_TEST(alignment_is_that_of_malloc_or_8)
{
    for (size_t size = 1; size < 5000; size += 13) {
        char *payload = zmalloc(size), *zeroes = zcalloc(size);
        expect_aligned(payload);
        expect_aligned(zeroes);
        zeroes = zrealloc(zeroes, size * 2);
        expect_aligned(zeroes);
        zfree(payload);
        zfree(zeroes);
    }
}
END_TEST

START_TEST(no_bytes_are_a_payload_too)
{
    char *a = zmalloc(0), *b = zcalloc(0), *c = zrealloc(NULL, 0);

    ck_assert(a != NULL && b != NULL && c != NULL);
    ck_assert(a != b && b != c && c != a);
    ck_assert_uint_ge(zmalloc_usable_size(a), sizeof(long));
    memset(a, 1, sizeof(long));
    expect_used(zmalloc_size(a) + zmalloc_size(b) + zmalloc_size(c),
                "after three requests for no bytes");
    zfree(a);
    zfree(b);
    zfree(c);
    zfree(NULL);
    expect_used(0, "when they are free");
}
END_TEST

static void expect_zeroes(const char *payload, size_t size)
{
    for (size_t i = 0; i < size; i++)
        EXPECT(payload[i] == 0, "byte %zu of %zu is not 0", i, size);
}

START_TEST(calloc_gives_zeroes_where_others_have_been)
{
    char *payload = zmalloc(10000);

    memset(payload, 0xff, 10000);
    zfree(payload);
    payload = zcalloc(10000);
    expect_zeroes(payload, 10000);
    zfree(payload);
    payload = zcalloc_num(100, 70);
    expect_zeroes(payload, 7000);
    ck_assert_uint_ge(zmalloc_usable_size(payload), 7000);
}
END_TEST

START_TEST(realloc_keeps_the_bytes_and_the_count)
{
    static const size_t sizes[] = {100, 456, 30, 1000000, 5000, 1};
    char *payload = NULL;
    size_t kept = 0;

    for (size_t i = 0; i < LENGTH(sizes); i++) {
        payload = zrealloc(payload, sizes[i]);
        for (size_t k = 0; k < kept && k < sizes[i]; k++)
            EXPECT(payload[k] == (char)k, "byte %zu was lost", k);
        kept = sizes[i];
        for (size_t k = 0; k < kept; k++)
            payload[k] = (char)k;
        expect_used(zmalloc_size(payload), "after zrealloc");
    }
    zfree(payload);
    expect_used(0, "after zfree");
}
END_TEST

START_TEST(realloc_to_no_bytes_frees_and_is_no_failure)
{
    zmalloc_set_oom_handler(remember_oom);
    ck_assert_ptr_null(zrealloc(zmalloc(100), 0));
    ck_assert_ptr_null(ztryrealloc(zmalloc(100), 0));
    ck_assert_int_eq(oom_calls, 0);
    expect_used(0, "after zrealloc to 0");
}
END_TEST

START_TEST(strdup_is_counted)
{
    char *copy = zstrdup("what is counted"), *empty = zstrdup("");

    ck_assert_str_eq(copy, "what is counted");
    ck_assert_str_eq(empty, "");
    expect_used(zmalloc_size(copy) + zmalloc_size(empty), "after zstrdup");
    zfree(copy);
    zfree(empty);
    expect_used(0, "after zfree");
}
END_TEST

START_TEST(what_libc_allocates_is_not_counted)
{
    FILE *file = fmemopen("a line\n", 7, "r");
    char *line = NULL;
    size_t size = 0;

    ck_assert_int_eq(getline(&line, &size, file), 7);
    fclose(file);
    expect_used(0, "after getline");
    zlibc_free(line);
    expect_used(0, "after zlibc_free");
    zlibc_free(NULL);
}
END_TEST

/* --- too little memory --------------------------------------------------- */

/* Each of these is refused, and the handler is told what was asked for. */
static void expect_oom(void *payload, size_t size, const char *what)
{
    ck_assert_msg(payload == NULL, "%s returns %p", what, payload);
    ck_assert_msg(oom_calls == 1, "after %s the handler was called %d times",
                  what, oom_calls);
    ck_assert_msg(oom_size == size, "after %s the handler is told %zu, not %zu",
                  what, oom_size, size);
    oom_calls = 0;
}

START_TEST(too_large_a_size_is_refused)
{
    static const size_t sizes[] = {SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX - 8,
                                   SIZE_MAX};

    zmalloc_set_oom_handler(remember_oom);
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        expect_oom(zmalloc(sizes[i]), sizes[i], "zmalloc");
        expect_oom(zcalloc(sizes[i]), sizes[i], "zcalloc");
        expect_oom(zrealloc(NULL, sizes[i]), sizes[i], "zrealloc of NULL");
        /* Then the old payload is gone. So it is in Redis. */
        expect_oom(zrealloc(zmalloc(9), sizes[i]), sizes[i], "zrealloc");
        ck_assert_ptr_null(ztrymalloc(sizes[i]));
        ck_assert_ptr_null(ztrycalloc(sizes[i]));
        ck_assert_ptr_null(ztryrealloc(zmalloc(9), sizes[i]));
        ck_assert_int_eq(oom_calls, 0);
    }
    expect_used(0, "after nothing but refusals");
}
END_TEST

START_TEST(a_product_that_is_too_large_is_refused)
{
    zmalloc_set_oom_handler(remember_oom);
    expect_oom(zcalloc_num(SIZE_MAX / 8 + 1, 8), SIZE_MAX, "zcalloc_num");
    expect_oom(zcalloc_num(3, 0), SIZE_MAX, "zcalloc_num of no size");
    expect_oom(zcalloc_num(SIZE_MAX / 8, 8), SIZE_MAX / 8 * 8, "zcalloc_num");
}
END_TEST

/* From now on the system gives this process hardly any memory. */
static void limit_memory(void)
{
    zmalloc_set_oom_handler(remember_oom);
    zfree(zmalloc(1));
    setrlimit(RLIMIT_AS, &(struct rlimit){32 * MIB, RLIM_INFINITY});
}

START_TEST(a_refusal_of_malloc_is_told)
{
    size_t size = (size_t)4096 * MIB - 100;

    if (sizeof(size_t) < 8)
        size = (size_t)1500 * MIB;
    limit_memory();
    expect_oom(zmalloc(size), size, "zmalloc");
    expect_oom(zcalloc(size), size, "zcalloc");
    expect_oom(zcalloc_num(size / 4, 4), size, "zcalloc_num");
    expect_oom(zrealloc(NULL, size), size, "zrealloc of NULL");
    ck_assert_ptr_null(ztrymalloc(size));
    ck_assert_ptr_null(ztrycalloc(size));
    ck_assert_int_eq(oom_calls, 0);
    expect_used(0, "after nothing but refusals");
}
END_TEST

START_TEST(realloc_that_is_refused_leaves_all_as_it_was)
{
    char *payload = zmalloc(100);
    size_t used = zmalloc_used_memory();

    strcpy(payload, "as it was");
    limit_memory();
    expect_oom(zrealloc(payload, 1000 * MIB), 1000 * MIB, "zrealloc");
    ck_assert_ptr_null(ztryrealloc(payload, 1000 * MIB));
    ck_assert_int_eq(oom_calls, 0);
    ck_assert_str_eq(payload, "as it was");
    expect_used(used, "after zrealloc");
    zfree(payload);
    expect_used(0, "after zfree");
}
END_TEST

/* Memory is filled up to the last chunk, and freed, and filled once more. */
START_TEST(the_count_is_right_when_memory_is_full)
{
    limit_memory();
    for (int round = 0; round < 2; round++) {
        void **last = NULL;
        size_t sum = 0;

        for (void **p; (p = zmalloc(50000)) != NULL; last = p) {
            *p = last;
            sum += zmalloc_size(p);
        }
        expect_oom(NULL, 50000, "zmalloc");
        expect_used(sum, "when memory is full");
        while (last != NULL) {
            void **next = *last;
            zfree(last);
            last = next;
        }
        expect_used(0, "when it is empty");
    }
}
END_TEST

/* The handler that is there at first. */
START_TEST(without_a_handler_it_says_so_and_aborts)
{
    char said[200] = "", wanted[200];
    int err[2], status;

    snprintf(wanted, sizeof(wanted),
             "zmalloc: Out of memory trying to allocate %zu bytes\n",
             SIZE_MAX / 2);
    ck_assert_int_eq(pipe(err), 0);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(err[1], STDERR_FILENO);
        zmalloc(SIZE_MAX / 2);
        _exit(0);
    }
    close(err[1]);
    ck_assert_int_eq(read(err[0], said, sizeof(said) - 1), strlen(wanted));
    ck_assert_str_eq(said, wanted);
    waitpid(child, &status, 0);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

/* --- threads ------------------------------------------------------------- */

enum { THREADS = 20, EACH = 3000 }; /* more threads than parts of the sum */

static void *handed_over[THREADS][EACH];
static pthread_barrier_t all_are_filled;

/* Fill a row, then free that of the next thread. */
static void *fill_and_free(void *row)
{
    uintptr_t mine = (uintptr_t)row, other = (mine + 1) % THREADS;

    for (size_t i = 0; i < EACH; i++) {
        handed_over[mine][i] = zmalloc(1 + (i * 37 + mine * 11) % 300);
        if (i % 3 == 0)
            handed_over[mine][i] = zrealloc(handed_over[mine][i], i % 700 + 1);
    }
    pthread_barrier_wait(&all_are_filled);
    pthread_barrier_wait(&all_are_filled);
    for (size_t i = 0; i < EACH; i++)
        zfree(handed_over[other][i]);
    return NULL;
}

START_TEST(the_sum_is_exact_whoever_frees)
{
    pthread_t threads[THREADS];
    size_t sum = 0;

    pthread_barrier_init(&all_are_filled, NULL, THREADS + 1);
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, fill_and_free, (void *)i);
    pthread_barrier_wait(&all_are_filled);
    for (size_t i = 0; i < THREADS; i++)
        for (size_t k = 0; k < EACH; k++)
            sum += zmalloc_size(handed_over[i][k]);
    expect_used(sum, "when all threads have filled their row");
    pthread_barrier_wait(&all_are_filled);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    expect_used(0, "when each row was freed by another thread");
}
END_TEST

static atomic_int started;

static void *allocate_once(void *unused)
{
    zfree(zmalloc(1));
    return unused;
}

static void *allocate_often(void *unused)
{
    zfree(zmalloc(1));
    started++;
    while (started < 2)
        sched_yield();
    for (int i = 0; i < 1000000; i++)
        zfree(zmalloc(1));
    return unused;
}

/* The 17th thread has the part of the first. Both add to it at once. */
START_TEST(the_sum_is_exact_where_two_share_a_part)
{
    pthread_t first, other;

    pthread_create(&first, NULL, allocate_often, NULL);
    while (started < 1)
        sched_yield();
    for (int i = 0; i < 15; i++) {
        pthread_create(&other, NULL, allocate_once, NULL);
        pthread_join(other, NULL);
    }
    pthread_create(&other, NULL, allocate_often, NULL);
    pthread_join(first, NULL);
    pthread_join(other, NULL);
    expect_used(0, "when both have freed all");
}
END_TEST

static atomic_int done;

static void *read_the_sum(void *unused)
{
    (void)unused;
    while (!done) {
        size_t used = zmalloc_used_memory();
        EXPECT(used <= 200, "%zu bytes cannot be in use", used);
    }
    return NULL;
}

/* The parts are read one after another. Whoever reads them may miss what was
 * added meanwhile, but no number is ever torn. */
START_TEST(the_sum_can_be_read_meanwhile)
{
    pthread_t reader;

    zfree(zmalloc(1));
    pthread_create(&reader, NULL, read_the_sum, NULL);
    for (int i = 0; i < 100000; i++)
        zfree(zmalloc((size_t)i % 100));
    done = 1;
    pthread_join(reader, NULL);
}
END_TEST

/* --- a random program, against a model ----------------------------------- */

enum { SLOTS = 200, STEPS = 10000 };

static struct slot {
    unsigned char *payload;
    size_t size;
    unsigned char colour;
} slots[SLOTS];

static size_t random_below(uint64_t *state, size_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(*state >> 33) % limit;
}

static size_t random_size(uint64_t *state)
{
    return random_below(state, (size_t)1 << random_below(state, 17));
}

static bool is_painted(const struct slot *slot, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (slot->payload[i] != (unsigned char)(slot->colour + i))
            return false;
    return true;
}

static void paint(struct slot *slot, unsigned char colour)
{
    slot->colour = colour;
    for (size_t i = 0; i < slot->size; i++)
        slot->payload[i] = (unsigned char)(colour + i);
}

/* One step. Returns what was done. */
static const char *step(struct slot *slot, uint64_t *state)
{
    size_t size = random_size(state);

    if (slot->payload == NULL) {
        size_t kind = random_below(state, 3);
        slot->payload = kind == 0   ? zmalloc(size)
                        : kind == 1 ? zcalloc(size)
                                    : zrealloc(NULL, size);
        if (kind == 1)
            expect_zeroes((char *)slot->payload, size);
        slot->size = size;
        return "zmalloc, zcalloc or zrealloc";
    }
    size_t kept = size < slot->size ? size : slot->size;
    EXPECT(is_painted(slot, slot->size), "a payload was changed");
    if (random_below(state, 2) == 0) {
        slot->payload = zrealloc(slot->payload, size);
        EXPECT(size == 0 || is_painted(slot, kept), "zrealloc loses bytes");
        slot->size = size;
        return "zrealloc";
    }
    zfree(slot->payload);
    slot->payload = NULL;
    return "zfree";
}

static size_t sum_of_slots(void)
{
    size_t sum = 0;

    for (int i = 0; i < SLOTS; i++)
        if (slots[i].payload != NULL)
            sum += zmalloc_size(slots[i].payload);
    return sum;
}

START_TEST(a_random_program_agrees_with_a_model)
{
    uint64_t state = seed + (unsigned)_i;

    for (int i = 0; i < STEPS; i++) {
        struct slot *slot = &slots[random_below(&state, SLOTS)];
        const char *what = step(slot, &state);
        if (slot->payload != NULL)
            paint(slot, (unsigned char)i);
        if (i % 10 == 0)
            expect_used(sum_of_slots(), what);
    }
    for (int i = 0; i < SLOTS; i++)
        zfree(slots[i].payload);
    expect_used(0, "at the end");
}
END_TEST

/* --- what the kernel says ------------------------------------------------ */

/* Map so many bytes, and write to them. The allocator is not asked. */
static char *touch(size_t size)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    memset(memory, 1, size);
    return memory;
}

/* It may be off by what the kernel has not added up yet, and what is touched
 * besides. */
static void expect_growth(size_t before, size_t after, size_t expected,
                          const char *of)
{
    size_t slack = MIB / 2;

    ck_assert_msg(after + slack >= before + expected &&
                      after <= before + expected + slack,
                  "%s goes from %zu to %zu, and not up by %zu", of, before,
                  after, expected);
}

START_TEST(rss_is_what_was_touched)
{
    size_t before = zmalloc_get_rss();

    ck_assert_uint_gt(before, 100 * 1000);
    mmap(NULL, 64 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
         -1, 0);
    touch(8 * MIB);
    expect_growth(before, zmalloc_get_rss(), 8 * MIB, "rss");
    expect_growth(zmalloc_get_rss(),
                  zmalloc_get_smap_bytes_by_field("Rss:", -1), 0,
                  "rss, told by smaps,");
}
END_TEST

/* The name of the program stands in front of the numbers. */
START_TEST(rss_minds_no_name)
{
    size_t before = zmalloc_get_rss();

    prctl(PR_SET_NAME, "a (b) 1) 2 3");
    expect_growth(before, zmalloc_get_rss(), 0, "rss");
}
END_TEST

START_TEST(private_dirty_is_what_was_written)
{
    size_t before = zmalloc_get_private_dirty(-1);

    touch(8 * MIB);
    expect_growth(before, zmalloc_get_private_dirty(-1), 8 * MIB,
                  "private dirty");
}
END_TEST

START_TEST(another_process_can_be_asked)
{
    int ready[2];

    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        touch(8 * MIB);
        ck_assert_int_eq(write(ready[1], "", 1), 1);
        pause();
    }
    ck_assert_int_eq(read(ready[0], &(char){0}, 1), 1);
    size_t its = zmalloc_get_private_dirty(child);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    ck_assert_msg(its >= 8 * MIB, "the child has written %zu bytes", its);
    ck_assert_uint_lt(zmalloc_get_private_dirty(-1), its);
    ck_assert_uint_eq(zmalloc_get_private_dirty(child), 0);
}
END_TEST

START_TEST(an_unknown_field_is_0)
{
    ck_assert_uint_eq(zmalloc_get_smap_bytes_by_field("Nothing:", -1), 0);
    ck_assert_uint_gt(zmalloc_get_smap_bytes_by_field("Size:", -1),
                      zmalloc_get_smap_bytes_by_field("Rss:", -1));
}
END_TEST

START_TEST(memory_size_is_the_machine_s)
{
    FILE *meminfo = fopen("/proc/meminfo", "r");
    size_t kib = 0;

    ck_assert_int_eq(fscanf(meminfo, "MemTotal: %zu kB", &kib), 1);
    fclose(meminfo);
    ck_assert_uint_eq(zmalloc_get_memory_size(), kib * 1024);
}
END_TEST

/* --- what the allocator says --------------------------------------------- */

#pragma weak malloc_walk
#pragma weak malloc_held

struct info {
    size_t allocated, active, resident, retained, muzzy, frag;
};

static struct info ask(void)
{
    struct info info = {1, 1, 1, 1, 1, 1};

    ck_assert_int_eq(zmalloc_get_allocator_info(
                         1, &info.allocated, &info.active, &info.resident,
                         &info.retained, &info.muzzy, &info.frag),
                     1);
    return info;
}

START_TEST(allocated_goes_up_by_what_was_handed_out)
{
    size_t before = ask().allocated, usable = 0;

    for (int i = 0; i < 3000; i++)
        usable += malloc_usable_size(malloc((size_t)i));
    usable += malloc_usable_size(malloc(3 * MIB));
    size_t grown = ask().allocated - before;
    ck_assert_msg(grown >= usable && grown <= usable + 3001 * 16 + 4096,
                  "%zu were handed out, and allocated goes up by %zu", usable,
                  grown);
}
END_TEST

START_TEST(what_the_c_library_does_not_say_is_0)
{
    struct info info = ask();

    if (malloc_walk == NULL) {
        ck_assert_uint_eq(info.active, 0);
        ck_assert_uint_eq(info.resident, 0);
        ck_assert_uint_eq(info.retained, 0);
        ck_assert_uint_eq(info.frag, 0);
    }
    ck_assert_uint_eq(info.muzzy, 0);
    zmalloc_get_allocator_info(0, &info.allocated, &info.active, &info.resident,
                               NULL, NULL, NULL);
}
END_TEST

static void expect_order(struct info info, const char *when)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    ck_assert_msg(info.allocated <= info.active,
                  "%s: allocated %zu, active %zu", when, info.allocated,
                  info.active);
    ck_assert_uint_eq(info.active % page, 0);
    ck_assert_uint_eq(info.resident % page, 0);
    ck_assert_uint_eq(info.frag, info.active - info.allocated);
    size_t pages = info.resident + info.retained, held = malloc_held();
    ck_assert_msg(pages >= held && pages < held + 16 * page,
                  "%s: pages of %zu bytes, and %zu are held", when, pages,
                  held);
}

/* Of each eight payloads one stays. The pages stay active. */
START_TEST(holes_are_told_from_free_pages)
{
    enum { COUNT = 64 * 1000, SIZE = 200 };
    static void *payloads[COUNT];

    if (malloc_walk == NULL)
        return;
    struct info empty = ask();
    expect_order(empty, "at first");
    for (int i = 0; i < COUNT; i++)
        payloads[i] = memset(zmalloc(SIZE), 1, SIZE);
    struct info full = ask();
    expect_order(full, "when all is full");
    ck_assert_uint_ge(full.resident, empty.resident + COUNT * SIZE);
    ck_assert_uint_le(full.frag, full.allocated / 20);
    for (int i = 0; i < COUNT; i++)
        if (i % 8 != 0)
            zfree(payloads[i]);
    struct info holes = ask();
    expect_order(holes, "when there are holes");
    ck_assert_msg(holes.allocated < full.allocated / 4 ||
                      holes.allocated >= full.allocated, /* 01 frees nothing */
                  "allocated goes from %zu to %zu", full.allocated,
                  holes.allocated);
    ck_assert_msg(holes.active >= full.active / 10 * 9,
                  "active goes from %zu to %zu", full.active, holes.active);
}
END_TEST

START_TEST(untouched_memory_is_not_resident)
{
    if (malloc_walk == NULL)
        return;
    struct info before = ask();
    char *payload = zmalloc(40 * MIB);
    memset(payload, 1, 10 * MIB);
    struct info after = ask();
    expect_order(after, "with a large payload");
    expect_growth(before.active, after.active, 40 * MIB, "active");
    expect_growth(before.resident, after.resident, 10 * MIB, "resident");
}
END_TEST

void add_cases(Suite *suite)
{
    TCase *tc = tcase_create("count");
    tcase_add_test(tc, begins_at_zero);
    tcase_add_test(tc, counts_what_it_hands_out);
    tcase_add_test(tc, a_size_is_what_the_build_says);
    tcase_add_test(tc, alignment_is_that_of_malloc_or_8);
    tcase_add_test(tc, no_bytes_are_a_payload_too);
    tcase_add_test(tc, calloc_gives_zeroes_where_others_have_been);
    tcase_add_test(tc, realloc_keeps_the_bytes_and_the_count);
    tcase_add_test(tc, realloc_to_no_bytes_frees_and_is_no_failure);
    tcase_add_test(tc, strdup_is_counted);
    tcase_add_test(tc, what_libc_allocates_is_not_counted);
    suite_add_tcase(suite, tc);

    tc = tcase_create("oom");
    tcase_add_test(tc, too_large_a_size_is_refused);
    tcase_add_test(tc, a_product_that_is_too_large_is_refused);
    tcase_add_test(tc, a_refusal_of_malloc_is_told);
    tcase_add_test(tc, realloc_that_is_refused_leaves_all_as_it_was);
    tcase_add_test(tc, the_count_is_right_when_memory_is_full);
    tcase_add_test(tc, without_a_handler_it_says_so_and_aborts);
    suite_add_tcase(suite, tc);

    tc = tcase_create("threads");
    tcase_add_test(tc, the_sum_is_exact_whoever_frees);
    tcase_add_test(tc, the_sum_is_exact_where_two_share_a_part);
    tcase_add_test(tc, the_sum_can_be_read_meanwhile);
    suite_add_tcase(suite, tc);

    tc = tcase_create("random");
    tcase_add_loop_test(tc, a_random_program_agrees_with_a_model, 0, 2);
    suite_add_tcase(suite, tc);

    tc = tcase_create("kernel");
    tcase_set_tags(tc, "no-malloc");
    tcase_add_test(tc, rss_is_what_was_touched);
    tcase_add_test(tc, rss_minds_no_name);
    tcase_add_test(tc, private_dirty_is_what_was_written);
    tcase_add_test(tc, another_process_can_be_asked);
    tcase_add_test(tc, an_unknown_field_is_0);
    tcase_add_test(tc, memory_size_is_the_machine_s);
    suite_add_tcase(suite, tc);

    tc = tcase_create("allocator");
    tcase_add_test(tc, allocated_goes_up_by_what_was_handed_out);
    tcase_add_test(tc, what_the_c_library_does_not_say_is_0);
    tcase_add_test(tc, holes_are_told_from_free_pages);
    tcase_add_test(tc, untouched_memory_is_not_resident);
    suite_add_tcase(suite, tc);
}
