/* slabs.c - small payloads, so many of each size that slabs serve them
 *
 * An allocator may cut memory into slots of one size: small payloads then have
 * no headers, and what must be known of them stands elsewhere. Most of these
 * cases say only what any allocator must do, where it is hard to do with slots.
 * What is true of slots alone is the group slots. Chapter 08 serves the first
 * few requests for a size otherwise, so that many are allocated first.
 */
#include "suite.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LARGEST = 1024, UNIT = 16 }; /* of slots, in bytes */

/* A payload in a list: it needs no other memory to be remembered. */
struct link {
    struct link *next;
};

static struct link *allocate_list(size_t count, size_t size)
{
    struct link *list = NULL;
    while (count-- > 0) {
        struct link *link = must_malloc(size);
        link->next = list;
        list = link;
    }
    return list;
}

static void free_list(struct link *list)
{
    while (list != NULL) {
        struct link *next = list->next;
        lib.free(list);
        list = next;
    }
}

/* So many live payloads of this size that the next one lies in a slab. The
 * first of small ones come from a cache that gets some KiB at a time. */
static void fill_slabs(size_t size)
{
    for (size_t i = 0; i < 20 + 8 * KiB / (size + UNIT); i++)
        must_malloc(size);
}

static void assert_in_order(void)
{
    if (lib.inspectable)
        assert_all_is_well();
}

/* ---- what a payload is */

/* Also of those that are written to the full by malloc_usable_size(). */
START_TEST(small_payloads_are_whole)
{
    enum { EACH = 20 };
    static char *payload[LARGEST][EACH];

    for (size_t size = 1; size <= LARGEST; size++)
        for (unsigned i = 0; i < EACH; i++) {
            char *p = payload[size - 1][i] = must_malloc(size);
            size_t usable = lib.malloc_usable_size(p);
            ck_assert_msg((uintptr_t)p % least_alignment(usable) == 0,
                          "a payload of %zu bytes lies at %p", size, (void *)p);
            paint(p, usable, (unsigned)size + i);
        }
    for (size_t size = 1; size <= LARGEST; size++)
        for (unsigned i = 0; i < EACH; i++) {
            char *p = payload[size - 1][i];
            ck_assert_msg(
                is_painted(p, lib.malloc_usable_size(p), (unsigned)size + i),
                "payload %u of %zu bytes is overwritten", i, size);
            lib.free(p);
        }
    assert_in_order();
}
END_TEST

START_TEST(small_payloads_are_aligned)
{
    enum { EACH = 20 };

    for (size_t alignment = 16; alignment <= 4096; alignment *= 2)
        for (size_t size = 8; size <= LARGEST + 16; size += 8)
            for (int i = 0; i < EACH; i++) {
                char *payload = lib.memalign(alignment, size);
                ck_assert_msg((uintptr_t)payload % alignment == 0,
                              "memalign(%zu, %zu) gives %p", alignment, size,
                              (void *)payload);
                ck_assert_msg(lib.malloc_usable_size(payload) >= size,
                              "memalign(%zu, %zu) gives %zu bytes", alignment,
                              size, lib.malloc_usable_size(payload));
                memset(payload, 1, size);
                if (i % 2 != 0)
                    lib.free(payload);
            }
    assert_in_order();
}
END_TEST

/* What calloc() gives was in use before, and full. */
START_TEST(small_payloads_are_cleared)
{
    enum { EACH = 100 };
    static char *payload[EACH];

    for (size_t size = 1; size <= LARGEST; size += 7) {
        for (int i = 0; i < EACH; i++) {
            payload[i] = must_malloc(size);
            memset(payload[i], 1, size);
        }
        for (int i = 0; i < EACH; i++)
            lib.free(payload[i]);
        for (int i = 0; i < EACH; i++) {
            payload[i] = lib.calloc(1, size);
            ck_assert_msg(is_filled(payload[i], 0, size, 0),
                          "calloc(1, %zu) gives what is not zero", size);
        }
        for (int i = 0; i < EACH; i++)
            lib.free(payload[i]);
    }
}
END_TEST

/* Out of a slot into a chunk and back. */
START_TEST(small_payloads_are_resized)
{
    uint64_t state = seed;
    size_t size = 1;
    char *payload = must_malloc(size);

    paint(payload, size, 0);
    for (unsigned i = 1; i < 20000; i++) {
        size_t next = 1 + random_below(&state, 2 * LARGEST);
        size_t least = next < size ? next : size;
        payload = lib.realloc(payload, next);
        ck_assert_msg(payload != NULL && is_painted(payload, least, i - 1),
                      "realloc() from %zu to %zu bytes loses some", size, next);
        size = next;
        paint(payload, size, i);
        must_malloc(next % LARGEST / 8 + 1);
    }
    assert_in_order();
}
END_TEST

START_TEST(a_small_payload_stays_where_it_is)
{
    for (size_t size = 1; size <= LARGEST; size++) {
        fill_slabs(size);
        char *payload = must_malloc(size);
        size_t usable = lib.malloc_usable_size(payload);
        ck_assert_msg(lib.realloc(payload, usable) == payload,
                      "%zu bytes, of which %zu are usable, move to have them",
                      size, usable);
        ck_assert_msg(lib.realloc(payload, size) == payload,
                      "%zu bytes move to have as many", size);
    }
}
END_TEST

/* What malloc() gives has any value, and a program may copy it: a vector that
 * is not full, to make room in the middle. What the allocator once wrote there
 * then stands in a payload that is in use. */
START_TEST(what_was_never_written_may_be_copied)
{
    enum { COUNT = 4096, EACH = LARGEST };
    static char *payload[COUNT];

    for (size_t size = 16; size <= 64; size *= 2)
        free_list(allocate_list(COUNT * EACH / size, size));
    for (size_t i = 0; i < COUNT; i++) {
        payload[i] = must_malloc(EACH);
        memmove(payload[i], payload[i] + 64, EACH - 64);
        payload[i][0] = (char)i;
    }
    for (size_t i = 0; i < COUNT; i += 2)
        lib.free(payload[i]);
    lib.malloc_trim(0);
    free_list(allocate_list(COUNT / 2, EACH));
    for (size_t i = 1; i < COUNT; i += 2) {
        ck_assert_msg(payload[i][0] == (char)i, "payload %zu is overwritten",
                      i);
        lib.free(payload[i]);
    }
    assert_in_order();
}
END_TEST

/* ---- when the system gives nothing */

/* How many of each size are there, up to a thousand? */
static size_t use_small_payloads(void)
{
    size_t errors = 0;

    for (size_t size = 8; size <= LARGEST; size += 8) {
        char *payload[30];
        for (unsigned i = 0; i < LENGTH(payload); i++) {
            payload[i] = lib.malloc(size);
            if (payload[i] == NULL)
                return errors + 1;
            paint(payload[i], size, i);
        }
        for (unsigned i = 0; i < LENGTH(payload); i++) {
            errors += !is_painted(payload[i], size, i);
            lib.free(payload[i]);
        }
    }
    return errors;
}

static void *use_them_in_a_thread(void *unused)
{
    (void)unused;
    return (void *)use_small_payloads();
}

/* There are addresses for programs, but not for large reservations. */
static void limit_address_space(size_t more)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    ck_assert_msg(file != NULL && fscanf(file, "%zu", &pages) == 1,
                  "/proc/self/statm cannot be read");
    fclose(file);
    size_t limit = pages * (size_t)sysconf(_SC_PAGESIZE) + more;
    ck_assert_msg(setrlimit(RLIMIT_AS, &(struct rlimit){limit, limit}) == 0,
                  "the address space cannot be limited");
}

START_TEST(works_in_a_narrow_address_space)
{
    limit_address_space(64 * MiB);
    ck_assert_msg(use_small_payloads() == 0, "something is wrong");
    ck_assert_msg(in_a_thread(use_them_in_a_thread, NULL) == NULL,
                  "something is wrong in a thread");
    assert_in_order();
}
END_TEST

START_TEST(works_when_the_address_space_gets_narrow)
{
    struct link *list = allocate_list(10000, 100);
    ck_assert_msg(use_small_payloads() == 0, "something is wrong");
    limit_address_space(64 * MiB);
    free_list(list);
    ck_assert_msg(use_small_payloads() == 0, "something is wrong afterwards");
    ck_assert_msg(in_a_thread(use_them_in_a_thread, NULL) == NULL,
                  "something is wrong in a thread");
    assert_in_order();
}
END_TEST

/* Take all there is, or 256 MiB. Nothing is asserted meanwhile. */
static struct link *take_all(void)
{
    struct link *list = NULL, *link;
    size_t taken = 0;

    for (size_t size = 64 * KiB; size >= 8; size /= 2)
        while (taken < 256 * MiB && (link = lib.malloc(size)) != NULL) {
            link->next = list;
            list = link;
            taken += size;
        }
    return list;
}

START_TEST(a_small_payload_shrinks_when_there_is_no_memory)
{
    struct rlimit before;
    char *payload[LARGEST], *shrunk[LARGEST];

    for (size_t i = 0; i < LARGEST; i++) {
        payload[i] = must_malloc(LARGEST);
        paint(payload[i], LARGEST, (unsigned)i);
    }
    getrlimit(RLIMIT_DATA, &before);
    setrlimit(RLIMIT_DATA, &(struct rlimit){1, before.rlim_max});
    struct link *all = take_all();
    for (size_t i = 0; i < LARGEST; i++)
        shrunk[i] = lib.realloc(payload[i], i + 1);
    setrlimit(RLIMIT_DATA, &before);
    for (size_t i = 0; i < LARGEST; i++) {
        ck_assert_msg(shrunk[i] != NULL, "realloc() from %d to %zu bytes fails",
                      LARGEST, i + 1);
        ck_assert_msg(is_painted(shrunk[i], i + 1, (unsigned)i),
                      "realloc() from %d to %zu bytes loses some", LARGEST,
                      i + 1);
    }
    free_list(all);
    assert_in_order();
}
END_TEST

/* From here on, if madvise() is called and this argument has this value, the
 * system does something else. */
static void on_madvise(unsigned argument, uint32_t value, uint32_t action)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, args[argument])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {LENGTH(filter), filter};

    ck_assert_msg(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0,
                  "no filter for system calls can be set");
}

enum { POPULATE = 23 }; /* MADV_POPULATE_WRITE, which not all headers have */

/* As Linux was before 5.14: it does not know how to fetch pages. */
START_TEST(works_where_pages_cannot_be_fetched)
{
    on_madvise(2, POPULATE, SECCOMP_RET_ERRNO | EINVAL);
    errno = 0;
    free_list(allocate_list(4 * MiB / 100, 100));
    free_list(allocate_list(4 * MiB / 1500, 1500));
    ck_assert_msg(errno == 0, "malloc() and free() set errno to %d", errno);
    ck_assert_msg(use_small_payloads() == 0, "something is wrong");
    ck_assert_msg(in_a_thread(use_them_in_a_thread, NULL) == NULL,
                  "something is wrong in a thread");
    assert_in_order();
}
END_TEST

START_TEST(no_system_call_is_about_nothing)
{
    int status;

    pid_t child = fork();
    if (child == 0) {
        on_madvise(1, 0, SECCOMP_RET_KILL_PROCESS);
        for (size_t size = 16; size <= 4096; size *= 2)
            free_list(allocate_list(64 * KiB / size, size));
        lib.malloc_trim(0);
        _exit(0);
    }
    waitpid(child, &status, 0);
    ck_assert_msg(status == 0, "madvise() is called for 0 bytes: status %#x",
                  status);
}
END_TEST

enum { FULL = 64 * MiB / (32 * KiB) };

/* Fill the memory of a thread, all of it, and leave it to the next. */
static void *fill_memory(void *unused)
{
    must_malloc(1);
    limit_address_space(100 * MiB);
    for (size_t size = 32 * KiB, i = 0; size > 1000; size /= 2, i = 0)
        for (; i < (size == 32 * KiB ? FULL : 10); i++)
            lib.malloc(size);
    return unused;
}

static pthread_barrier_t all_have_begun;

static void *begin_and_end(void *unused)
{
    lib.free(lib.malloc(100));
    pthread_barrier_wait(&all_have_begun);
    return unused;
}

/* What an allocator needs for a thread must then lie elsewhere. */
START_TEST(threads_end_that_began_in_full_memory)
{
    pthread_t thread[8];
    pthread_attr_t small_stack;

    must_malloc(1);
    in_a_thread(fill_memory, NULL);
    pthread_attr_init(&small_stack);
    pthread_attr_setstacksize(&small_stack, 256 * KiB);
    pthread_barrier_init(&all_have_begun, NULL, LENGTH(thread));
    for (size_t i = 0; i < LENGTH(thread); i++)
        ck_assert_msg(
            pthread_create(&thread[i], &small_stack, begin_and_end, NULL) == 0,
            "thread %zu cannot begin", i);
    for (size_t i = 0; i < LENGTH(thread); i++)
        pthread_join(thread[i], NULL);
    assert_in_order();
}
END_TEST

/* ---- threads that free for others */

enum { THREADS = 4, SHELVES = 256 };

static struct link *shelf[SHELVES]; /* lists, left for anybody */
static atomic_int errors;
static atomic_bool stop;

/* Payloads in a list: after the link stand the size, and what is painted. */
struct item {
    struct link link;
    size_t size;
    unsigned char bytes[];
};

static struct link *make_batch(uint64_t *state)
{
    struct link *list = NULL;
    for (size_t n = 1 + random_below(state, 40); n > 0; n--) {
        size_t size = random_below(state, LARGEST + 100);
        struct item *item = lib.malloc(sizeof(*item) + size);
        if (item == NULL) {
            errors++;
            break;
        }
        item->size = size;
        paint(item->bytes, size, (unsigned)size);
        item->link.next = list;
        list = &item->link;
    }
    return list;
}

static void open_batch(struct link *list)
{
    while (list != NULL) {
        struct item *item = (struct item *)list;
        list = list->next;
        errors += !is_painted(item->bytes, item->size, (unsigned)item->size);
        lib.free(item);
    }
}

/* A child has the memory of other threads as it was at different moments. What
 * is to be found there lies on shelves, which the one who forks locks. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Leave a batch on a shelf, and open the one that was there. */
static void exchange_a_batch(uint64_t *state)
{
    struct link *mine = make_batch(state);
    size_t place = random_below(state, SHELVES);
    pthread_mutex_lock(&lock);
    struct link *theirs = shelf[place];
    shelf[place] = mine;
    pthread_mutex_unlock(&lock);
    open_batch(theirs);
}

static void *exchange_batches(void *number)
{
    uint64_t state = (uintptr_t)number;
    for (int i = 0; i < 100; i++)
        exchange_a_batch(&state);
    return NULL;
}

static void empty_shelves(void)
{
    for (size_t i = 0; i < SHELVES; i++) {
        open_batch(shelf[i]);
        shelf[i] = NULL;
    }
}

/* The payloads of a thread that has ended are freed by others, while threads
 * begin that may be given what it left. */
START_TEST(threads_end_before_their_payloads)
{
    must_malloc(1);
    for (unsigned round = 0; round < 25; round++) {
        pthread_t thread[THREADS];
        for (uintptr_t i = 0; i < THREADS; i++)
            pthread_create(&thread[i], NULL, exchange_batches,
                           (void *)(seed + round * THREADS + i));
        if (round % 2 != 0)
            exchange_batches((void *)(uintptr_t)round);
        for (int i = 0; i < THREADS; i++)
            pthread_join(thread[i], NULL);
    }
    empty_shelves();
    ck_assert_msg(errors == 0, "%d payloads were damaged", errors);
    assert_in_order();
}
END_TEST

static void *exchange_until_stopped(void *number)
{
    uint64_t state = (uintptr_t)number;
    while (!stop) {
        exchange_a_batch(&state);
        usleep(100);
    }
    return NULL;
}

/* What a child finds: payloads of threads that it does not have. */
static int use_what_threads_left(uintptr_t number)
{
    errors = 0;
    empty_shelves();
    exchange_batches((void *)number);
    in_a_thread(exchange_batches, (void *)(number + 1));
    empty_shelves();
    if (errors != 0)
        return 1;
    const char *broken = lib.inspectable ? lib.malloc_check() : NULL;
    if (broken != NULL)
        fprintf(stderr, "in a child: %s\n", broken);
    return broken != NULL ? 2 : 0;
}

START_TEST(a_child_frees_what_threads_left)
{
    pthread_t thread[THREADS];

    must_malloc(1);
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, exchange_until_stopped,
                       (void *)(seed + i));
    for (uintptr_t i = 0; i < 12; i++) {
        int status = 0;
        exchange_batches((void *)(seed + 100 + i));
        pthread_mutex_lock(&lock);
        pid_t child = fork();
        pthread_mutex_unlock(&lock);
        if (child == 0)
            _exit(use_what_threads_left(i));
        waitpid(child, &status, 0);
        ck_assert_msg(status == 0, "child %zu ends with status %#x", (size_t)i,
                      status);
    }
    stop = true;
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    empty_shelves();
    ck_assert_msg(errors == 0, "%d payloads were damaged", errors);
    assert_in_order();
}
END_TEST

enum { LEFT_BEHIND = 20000, LEFT_SIZE = 100 }; /* 2 MB */

static void *leave_behind(void *unused)
{
    (void)unused;
    return allocate_list(LEFT_BEHIND, LEFT_SIZE);
}

/* Two threads at a time, so that they do not get the memory of one. */
START_TEST(what_ended_threads_had_is_used_again)
{
    must_malloc(1);
    free_list(in_a_thread(leave_behind, NULL));
    size_t before = resident_bytes();
    for (int round = 0; round < 15; round++) {
        pthread_t thread[2];
        void *list[2];
        for (int i = 0; i < 2; i++)
            pthread_create(&thread[i], NULL, leave_behind, NULL);
        for (int i = 0; i < 2; i++)
            pthread_join(thread[i], &list[i]);
        for (int i = 0; i < 2; i++)
            free_list(list[i]);
    }
    size_t after = resident_bytes();
    ck_assert_msg(after < before + 12 * MiB,
                  "30 threads, 2 at a time, had 2 MB each, and %zu MB more "
                  "are resident",
                  (after - before) / 1000000);
    assert_in_order();
}
END_TEST

/* ---- how much memory */

/* 64 MiB of one size. */
static const size_t slot_sizes[] = {16, 32, 64, 256, 1024};

START_TEST(payloads_of_one_size_take_no_more_than_they_hold)
{
    size_t size = slot_sizes[_i], count = 64 * MiB / size;

    fill_slabs(size);
    size_t before = resident_bytes();
    struct link *list = NULL;
    for (size_t i = 0; i < count; i++) {
        struct link *link = must_malloc(size);
        memset(link, 1, size);
        link->next = list;
        list = link;
    }
    size_t more = resident_bytes() - before;
    ck_assert_msg(more <= 64 * MiB / 100 * 101,
                  "64 MiB in payloads of %zu bytes make %zu KiB resident", size,
                  more / KiB);
}
END_TEST

/* A program gives some memory up, and then takes much more than it had. Most of
 * that is new to it: its pages were not missed, and need not be kept later. */
START_TEST(new_pages_are_not_taken_for_missed_ones)
{
    must_malloc(1);
    size_t before = resident_bytes();
    free_list(allocate_list(4 * MiB / 256, 256));
    free_list(allocate_list(64 * MiB / 256, 256));
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < 4 * MiB, "of 64 MiB that are free, %zu KiB stay",
                  more / KiB);
    assert_in_order();
}
END_TEST

/* A program may lock what must not be written to a disk. The system does not
 * take such pages back, but it takes those around them. */
START_TEST(locked_pages_keep_no_others)
{
    enum { SIZE = 256, COUNT = 8 * MiB / SIZE, APART = 1500 };
    static char *payload[COUNT];

    memset(payload, 1, sizeof(payload));
    must_malloc(1);
    size_t before = resident_bytes();
    for (size_t i = 0; i < COUNT; i++)
        payload[i] = must_malloc(SIZE);
    for (size_t i = 0; i < COUNT; i += APART)
        ck_assert_msg(mlock(payload[i], SIZE) == 0, "no page can be locked");
    for (size_t i = 0; i < COUNT; i++)
        lib.free(payload[i]);
    lib.malloc_trim(0);
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < MiB,
                  "8 MiB are free, of which 22 pages are locked, and %zu KiB "
                  "are resident",
                  more / KiB);
    assert_in_order();
}
END_TEST

/* They are freed in any order, so that the last few thousand lie all over. */
START_TEST(what_is_freed_last_keeps_no_pages)
{
    enum { SIZE = 16, COUNT = 4 * MiB / SIZE };
    static char *payload[COUNT];
    uint64_t state = seed;

    memset(payload, 1, sizeof(payload));
    must_malloc(1);
    size_t before = resident_bytes();
    for (size_t i = 0; i < COUNT; i++) {
        size_t other = random_below(&state, i + 1);
        payload[i] = payload[other];
        payload[other] = must_malloc(SIZE);
    }
    for (size_t i = 0; i < COUNT; i++)
        lib.free(payload[i]);
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < MiB, "of 4 MiB that are free, %zu KiB are resident",
                  more / KiB);
    assert_in_order();
}
END_TEST

/* A slot that waits in a bin keeps the page that it lies on. At first one is
 * freed on each page, then all others: pages of which a slot waits would stay.
 * So many pages are used that a bin cannot hold one of each; or fewer, but
 * malloc_trim() has closed the bin. */
static const struct spread {
    size_t pages;
    bool trimmed;
} spreads[] = {{900, false}, {600, true}};

START_TEST(bins_keep_few_pages)
{
    enum { MOST = 900 * 4096 / UNIT };
    static char *payload[MOST];
    const struct spread *spread = &spreads[_i];
    size_t count = spread->pages * 4096 / UNIT;

    memset(payload, 1, sizeof(payload));
    must_malloc(1);
    size_t before = resident_bytes();
    for (size_t i = 0; i < count; i++)
        payload[i] = must_malloc(UNIT);
    if (spread->trimmed)
        lib.malloc_trim(0);
    for (int first = 1; first >= 0; first--)
        for (size_t i = 0; i < count; i++)
            if (((uintptr_t)payload[i] % 4096 == 0) == first)
                lib.free(payload[i]);
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < MiB,
                  "of %zu pages that are free, %zu KiB are resident",
                  spread->pages, more / KiB);
    assert_in_order();
}
END_TEST

/* The next one is for larger payloads than the last. */
START_TEST(memory_drifts_from_one_size_to_another)
{
    size_t most = 0;

    must_malloc(1);
    size_t before = resident_bytes();
    for (size_t size = 16; size <= LARGEST; size += 63) {
        struct link *list = allocate_list(4 * MiB / size, size);
        size_t more = resident_bytes() - before;
        most = more > most ? more : most;
        free_list(list);
    }
    ck_assert_msg(most < 10 * MiB,
                  "of one size after another, 4 MiB are live, and %zu MiB "
                  "resident",
                  most / MiB);
    assert_in_order();
}
END_TEST

START_TEST(malloc_trim_gives_back_what_was_small)
{
    must_malloc(1);
    size_t before = resident_bytes();
    for (size_t size = 16; size <= LARGEST; size *= 2)
        free_list(allocate_list(8 * MiB / size, size));
    lib.malloc_trim(0);
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < MiB, "all is free, and %zu KiB are resident",
                  more / KiB);
}
END_TEST

/* One of 64 is live: there is none on three of four pages. */
START_TEST(malloc_trim_gives_pages_between_small_payloads_back)
{
    enum { COUNT = 64 * 1024, SIZE = 256 };
    static char *payload[COUNT];

    must_malloc(1);
    size_t before = resident_bytes();
    for (size_t i = 0; i < COUNT; i++)
        payload[i] = must_malloc(SIZE);
    for (size_t i = 0; i < COUNT; i++)
        if (i % 64 != 0)
            lib.free(payload[i]);
    lib.malloc_trim(0);
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < 6 * MiB,
                  "on 4 MiB of pages lies something live, and %zu KiB are "
                  "resident",
                  more / KiB);
    assert_in_order();
}
END_TEST

/* ---- inspection */

struct total {
    size_t bytes, free;
};

static int add_up(const struct malloc_chunk_info *chunk, void *context)
{
    struct total *total = context;
    total->bytes += chunk->size;
    if (chunk->kind == MALLOC_FREE || chunk->kind == MALLOC_TOP ||
        chunk->kind == MALLOC_CACHED)
        total->free += chunk->size;
    return 0;
}

/* Some free, some freed by another thread, some never used. */
START_TEST(the_walk_meets_all_slots)
{
    uint64_t state = seed;
    struct total total = {0};

    needs_inspection();
    for (int i = 0; i < 200; i++)
        exchange_a_batch(&state);
    in_a_thread(exchange_batches, NULL);
    lib.malloc_walk(add_up, &total);
    ck_assert_msg(total.bytes == lib.malloc_held(),
                  "the walk meets %zu bytes, and %zu are held", total.bytes,
                  lib.malloc_held());
    struct mallinfo2 info = lib.mallinfo2();
    ck_assert_msg(info.uordblks + info.fordblks == info.arena,
                  "%zu in use and %zu free are not %zu", info.uordblks,
                  info.fordblks, info.arena);
    for (size_t i = 0; i < SHELVES; i++)
        for (struct link *link = shelf[i]; link != NULL; link = link->next)
            ck_assert_msg(look_up(link).used, "a live payload is not in use");
    assert_all_is_well();
}
END_TEST

static int read_it(const struct malloc_chunk_info *chunk, void *count)
{
    (void)*(volatile const char *)chunk->address;
    ++*(size_t *)count;
    return 0;
}

START_TEST(the_walk_leads_only_to_memory)
{
    size_t count = 0;

    needs_inspection();
    exchange_batches(NULL);
    lib.malloc_walk(read_it, &count);
    ck_assert_msg(count != 0, "the walk meets nothing");
}
END_TEST

static sem_t go, gone;

static void *free_when_told(void *middle)
{
    struct link *list = allocate_list(LEFT_BEHIND, LEFT_SIZE);
    *(struct link **)middle = list;
    for (int i = 0; i < LEFT_BEHIND / 2; i++)
        *(struct link **)middle = (*(struct link **)middle)->next;
    sem_post(&gone);
    sem_wait(&go);
    free_list(list);
    sem_post(&gone);
    return NULL;
}

/* While the visit takes its time, what is visited goes. */
static int let_it_go(const struct malloc_chunk_info *chunk, void *middle)
{
    struct timespec soon = {.tv_sec = time(NULL) + 2};
    if (chunk->payload == middle && sem_post(&go) == 0)
        sem_timedwait(&gone, &soon);
    return 0;
}

START_TEST(the_walk_ends_when_a_slab_goes_back)
{
    pthread_t thread;
    struct link *middle;

    needs_inspection();
    must_malloc(1);
    sem_init(&go, 0, 0);
    sem_init(&gone, 0, 0);
    pthread_create(&thread, NULL, free_when_told, &middle);
    sem_wait(&gone);
    lib.malloc_walk(let_it_go, middle);
    pthread_join(thread, NULL);
    assert_all_is_well();
}
END_TEST

/* ---- misuse of slots */

enum { SLOT = 48 }; /* a slab does not end with a whole one */

/* A payload in a slab of which many are used, and its bin is empty. */
static char *make_slot(void)
{
    fill_slabs(SLOT);
    return must_malloc(SLOT);
}

START_TEST(free_of_a_pointer_into_a_slot)
{
    char *slot = make_slot();
    if (child_must_die("free(): invalid pointer")) {
        lib.free(slot + UNIT);
        _exit(0);
    }
}
END_TEST

START_TEST(free_of_a_misaligned_pointer_into_a_slot)
{
    char *slot = make_slot();
    if (child_must_die("free(): invalid pointer")) {
        lib.free(slot + 1);
        _exit(0);
    }
}
END_TEST

START_TEST(realloc_of_a_pointer_into_a_slot)
{
    char *slot = make_slot();
    if (child_must_die("realloc(): invalid pointer")) {
        lib.realloc(slot + UNIT, SLOT);
        _exit(0);
    }
}
END_TEST

/* The rest of a slab, as the walk finds it. */
static int find_rest(const struct malloc_chunk_info *chunk, void *context)
{
    struct malloc_chunk_info *found = context;
    if (chunk->kind != MALLOC_FENCE || chunk->payload != chunk->address)
        return 0;
    *found = *chunk;
    return 1;
}

START_TEST(free_of_the_rest_of_a_slab)
{
    struct malloc_chunk_info found;
    needs_inspection();
    make_slot();
    ck_assert_msg(lib.malloc_walk(find_rest, &found) != 0,
                  "there is no such place");
    if (child_must_die("free(): invalid pointer")) {
        lib.free((void *)found.payload);
        _exit(0);
    }
}
END_TEST

/* Behind the slabs that are in use are addresses for more. */
START_TEST(free_of_what_was_never_a_slot)
{
    char *slot = make_slot();
    if (child_must_die("free(): invalid pointer")) {
        lib.free(slot + 256 * KiB);
        _exit(0);
    }
}
END_TEST

static void *free_it(void *freed)
{
    lib.free(freed);
    return NULL;
}

enum { FEW = 10 };
static char *few[FEW];

static void *free_few(void *unused)
{
    must_malloc(1); /* without that it has no parcel */
    for (int i = 0; i < FEW; i++)
        lib.free(few[i]);
    return unused;
}

/* Too few to be sent before the thread ends. */
START_TEST(what_a_thread_freed_is_sent_when_it_ends)
{
    int came_back = 0;

    fill_slabs(SLOT);
    for (int i = 0; i < FEW; i++)
        few[i] = must_malloc(SLOT);
    in_a_thread(free_few, NULL);
    for (size_t n = 0; n < 16 * KiB / SLOT; n++) {
        char *again = must_malloc(SLOT);
        for (int i = 0; i < FEW; i++)
            came_back += again == few[i];
    }
    ck_assert_msg(came_back == FEW,
                  "of %d slots that a thread freed, %d serve their owner again",
                  FEW, came_back);
    assert_in_order();
}
END_TEST

static pthread_barrier_t together;

static void *free_few_and_wait(void *unused)
{
    struct link *list = allocate_list(1000, SLOT);
    for (int i = 0; i < FEW; i++)
        few[i] = must_malloc(SLOT);
    free_few(NULL);
    free_list(list);
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    return unused;
}

static void *count_few(void *unused)
{
    uintptr_t came_back = 0;

    (void)unused;
    for (int n = 0; n < 1000 + FEW; n++) {
        char *again = must_malloc(SLOT);
        for (int i = 0; i < FEW; i++)
            came_back += again == few[i];
    }
    return (void *)came_back;
}

/* What a thread has freed that is not in the child: another thread there gets
 * it. */
START_TEST(a_child_has_the_slots_of_lost_threads)
{
    pthread_t thread;
    int status;

    must_malloc(1);
    pthread_barrier_init(&together, NULL, 2);
    pthread_create(&thread, NULL, free_few_and_wait, NULL);
    pthread_barrier_wait(&together);
    pid_t child = fork();
    if (child == 0)
        _exit((int)(uintptr_t)in_a_thread(count_few, NULL));
    waitpid(child, &status, 0);
    pthread_barrier_wait(&together);
    pthread_join(thread, NULL);
    ck_assert_msg(status == FEW << 8,
                  "of %d slots of a lost thread, a child uses not all: its "
                  "status is %#x",
                  FEW, status);
}
END_TEST

static struct link *lent;

static void *lend_and_wait(void *unused)
{
    lent = allocate_list(1000, SLOT);
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    return unused;
}

static void free_some_of_another(void)
{
    for (int i = 0; i < FEW; i++) {
        struct link *next = lent->next;
        lib.free(lent);
        lent = next;
    }
}

static void *count_damage(void *unused)
{
    static char *payload[2000];
    uintptr_t damaged = 0;

    (void)unused;
    for (unsigned i = 0; i < LENGTH(payload); i++) {
        payload[i] = must_malloc(SLOT);
        paint(payload[i], SLOT, i);
    }
    for (unsigned i = 0; i < LENGTH(payload); i++)
        damaged += !is_painted(payload[i], SLOT, i);
    return (void *)damaged;
}

/* Some slots wait in a parcel when the thread forks that would send them. */
START_TEST(a_child_does_not_send_what_it_finds_free)
{
    pthread_t thread;
    int status;

    must_malloc(1);
    pthread_barrier_init(&together, NULL, 2);
    pthread_create(&thread, NULL, lend_and_wait, NULL);
    pthread_barrier_wait(&together);
    free_some_of_another();
    pid_t child = fork();
    if (child == 0) {
        free_some_of_another();
        lib.malloc_trim(0);
        _exit(in_a_thread(count_damage, NULL) != NULL);
    }
    waitpid(child, &status, 0);
    pthread_barrier_wait(&together);
    pthread_join(thread, NULL);
    ck_assert_msg(status == 0, "the child ends with status %#x", status);
}
END_TEST

static void *lend_all_and_wait(void *unused)
{
    lent = leave_behind(NULL);
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    return unused;
}

/* All that a thread has is freed by another one, and waits as long as it
 * sleeps. */
START_TEST(what_waits_for_a_thread_goes_back_when_it_ends)
{
    pthread_t thread;

    must_malloc(1);
    size_t before = resident_bytes();
    pthread_barrier_init(&together, NULL, 2);
    pthread_create(&thread, NULL, lend_all_and_wait, NULL);
    pthread_barrier_wait(&together);
    free_list(lent);
    pthread_barrier_wait(&together);
    pthread_join(thread, NULL);
    size_t more = resident_bytes() - before;
    ck_assert_msg(more < MiB, "of 2 MB that are free, %zu KiB are resident",
                  more / KiB);
    assert_in_order();
}
END_TEST

/* What a thread has given up and may want again: many free pages. */
static void *grow_and_shrink(void *unused)
{
    for (int i = 0; i < 3; i++)
        free_list(allocate_list(LEFT_BEHIND, LEFT_SIZE));
    lent = allocate_list(2 * FEW, SLOT);
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    return unused;
}

static void *use_what_grew(void *unused)
{
    static char *payload[LEFT_BEHIND];
    uintptr_t damaged = 0;

    (void)unused;
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < LEFT_BEHIND; i++)
            paint(payload[i] = must_malloc(LEFT_SIZE), LEFT_SIZE, i);
        for (unsigned i = 0; i < LEFT_BEHIND; i++) {
            damaged += !is_painted(payload[i], LEFT_SIZE, i);
            lib.free(payload[i]);
        }
    }
    damaged += lib.inspectable && lib.malloc_check() != NULL;
    return (void *)damaged;
}

START_TEST(a_child_has_the_pages_of_lost_threads)
{
    pthread_t thread;
    int status;

    must_malloc(1);
    pthread_barrier_init(&together, NULL, 2);
    pthread_create(&thread, NULL, grow_and_shrink, NULL);
    pthread_barrier_wait(&together);
    pid_t child = fork();
    if (child == 0) {
        free_some_of_another();
        _exit(in_a_thread(use_what_grew, NULL) != NULL);
    }
    waitpid(child, &status, 0);
    pthread_barrier_wait(&together);
    pthread_join(thread, NULL);
    ck_assert_msg(status == 0, "the child ends with status %#x", status);
}
END_TEST

static int find_page(const struct malloc_chunk_info *chunk, void *least)
{
    return chunk->payload == chunk->address && chunk->kind == MALLOC_TOP &&
           chunk->size >= *(size_t *)least;
}

/* Pages are fetched for several slabs together. Those that are not cut into
 * slots yet are free, and the walk says so. */
START_TEST(a_page_that_was_fetched_ahead_is_free)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int found = 0;

    needs_inspection();
    allocate_list(4 * MiB / SLOT, SLOT);
    for (size_t i = 0; i < 8 * page / SLOT && found == 0; i++) {
        must_malloc(SLOT);
        found = lib.malloc_walk(find_page, &page);
    }
    ck_assert_msg(found != 0, "the walk meets no page that is free");
}
END_TEST

/* A program that uses few slabs gets no page that it may not need. */
START_TEST(few_slabs_have_no_pages_ahead)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    needs_inspection();
    for (size_t size = 16; size <= LARGEST; size *= 2)
        fill_slabs(size);
    int found = lib.malloc_walk(find_page, &page);
    ck_assert_msg(found == 0, "the walk meets a page that nothing uses");
}
END_TEST

static int find_kind(const struct malloc_chunk_info *chunk, void *payload)
{
    return chunk->payload == payload ? 1 + (int)chunk->kind : 0;
}

START_TEST(a_slot_on_its_way_is_cached)
{
    pthread_t thread;

    needs_inspection();
    must_malloc(1);
    pthread_barrier_init(&together, NULL, 2);
    pthread_create(&thread, NULL, lend_and_wait, NULL);
    pthread_barrier_wait(&together);
    struct link *freed = lent;
    free_some_of_another();
    int kind = lib.malloc_walk(find_kind, freed) - 1;
    pthread_barrier_wait(&together);
    pthread_join(thread, NULL);
    ck_assert_msg(kind == MALLOC_CACHED, "the walk finds kind %d", kind);
}
END_TEST

START_TEST(a_slot_that_shrinks_much_is_given_up)
{
    fill_slabs(LARGEST);
    for (size_t size = 1; size <= LARGEST; size++) {
        char *payload = lib.realloc(must_malloc(LARGEST), size);
        size_t usable = lib.malloc_usable_size(payload);
        ck_assert_msg(usable <= 2 * (size + UNIT),
                      "%zu bytes that were more have %zu", size, usable);
        lib.free(payload);
    }
}
END_TEST

static void *keep_a_slot(void *slot)
{
    *(char **)slot = make_slot();
    return NULL;
}

/* The slot waits in a bin; in its slab; in a parcel; with an owner who has
 * ended. */
START_TEST(free_of_a_slot_twice)
{
    char *slot = make_slot();
    if (child_must_die("free(): double free detected in tcache 2")) {
        lib.free(slot);
        lib.free(slot);
        _exit(0);
    }
}
END_TEST

START_TEST(free_of_a_slot_twice_with_many_in_between)
{
    char *slot = make_slot();
    struct link *list = allocate_list(1000, SLOT);
    if (child_must_die("free(): double free detected in tcache 2")) {
        while (list->next->next != NULL) {
            struct link *next = list->next;
            lib.free(list);
            list = next;
        }
        lib.free(slot);
        lib.free(slot);
        _exit(0);
    }
}
END_TEST

START_TEST(free_of_a_slot_by_two_threads)
{
    char *slot = make_slot();
    if (child_must_die("free(): double free detected in tcache 2")) {
        in_a_thread(free_it, slot);
        lib.free(slot);
        _exit(0);
    }
}
END_TEST

START_TEST(free_of_the_slot_of_an_ended_thread_twice)
{
    char *slot;
    must_malloc(1);
    in_a_thread(keep_a_slot, &slot);
    if (child_must_die("free(): double free detected in tcache 2")) {
        lib.free(slot);
        lib.free(slot);
        _exit(0);
    }
}
END_TEST

START_TEST(realloc_of_a_free_slot)
{
    char *slot = make_slot();
    if (child_must_die("realloc(): invalid pointer")) {
        lib.free(slot);
        lib.realloc(slot, SLOT);
        _exit(0);
    }
}
END_TEST

/* By then the slab serves nobody. */
START_TEST(free_of_a_slot_whose_slab_went_back)
{
    struct link *list = allocate_list(100000, SLOT);
    if (child_must_complain_of("free(): ")) {
        free_list(list);
        lib.malloc_trim(0);
        lib.free(list);
        _exit(0);
    }
}
END_TEST

START_TEST(malloc_after_a_link_between_slots_was_smashed)
{
    char *slot = make_slot();
    if (child_must_complain_of("malloc(): ")) {
        lib.free(slot);
        memset(slot, 0x41, 16);
        for (int i = 0; i < 100; i++)
            lib.malloc(SLOT);
        _exit(0);
    }
}
END_TEST

/* The check looks at lists of slabs; what is in a bin it does not know. */
START_TEST(check_finds_what_was_smashed_in_a_slab)
{
    needs_inspection();
    struct link *list = allocate_list(2000, SLOT);
    char *slot = must_malloc(SLOT);
    for (int i = 0; i < 1000; i++) {
        struct link *next = list->next;
        lib.free(list);
        list = next;
    }
    lib.free(slot);
    assert_all_is_well();
    memset(slot, 0x41, 16);
    ck_assert_msg(lib.malloc_check() != NULL, "the check finds nothing wrong");
}
END_TEST

void add_slabs(TCase *group)
{
    tcase_add_test(group, small_payloads_are_whole);
    tcase_add_test(group, small_payloads_are_aligned);
    tcase_add_test(group, small_payloads_are_cleared);
    tcase_add_test(group, small_payloads_are_resized);
    tcase_add_test(group, a_small_payload_stays_where_it_is);
    tcase_add_test(group, what_was_never_written_may_be_copied);
    tcase_add_test(group, works_in_a_narrow_address_space);
    tcase_add_test(group, works_when_the_address_space_gets_narrow);
    tcase_add_test(group, a_small_payload_shrinks_when_there_is_no_memory);
    tcase_add_test(group, works_where_pages_cannot_be_fetched);
    tcase_add_test(group, no_system_call_is_about_nothing);
    tcase_add_test(group, threads_end_that_began_in_full_memory);
    tcase_add_test(group, threads_end_before_their_payloads);
    tcase_add_test(group, a_child_frees_what_threads_left);
    tcase_add_test(group, a_child_has_the_pages_of_lost_threads);
    tcase_add_test(group, what_ended_threads_had_is_used_again);
    tcase_add_test(group, memory_drifts_from_one_size_to_another);
    tcase_add_test(group, malloc_trim_gives_back_what_was_small);
    tcase_add_test(group, malloc_trim_gives_pages_between_small_payloads_back);
    tcase_add_test(group, the_walk_meets_all_slots);
    tcase_add_test(group, the_walk_leads_only_to_memory);
}

void add_slots(TCase *group)
{
    tcase_add_loop_test(group, payloads_of_one_size_take_no_more_than_they_hold,
                        0, LENGTH(slot_sizes));
    tcase_add_test(group, what_is_freed_last_keeps_no_pages);
    tcase_add_loop_test(group, bins_keep_few_pages, 0, LENGTH(spreads));
    tcase_add_test(group, new_pages_are_not_taken_for_missed_ones);
    tcase_add_test(group, locked_pages_keep_no_others);
    tcase_add_test(group, a_slot_that_shrinks_much_is_given_up);
    tcase_add_test(group, a_slot_on_its_way_is_cached);
    tcase_add_test(group, a_page_that_was_fetched_ahead_is_free);
    tcase_add_test(group, few_slabs_have_no_pages_ahead);
    tcase_add_test(group, a_child_does_not_send_what_it_finds_free);
    tcase_add_test(group, the_walk_ends_when_a_slab_goes_back);
    tcase_add_test(group, free_of_a_pointer_into_a_slot);
    tcase_add_test(group, free_of_a_misaligned_pointer_into_a_slot);
    tcase_add_test(group, realloc_of_a_pointer_into_a_slot);
    tcase_add_test(group, free_of_the_rest_of_a_slab);
    tcase_add_test(group, free_of_what_was_never_a_slot);
    tcase_add_test(group, what_a_thread_freed_is_sent_when_it_ends);
    tcase_add_test(group, what_waits_for_a_thread_goes_back_when_it_ends);
    tcase_add_test(group, a_child_has_the_slots_of_lost_threads);
    tcase_add_test(group, free_of_a_slot_twice);
    tcase_add_test(group, free_of_a_slot_twice_with_many_in_between);
    tcase_add_test(group, free_of_a_slot_by_two_threads);
    tcase_add_test(group, free_of_the_slot_of_an_ended_thread_twice);
    tcase_add_test(group, realloc_of_a_free_slot);
    tcase_add_test(group, free_of_a_slot_whose_slab_went_back);
    tcase_add_test(group, malloc_after_a_link_between_slots_was_smashed);
    tcase_add_test(group, check_finds_what_was_smashed_in_a_slab);
}
