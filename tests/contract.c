/* contract.c - what every malloc owes to every program
 *
 * These cases hold for each chapter from the first on, for the system's malloc
 * and for anybody's: an allocator that fails one of them is not a malloc.
 */
#include "suite.h"

#include <stdalign.h>
#include <string.h>

/* If a name is missing, a program gets the C library's function for it, and
 * with it payloads that our free() does not know. */
START_TEST(exports_whole_family)
{
    ck_assert_msg(lib.missing[0] == '\0', "missing:%s", lib.missing);
}
END_TEST

static void assert_alignment(size_t size, size_t alignment)
{
    void *payload = must_malloc(size);
    ck_assert_msg((uintptr_t)payload % alignment == 0,
                  "malloc(%zu) is at %p, no multiple of %zu", size, payload,
                  alignment);
}

START_TEST(payloads_are_aligned)
{
    for (size_t size = 0; size <= 2000; size++)
        assert_alignment(size, least_alignment(size));
    for (size_t size = 4 * KiB; size <= 64 * MiB; size *= 4)
        assert_alignment(size + 1, least_alignment(size));
}
END_TEST

/* C asks only that any type that fits into a payload can be stored there. glibc
 * and all chapters align every payload for any type. */
START_TEST(small_payloads_are_aligned_for_any_type)
{
    for (size_t size = 0; size < alignof(max_align_t); size++) {
        assert_alignment(size, alignof(max_align_t));
        assert_alignment(size, alignof(max_align_t));
    }
}
END_TEST

/* C allows NULL too, but many programs take NULL for a failure. */
START_TEST(zero_size_is_unique)
{
    char *payload[100];
    for (size_t i = 0; i < LENGTH(payload); i++) {
        payload[i] = must_malloc(0);
        for (size_t j = 0; j < i; j++)
            ck_assert_msg(payload[i] != payload[j], "malloc(0) twice at %p",
                          (void *)payload[i]);
    }
    for (size_t i = 0; i < LENGTH(payload); i++)
        lib.free(payload[i]);
}
END_TEST

START_TEST(usable_size_is_at_least_the_request)
{
    for (size_t size = 0; size <= 4096; size += size < 64 ? 1 : 61) {
        size_t usable = lib.malloc_usable_size(must_malloc(size));
        ck_assert_msg(usable >= size, "malloc(%zu) has %zu usable bytes",
                      size, usable);
    }
    ck_assert_msg(lib.malloc_usable_size(NULL) == 0,
                  "malloc_usable_size(NULL) is not 0");
}
END_TEST

/* Programs write to all bytes that malloc_usable_size() promises. */
START_TEST(usable_bytes_do_not_overlap)
{
    enum { COUNT = 500 };
    void *payload[COUNT];
    size_t usable[COUNT];

    for (unsigned i = 0; i < COUNT; i++) {
        payload[i] = must_malloc(i * 7 % 300);
        usable[i] = lib.malloc_usable_size(payload[i]);
        paint(payload[i], usable[i], i);
    }
    for (unsigned i = 0; i < COUNT; i++)
        ck_assert_msg(is_painted(payload[i], usable[i], i),
                      "payload %u was overwritten by another", i);
    for (unsigned i = 0; i < COUNT; i++)
        lib.free(payload[i]);
}
END_TEST

START_TEST(big_payloads_are_whole)
{
    for (size_t size = MiB; size <= 16 * MiB; size *= 4) {
        char *payload = must_malloc(size);
        paint(payload, size, 1);
        ck_assert_msg(is_painted(payload, size, 1),
                      "malloc(%zu) does not keep its contents", size);
        lib.free(payload);
    }
}
END_TEST

/* All pages of 64 MiB would take longer than the rest of the group. Such a
 * payload is a mapping, or one chunk, like one of 16 MiB, all of which is looked
 * at above. What is left to be wrong is where it ends. */
START_TEST(a_huge_payload_is_there_at_both_ends)
{
    char *payload = must_malloc(64 * MiB);
    char *last = payload + 63 * MiB;
    paint(payload, MiB, 1);
    paint(last, MiB, 2);
    ck_assert_msg(is_painted(payload, MiB, 1) && is_painted(last, MiB, 2),
                  "malloc(64 MiB) does not keep its contents");
    lib.free(payload);
}
END_TEST

START_TEST(free_of_null_does_nothing)
{
    lib.free(NULL);
    lib.free(must_malloc(1));
    lib.free(NULL);
}
END_TEST

static void assert_zero(const char *payload, size_t size)
{
    size_t zeroes = 0;
    while (zeroes < size && payload[zeroes] == 0)
        zeroes++;
    ck_assert_msg(zeroes == size, "byte %zu of %zu from calloc() is not 0",
                  zeroes, size);
}

/* Fresh memory from the system is zero anyway, so first dirty some and free
 * it. */
START_TEST(calloc_zeroes_used_memory)
{
    static const size_t sizes[] = {1, 24, 100, 1000, 5000, 100000, 300000};

    for (size_t i = 0; i < LENGTH(sizes); i++) {
        char *dirty = must_malloc(sizes[i]);
        memset(dirty, 0xff, lib.malloc_usable_size(dirty));
        lib.free(dirty);
    }
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        char *clean = lib.calloc(sizes[i], 1);
        ck_assert_msg(clean != NULL, "calloc(%zu, 1) failed", sizes[i]);
        assert_zero(clean, sizes[i]);
    }
}
END_TEST

/* The program may also use what a payload has beyond the request, once it has
 * called malloc_usable_size(). The dirty chunks here are longer than what is
 * asked for. */
START_TEST(calloc_zeroes_all_usable_bytes)
{
    enum { COUNT = 60 };
    char *dirty[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        dirty[i] = must_malloc(16 + i * i * 97);
        memset(dirty[i], 0xff, lib.malloc_usable_size(dirty[i]));
    }
    for (size_t i = 0; i < COUNT; i++)
        lib.free(dirty[i]);
    for (size_t i = 0; i < COUNT; i++) {
        char *clean = lib.calloc(1, 10 + i * i * 97);
        ck_assert_msg(clean != NULL, "calloc() failed");
        assert_zero(clean, lib.malloc_usable_size(clean));
    }
}
END_TEST

START_TEST(calloc_of_nothing_is_not_null)
{
    ck_assert_msg(lib.calloc(0, 8) != NULL, "calloc(0, 8) is NULL");
    ck_assert_msg(lib.calloc(8, 0) != NULL, "calloc(8, 0) is NULL");
}
END_TEST

/* Resize one payload again and again; what both sizes have in common must
 * stay. */
static void assert_realloc_keeps(const size_t *sizes, size_t count)
{
    size_t old = 0;
    char *payload = NULL;

    for (unsigned i = 0; i < count; i++) {
        payload = lib.realloc(payload, sizes[i]);
        ck_assert_msg(payload != NULL, "realloc() to %zu failed", sizes[i]);
        size_t kept = old < sizes[i] ? old : sizes[i];
        ck_assert_msg(i == 0 || is_painted(payload, kept, i - 1),
                      "realloc() from %zu to %zu loses contents", old,
                      sizes[i]);
        paint(payload, sizes[i], i);
        old = sizes[i];
    }
}

START_TEST(realloc_keeps_contents_when_growing)
{
    static const size_t sizes[] = {1,    24,    25,     40,     100,
                                   1000, 1008,  4096,   5000,   70000,
                                   70001, 140000, 300000, 2 << 20, 8 << 20};
    assert_realloc_keeps(sizes, LENGTH(sizes));
}
END_TEST

START_TEST(realloc_keeps_contents_when_shrinking)
{
    static const size_t sizes[] = {8 << 20, 2 << 20, 300000, 140000, 70000,
                                   5000,    4096,    1000,   100,    40,
                                   25,      24,      1};
    assert_realloc_keeps(sizes, LENGTH(sizes));
}
END_TEST

/* Whether it grows in place or moves, others live next to it. */
START_TEST(realloc_keeps_contents_between_neighbours)
{
    char *before = must_malloc(100);
    char *payload = must_malloc(100);
    char *after = must_malloc(100);
    paint(before, 100, 1);
    paint(after, 100, 3);

    for (size_t size = 100; size < 20000; size += 700) {
        paint(payload, size, 2);
        payload = lib.realloc(payload, size + 700);
        ck_assert_msg(payload != NULL && is_painted(payload, size, 2),
                      "realloc() to %zu loses contents", size + 700);
        paint(payload, size + 700, 2);
    }
    ck_assert_msg(is_painted(before, 100, 1) && is_painted(after, 100, 3),
                  "realloc() writes over a neighbour");
}
END_TEST

START_TEST(realloc_of_null_allocates)
{
    char *payload = lib.realloc(NULL, 1000);
    ck_assert_msg(payload != NULL, "realloc(NULL, 1000) failed");
    paint(payload, 1000, 1);
    ck_assert_msg(lib.realloc(NULL, 0) != NULL, "realloc(NULL, 0) is NULL");
    ck_assert_msg(is_painted(payload, 1000, 1), "contents are lost");
    lib.free(payload);
}
END_TEST

/* A program that uses all that it may use must not be given more and more. */
START_TEST(realloc_to_the_usable_size_changes_nothing)
{
    static const size_t sizes[] = {1, 100, 5000, 100000, MiB, 2 * MiB + 1};

    for (size_t i = 0; i < LENGTH(sizes); i++) {
        char *payload = must_malloc(sizes[i]);
        size_t usable = lib.malloc_usable_size(payload);
        for (int round = 0; round < 20; round++) {
            payload = lib.realloc(payload, lib.malloc_usable_size(payload));
            ck_assert_msg(payload != NULL, "realloc() fails");
        }
        ck_assert_msg(lib.malloc_usable_size(payload) == usable,
                      "of malloc(%zu), %zu bytes could be used; now %zu can",
                      sizes[i], usable, lib.malloc_usable_size(payload));
        paint(payload, usable, 1);
    }
}
END_TEST

/* As in glibc: the payload is freed, and there is none in its place. */
START_TEST(realloc_to_zero_returns_null)
{
    ck_assert_msg(lib.realloc(must_malloc(100), 0) == NULL,
                  "realloc(p, 0) is not NULL");
}
END_TEST

START_TEST(reallocarray_multiplies)
{
    char *payload = lib.reallocarray(NULL, 10, 100);
    ck_assert_msg(payload != NULL, "reallocarray(NULL, 10, 100) failed");
    paint(payload, 1000, 1);
    payload = lib.reallocarray(payload, 300, 100);
    ck_assert_msg(payload != NULL && is_painted(payload, 1000, 1),
                  "reallocarray() loses contents");
    ck_assert_msg(lib.malloc_usable_size(payload) >= 30000,
                  "reallocarray(p, 300, 100) gives less than 30000 bytes");
}
END_TEST

START_TEST(reallocarray_to_zero_returns_null)
{
    ck_assert_msg(lib.reallocarray(must_malloc(100), 0, 8) == NULL,
                  "reallocarray(p, 0, 8) is not NULL");
    ck_assert_msg(lib.reallocarray(must_malloc(100), 8, 0) == NULL,
                  "reallocarray(p, 8, 0) is not NULL");
}
END_TEST

/* Each function of the family can be asked for 0 bytes, and what it then
 * returns can be freed or made longer. */
START_TEST(nothing_can_be_freed_and_resized)
{
    for (int i = 0; i < 100; i++) {
        void *nothing[] = {
            lib.malloc(0),
            lib.calloc(0, 0),
            lib.realloc(NULL, 0),
            lib.reallocarray(NULL, 0, 0),
            lib.memalign(64, 0),
            lib.aligned_alloc(64, 0),
            lib.valloc(0),
            lib.pvalloc(0),
            &seed,
        };
        void **last = &nothing[LENGTH(nothing) - 1];
        ck_assert_msg(lib.posix_memalign(last, 64, 0) == 0,
                      "posix_memalign() of 0 bytes fails");
        for (size_t j = 0; j < LENGTH(nothing); j++) {
            for (size_t k = 0; k < j; k++)
                ck_assert_msg(nothing[j] == NULL || nothing[j] != nothing[k],
                              "functions %zu and %zu both give %p", k, j,
                              nothing[j]);
        }
        for (size_t j = 0; j < LENGTH(nothing); j++) {
            if (i % 2 == 0)
                nothing[j] = lib.realloc(nothing[j], 100);
            ck_assert_msg(i % 2 == 1 || nothing[j] != NULL,
                          "what function %zu gives cannot be made longer", j);
            lib.free(nothing[j]);
        }
    }
}
END_TEST

void add_contract(TCase *group)
{
    tcase_add_test(group, exports_whole_family);
    tcase_add_test(group, payloads_are_aligned);
    tcase_add_test(group, small_payloads_are_aligned_for_any_type);
    tcase_add_test(group, zero_size_is_unique);
    tcase_add_test(group, usable_size_is_at_least_the_request);
    tcase_add_test(group, usable_bytes_do_not_overlap);
    tcase_add_test(group, big_payloads_are_whole);
    tcase_add_test(group, a_huge_payload_is_there_at_both_ends);
    tcase_add_test(group, free_of_null_does_nothing);
    tcase_add_test(group, calloc_zeroes_used_memory);
    tcase_add_test(group, calloc_zeroes_all_usable_bytes);
    tcase_add_test(group, calloc_of_nothing_is_not_null);
    tcase_add_test(group, realloc_keeps_contents_when_growing);
    tcase_add_test(group, realloc_keeps_contents_when_shrinking);
    tcase_add_test(group, realloc_keeps_contents_between_neighbours);
    tcase_add_test(group, realloc_of_null_allocates);
    tcase_add_test(group, realloc_to_the_usable_size_changes_nothing);
    tcase_add_test(group, realloc_to_zero_returns_null);
    tcase_add_test(group, reallocarray_multiplies);
    tcase_add_test(group, reallocarray_to_zero_returns_null);
    tcase_add_test(group, nothing_can_be_freed_and_resized);
}
