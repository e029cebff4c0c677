/* errors.c - what an allocator answers when it cannot do what is asked
 *
 * It returns NULL, sets errno to ENOMEM, and loses nothing: all that was
 * allocated before is intact, and when there is memory again it goes on.
 */
#include "suite.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>

/* Sizes that no machine has, around the places where adding a header, a page
 * or an alignment to them overflows. */
static const size_t absurd[] = {
    PTRDIFF_MAX,    (size_t)PTRDIFF_MAX + 1, SIZE_MAX - 2 * MiB,
    SIZE_MAX - 4096, SIZE_MAX - 4095,         SIZE_MAX - 32,
    SIZE_MAX - 16,  SIZE_MAX - 7,            SIZE_MAX,
};

/* Make a call that must fail with ENOMEM. */
#define MUST_REFUSE(call, size)                                              \
    do {                                                                     \
        errno = 0;                                                           \
        void *answer = (call);                                               \
        int error = errno;                                                   \
        ck_assert_msg(answer == NULL, "%s: size %#zx is granted", #call,     \
                      size);                                                 \
        ck_assert_msg(error == ENOMEM, "%s: size %#zx sets errno to %d",     \
                      #call, size, error);                                   \
    } while (0)

START_TEST(malloc_refuses_absurd_sizes)
{
    for (size_t i = 0; i < LENGTH(absurd); i++)
        MUST_REFUSE(lib.malloc(absurd[i]), absurd[i]);
}
END_TEST

START_TEST(calloc_refuses_absurd_sizes)
{
    for (size_t i = 0; i < LENGTH(absurd); i++) {
        MUST_REFUSE(lib.calloc(1, absurd[i]), absurd[i]);
        MUST_REFUSE(lib.calloc(absurd[i], 1), absurd[i]);
    }
}
END_TEST

/* A product that wraps round looks small: programs have been broken into by
 * that. */
START_TEST(calloc_refuses_overflow)
{
    size_t half = SIZE_MAX / 2 + 1; /* half * 2 is 0 */
    MUST_REFUSE(lib.calloc(half, 2), half);
    MUST_REFUSE(lib.calloc(2, half), half);
    MUST_REFUSE(lib.calloc(half + 8, 2), half + 8);
    MUST_REFUSE(lib.calloc(SIZE_MAX, SIZE_MAX), SIZE_MAX);
}
END_TEST

START_TEST(realloc_refuses_absurd_sizes)
{
    char *payload = must_malloc(100);
    paint(payload, 100, 1);
    for (size_t i = 0; i < LENGTH(absurd); i++) {
        MUST_REFUSE(lib.realloc(NULL, absurd[i]), absurd[i]);
        MUST_REFUSE(lib.realloc(payload, absurd[i]), absurd[i]);
        ck_assert_msg(is_painted(payload, 100, 1),
                      "a failed realloc() loses the old contents");
    }
    ck_assert_msg(lib.realloc(payload, 200) != NULL,
                  "realloc() to 200 fails after one that had to");
}
END_TEST

START_TEST(reallocarray_refuses_overflow)
{
    size_t half = SIZE_MAX / 2 + 1;
    char *payload = must_malloc(100);
    paint(payload, 100, 1);
    MUST_REFUSE(lib.reallocarray(payload, half, 2), half);
    MUST_REFUSE(lib.reallocarray(payload, 2, half), half);
    MUST_REFUSE(lib.reallocarray(NULL, half + 8, 2), half + 8);
    MUST_REFUSE(lib.reallocarray(payload, 1, PTRDIFF_MAX), half - 1);
    ck_assert_msg(is_painted(payload, 100, 1),
                  "a failed reallocarray() loses the old contents");
    lib.free(payload);
}
END_TEST

START_TEST(aligned_calls_refuse_absurd_sizes)
{
    for (size_t i = 0; i < LENGTH(absurd); i++) {
        for (size_t alignment = 8; alignment <= MiB; alignment *= 8) {
            MUST_REFUSE(lib.memalign(alignment, absurd[i]), absurd[i]);
            MUST_REFUSE(lib.aligned_alloc(alignment, absurd[i]), absurd[i]);
        }
    }
}
END_TEST

START_TEST(posix_memalign_refuses_absurd_sizes)
{
    for (size_t i = 0; i < LENGTH(absurd); i++) {
        void *const untouched = &seed;
        void *payload = untouched;
        int error = lib.posix_memalign(&payload, 64, absurd[i]);
        ck_assert_msg(error == ENOMEM, "size %#zx: it is %d", absurd[i],
                      error);
        ck_assert_msg(payload == untouched,
                      "size %#zx: it fails and sets the pointer", absurd[i]);
    }
}
END_TEST

/* It returns the error, and programs look at errno for something else. */
START_TEST(posix_memalign_leaves_errno_alone)
{
    void *payload;
    errno = E2BIG;
    ck_assert_msg(lib.posix_memalign(&payload, 24, 100) == EINVAL,
                  "24 is no alignment");
    ck_assert_msg(errno == E2BIG, "a bad alignment sets errno to %d", errno);
    ck_assert_msg(lib.posix_memalign(&payload, 64, PTRDIFF_MAX) == ENOMEM,
                  "there is no such memory");
    ck_assert_msg(errno == E2BIG, "too large a size sets errno to %d", errno);
}
END_TEST

START_TEST(valloc_and_pvalloc_refuse_absurd_sizes)
{
    for (size_t i = 0; i < LENGTH(absurd); i++) {
        MUST_REFUSE(lib.valloc(absurd[i]), absurd[i]);
        MUST_REFUSE(lib.pvalloc(absurd[i]), absurd[i]);
    }
}
END_TEST

/* Above SIZE_MAX / 2 + 1 there is no power of two left to round up to. */
START_TEST(memalign_refuses_absurd_alignments)
{
    static const size_t alignments[] = {SIZE_MAX / 4 + 1, SIZE_MAX / 2 + 1,
                                        SIZE_MAX / 2 + 2, SIZE_MAX};
    for (size_t i = 0; i < LENGTH(alignments); i++) {
        errno = 0;
        void *payload = lib.memalign(alignments[i], 100);
        ck_assert_msg(payload == NULL, "memalign(%#zx, 100) is granted",
                      alignments[i]);
        ck_assert_msg(errno == ENOMEM || errno == EINVAL,
                      "memalign(%#zx, 100) sets errno to %d", alignments[i],
                      errno);
    }
}
END_TEST

/* Programs free on their way out of an error, and look at errno afterwards. */
START_TEST(free_keeps_errno)
{
    static const size_t sizes[] = {0, 100, 5000, 200 * KiB, 64 * MiB};

    for (size_t i = 0; i < LENGTH(sizes); i++) {
        char *payload = must_malloc(sizes[i]);
        errno = E2BIG;
        lib.free(payload);
        ck_assert_msg(errno == E2BIG, "free() of %zu bytes sets errno to %d",
                      sizes[i], errno);
    }
    errno = E2BIG;
    lib.free(NULL);
    ck_assert_msg(errno == E2BIG, "free(NULL) sets errno to %d", errno);
}
END_TEST

/* Pages that are locked in memory cannot be discarded: the system says so, and
 * free() must not pass it on. */
static void *free_locked_memory(void *unused)
{
    char *payload[40];
    int error = 0;

    for (size_t i = 0; i < LENGTH(payload); i++)
        payload[i] = must_malloc(100 * KiB);
    for (size_t i = LENGTH(payload); i-- > 0 && error == 0;) {
        errno = E2BIG;
        lib.free(payload[i]);
        error = errno != E2BIG ? errno : 0;
    }
    ck_assert_msg(error == 0, "free() sets errno to %d", error);
    return unused;
}

START_TEST(free_keeps_errno_when_the_system_refuses)
{
    pthread_t thread;
    must_malloc(1);
    if (mlockall(MCL_FUTURE) != 0)
        return; /* not allowed here */
    free_locked_memory(NULL);
    pthread_create(&thread, NULL, free_locked_memory, NULL);
    pthread_join(thread, NULL);
}
END_TEST

/* What the calls returned while there was no memory. Check itself may need
 * some, so nothing is asserted before the limit is lifted. */
struct drought {
    size_t granted; /* 64 KiB payloads before the first NULL */
    int error;      /* errno then */
    bool refused;   /* the other functions fail as well */
};

/* A list of payloads, so that they can be held without memory of our own. */
struct link {
    struct link *next;
    unsigned char bytes[64 * KiB - sizeof(struct link *)];
};

/* Allocate until the answer is NULL. */
static struct link *hoard(struct drought *drought)
{
    enum { ENOUGH = 8192 }; /* 512 MiB: the limit is not kept at all */
    struct link *list = NULL;

    errno = 0;
    while (drought->granted < ENOUGH) {
        struct link *link = lib.malloc(sizeof(*link));
        if (link == NULL)
            break;
        paint(link->bytes, 1000, (unsigned)drought->granted++);
        link->next = list;
        list = link;
    }
    drought->error = errno;
    return list;
}

/* When nothing is left, do the other functions fail too? */
static bool all_refused(struct link *list)
{
    void *out;
    return lib.calloc(16, MiB) == NULL && lib.memalign(64, 16 * MiB) == NULL &&
           lib.posix_memalign(&out, 64, 16 * MiB) == ENOMEM &&
           lib.realloc(list, 16 * MiB) == NULL;
}

/* Grow until the system gives no more, look at the answers, go on. */
static void assert_survives(int resource)
{
    struct drought drought = {0};
    struct rlimit limit, none;
    char *before = must_malloc(1000);
    paint(before, 1000, 99);

    getrlimit(resource, &limit);
    none = limit;
    none.rlim_cur = 1; /* byte; 0 would be no limit to Linux */
    setrlimit(resource, &none);
    struct link *list = hoard(&drought);
    drought.refused = all_refused(list);
    setrlimit(resource, &limit);

    ck_assert_msg(list == NULL || drought.error == ENOMEM,
                  "malloc() fails with errno %d, or never", drought.error);
    ck_assert_msg(drought.refused, "another function does not fail");
    ck_assert_msg(is_painted(before, 1000, 99), "old contents are lost");
    for (size_t i = drought.granted; i-- > 0; list = list->next)
        ck_assert_msg(is_painted(list->bytes, 1000, (unsigned)i),
                      "the contents of payload %zu are lost", i);
    for (int i = 0; i < 10; i++)
        paint(must_malloc(MiB), MiB, 1);
    ck_assert_msg(!lib.inspectable || lib.malloc_check() == NULL,
                  "afterwards: %s", lib.malloc_check());
}

START_TEST(survives_the_end_of_the_address_space)
{
    assert_survives(RLIMIT_AS);
}
END_TEST

START_TEST(survives_the_end_of_the_data_segment)
{
    assert_survives(RLIMIT_DATA);
}
END_TEST

/* Take all mappings that a process may have (65530 by default). Two that lie
 * side by side must differ, or else they would become one. Returns false if
 * there is no end of them. */
static bool take_all_mappings(void)
{
    enum { ENOUGH = 200000 };
    int rights[] = {PROT_NONE, PROT_READ};

    for (int i = 0; i < ENOUGH; i++)
        if (mmap(NULL, 4096, rights[i % 2], MAP_PRIVATE | MAP_ANONYMOUS, -1,
                 0) == MAP_FAILED)
            return true;
    return false;
}

static void *allocate_and_free(void *answer)
{
    static const size_t sizes[] = {100, 5000, 200 * KiB, MiB, 40 * MiB};
    *(int *)answer = 0;
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        errno = 0;
        char *payload = lib.malloc(sizes[i]);
        if (payload == NULL && errno != ENOMEM)
            *(int *)answer = errno;
        if (payload != NULL)
            paint(payload, sizes[i] < MiB ? sizes[i] : MiB, 1);
        lib.free(payload);
    }
    return NULL;
}

/* The system then also refuses to take some memory back, because that takes one
 * mapping more if it comes from the middle of another. */
START_TEST(survives_the_end_of_the_mappings)
{
    pthread_t thread;
    static int answer, answer_of_thread;
    static char stack[MiB] __attribute__((aligned(16)));
    char *payload[20];
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, sizeof(stack));
    for (size_t i = 0; i < LENGTH(payload); i++)
        payload[i] = must_malloc(i % 2 == 0 ? MiB : 100 * KiB);
    if (!take_all_mappings())
        return;
    for (size_t i = 0; i < LENGTH(payload); i++)
        lib.free(payload[i]);
    allocate_and_free(&answer);
    bool begun = pthread_create(&thread, &attributes, allocate_and_free,
                                &answer_of_thread) == 0;
    if (begun)
        pthread_join(thread, NULL);
    ck_assert_msg(answer == 0 && answer_of_thread == 0,
                  "malloc() fails with errno %d, and %d in a thread", answer,
                  answer_of_thread);
    ck_assert_msg(!lib.inspectable || lib.malloc_check() == NULL,
                  "afterwards: %s", lib.malloc_check());
}
END_TEST

static void *survive(void *resource)
{
    assert_survives((int)(intptr_t)resource);
    return NULL;
}

/* A thread may have memory of its own, which also comes to an end. */
static void assert_thread_survives(int resource)
{
    pthread_t thread;
    must_malloc(1000);
    pthread_create(&thread, NULL, survive, (void *)(intptr_t)resource);
    pthread_join(thread, NULL);
}

START_TEST(threads_survive_the_end_of_the_address_space)
{
    assert_thread_survives(RLIMIT_AS);
}
END_TEST

START_TEST(threads_survive_the_end_of_the_data_segment)
{
    assert_thread_survives(RLIMIT_DATA);
}
END_TEST

void add_errors(TCase *group)
{
    tcase_add_test(group, malloc_refuses_absurd_sizes);
    tcase_add_test(group, calloc_refuses_absurd_sizes);
    tcase_add_test(group, calloc_refuses_overflow);
    tcase_add_test(group, realloc_refuses_absurd_sizes);
    tcase_add_test(group, reallocarray_refuses_overflow);
    tcase_add_test(group, aligned_calls_refuse_absurd_sizes);
    tcase_add_test(group, posix_memalign_refuses_absurd_sizes);
    tcase_add_test(group, posix_memalign_leaves_errno_alone);
    tcase_add_test(group, valloc_and_pvalloc_refuse_absurd_sizes);
    tcase_add_test(group, memalign_refuses_absurd_alignments);
    tcase_add_test(group, free_keeps_errno);
    tcase_add_test(group, free_keeps_errno_when_the_system_refuses);
    tcase_add_test(group, survives_the_end_of_the_address_space);
    tcase_add_test(group, survives_the_end_of_the_data_segment);
    tcase_add_test(group, survives_the_end_of_the_mappings);
    tcase_add_test(group, threads_survive_the_end_of_the_address_space);
    tcase_add_test(group, threads_survive_the_end_of_the_data_segment);
}
