/* process.c - an allocator shares its process: fork(), and the break
 *
 * A forked child inherits all memory as it is at that moment, but only one of
 * the threads. And the break belongs to nobody: other code may move it, or
 * something may lie in its way.
 */
#include "suite.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_bool stop;
static atomic_int tickets; /* calls that may be made before the next fork */

/* The tickets limit what an allocator can lose that never uses a chunk
 * again. */
static void *allocate_until_stopped(void *number)
{
    uint64_t state = (uintptr_t)number;
    while (!stop) {
        if (tickets <= 0) {
            usleep(50); /* leave the cores to the child */
            continue;
        }
        tickets--;
        lib.free(lib.malloc(random_below(&state, 50)));
        if (lib.inspectable)
            lib.malloc_held(); /* takes the lock, and costs no memory */
    }
    return NULL;
}

/* Let the threads go, and return when they are in the middle of their calls. */
static void start_allocating(void)
{
    tickets = 3000;
    while (tickets > 2800)
        sched_yield();
}

/* What a child does: every kind of call, on the memory that it inherited. */
static int use_memory(char *inherited)
{
    bool good = is_painted(inherited, 5000, 1);
    char *grown = lib.realloc(inherited, 10000);
    good &= grown != NULL && is_painted(grown, 5000, 1);
    lib.free(grown);
    for (size_t size = 1; size <= 100000; size *= 10) {
        char *payload = lib.malloc(size);
        good &= payload != NULL;
        paint(payload, size, 2);
        lib.free(payload);
    }
    return good ? 0 : 1;
}

static void fork_a_child(char *inherited)
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(use_memory(inherited));
    ck_assert_msg(waitpid(child, &status, 0) == child, "there is no child");
    ck_assert_msg(status == 0, "the child ended with status %#x", status);
}

START_TEST(children_allocate_while_threads_do)
{
    pthread_t thread[2];
    char *inherited = must_malloc(5000);
    paint(inherited, 5000, 1);

    for (uintptr_t i = 0; i < LENGTH(thread); i++)
        pthread_create(&thread[i], NULL, allocate_until_stopped,
                       (void *)(seed + i));
    for (int i = 0; i < 50; i++) {
        start_allocating();
        fork_a_child(inherited);
    }
    stop = true;
    for (size_t i = 0; i < LENGTH(thread); i++)
        pthread_join(thread[i], NULL);
    ck_assert_msg(is_painted(inherited, 5000, 1),
                  "a child changed the parent's payload");
}
END_TEST

/* Other libraries have fork handlers too. These may allocate, and run between
 * those of the allocator. The ones here were registered before the allocator
 * was opened, so they run last before the fork and first after it. */
static bool handlers_allocate;

static void allocate_in_handler(void)
{
    if (handlers_allocate)
        lib.free(lib.malloc(100));
}

void register_fork_handlers(void)
{
    pthread_atfork(allocate_in_handler, allocate_in_handler,
                   allocate_in_handler);
}

START_TEST(fork_handlers_of_others_allocate)
{
    char *inherited = must_malloc(5000);
    paint(inherited, 5000, 1);
    handlers_allocate = true;
    fork_a_child(inherited);
    lib.free(must_malloc(1000));
}
END_TEST

static void *fork_as_first_call(void *inherited)
{
    fork_a_child(inherited);
    lib.free(must_malloc(1000));
    return NULL;
}

static void *use_painted_payloads(void *number)
{
    uint64_t state = (uintptr_t)number;
    for (int i = 0; i < 3000; i++) {
        size_t size = random_below(&state, 3000);
        char *payload = must_malloc(size);
        paint(payload, size, (unsigned)i);
        ck_assert_msg(is_painted(payload, size, (unsigned)i),
                      "two threads are given the same memory");
        lib.free(payload);
    }
    return NULL;
}

/* The thread that forks has not called the allocator before, so its first call
 * is that of the handlers: whatever it is given then, perhaps an arena, is made
 * in the middle of the fork. It must serve others later. */
START_TEST(fork_handlers_allocate_first)
{
    enum { FORKERS = 6, USERS = 4 };
    pthread_t thread[FORKERS];
    char *inherited = must_malloc(5000);
    paint(inherited, 5000, 1);
    handlers_allocate = true;
    for (int i = 0; i < FORKERS; i++)
        pthread_create(&thread[i], NULL, fork_as_first_call, inherited);
    for (int i = 0; i < FORKERS; i++)
        pthread_join(thread[i], NULL);

    for (uintptr_t i = 0; i < USERS; i++)
        pthread_create(&thread[i], NULL, use_painted_payloads,
                       (void *)(seed + i));
    for (int i = 0; i < 30; i++)
        fork_a_child(inherited);
    for (int i = 0; i < USERS; i++)
        pthread_join(thread[i], NULL);
    if (lib.inspectable)
        ck_assert_msg(lib.malloc_check() == NULL, "%s", lib.malloc_check());
}
END_TEST

/* A thread may have memory of its own; in the child it is the only one left. */
static void *fork_in_a_thread(void *unused)
{
    char *inherited = must_malloc(5000);
    paint(inherited, 5000, 1);
    for (int i = 0; i < 10; i++)
        fork_a_child(inherited);
    lib.free(inherited);
    return unused;
}

START_TEST(children_of_threads_allocate)
{
    pthread_t thread[4];
    for (size_t i = 0; i < LENGTH(thread); i++)
        pthread_create(&thread[i], NULL, fork_in_a_thread, NULL);
    for (size_t i = 0; i < LENGTH(thread); i++)
        pthread_join(thread[i], NULL);
    fork_in_a_thread(NULL);
}
END_TEST

/* The locks must be free again after every fork, however deep. */
START_TEST(children_have_children)
{
    int status;
    pid_t child;
    char *inherited = must_malloc(5000);
    paint(inherited, 5000, 1);

    for (int depth = 0; depth < 5; depth++) {
        child = fork();
        if (child != 0)
            break;
        lib.free(must_malloc(1000));
        if (depth == 4)
            _exit(use_memory(inherited));
    }
    ck_assert_msg(waitpid(child, &status, 0) == child, "there is no child");
    ck_assert_msg(status == 0, "a descendant ended with status %#x", status);
}
END_TEST

/* Grow the heap several times, and move the break by size before each. */
static void assert_survives_foreign_sbrk(intptr_t size)
{
    enum { ROUNDS = 12 };
    char *foreign[ROUNDS], *payload[ROUNDS];
    bool moved = true;

    for (unsigned i = 0; i < ROUNDS; i++) {
        foreign[i] = sbrk(size);
        moved &= foreign[i] != (void *)-1;
        paint(foreign[i], (size_t)size, i);
        payload[i] = must_malloc(60000);
        paint(payload[i], 60000, 100 + i);
        if (i % 2 == 0)
            lib.free(must_malloc(100000));
    }
    ck_assert_msg(moved, "the break cannot be moved");
    for (unsigned i = 0; i < ROUNDS; i++) {
        ck_assert_msg(is_painted(foreign[i], (size_t)size, i),
                      "memory that somebody else took is overwritten");
        ck_assert_msg(is_painted(payload[i], 60000, 100 + i),
                      "a payload is overwritten");
        lib.free(payload[i]);
    }
    if (lib.inspectable)
        ck_assert_msg(lib.malloc_check() == NULL, "%s", lib.malloc_check());
}

START_TEST(survives_a_foreign_sbrk_of_100)
{
    assert_survives_foreign_sbrk(100);
}
END_TEST

START_TEST(survives_a_foreign_sbrk_of_5000)
{
    assert_survives_foreign_sbrk(5000);
}
END_TEST

/* Somebody takes memory and gives it back: we may grow there again. */
START_TEST(survives_a_break_that_comes_back)
{
    for (int i = 0; i < 10; i++) {
        char *payload = must_malloc(100000);
        paint(payload, 100000, 1);
        void *foreign = sbrk(8192);
        ck_assert_msg(foreign != (void *)-1, "the break cannot be moved");
        sbrk(-8192);
        char *next = must_malloc(200000);
        paint(next, 200000, 2);
        ck_assert_msg(is_painted(payload, 100000, 1), "contents are lost");
        lib.free(next);
    }
}
END_TEST

/* What they wrote there before giving it back must be gone. */
START_TEST(calloc_clears_what_lay_above_the_break)
{
    lib.free(must_malloc(1));
    for (int i = 0; i < 10; i++) {
        char *foreign = sbrk(3000);
        ck_assert_msg(foreign != (void *)-1, "the break cannot be moved");
        memset(foreign, 0xee, 3000);
        sbrk(-3000);
        char *payload = lib.calloc(1, 300000);
        size_t k = 0;
        while (k < 300000 && payload[k] == 0)
            k++;
        ck_assert_msg(k == 300000, "byte %zu is not 0", k);
        memset(payload, 1, 300000);
    }
}
END_TEST

void add_process(TCase *group)
{
    tcase_add_test(group, children_allocate_while_threads_do);
    tcase_add_test(group, fork_handlers_of_others_allocate);
    tcase_add_test(group, fork_handlers_allocate_first);
    tcase_add_test(group, children_have_children);
    tcase_add_test(group, children_of_threads_allocate);
    tcase_add_test(group, survives_a_foreign_sbrk_of_100);
    tcase_add_test(group, survives_a_foreign_sbrk_of_5000);
    tcase_add_test(group, survives_a_break_that_comes_back);
    tcase_add_test(group, calloc_clears_what_lay_above_the_break);
}
