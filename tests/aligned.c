/* aligned.c - memalign and its relatives
 *
 * Six functions allocate at a multiple of something. Their payloads are
 * payloads like any other: free, realloc and malloc_usable_size take them.
 */
#include "suite.h"

#include <errno.h>
#include <unistd.h>

/* Is the payload there, aligned, and as long as asked for? If so, paint it. */
static void assert_aligned(void *payload, size_t alignment, size_t size,
                           const char *function)
{
    ck_assert_msg(payload != NULL, "%s of %zu at a multiple of %zu failed",
                  function, size, alignment);
    ck_assert_msg((uintptr_t)payload % alignment == 0,
                  "%s of %zu at a multiple of %zu is at %p", function, size,
                  alignment, payload);
    size_t usable = lib.malloc_usable_size(payload);
    ck_assert_msg(usable >= size, "%s of %zu has %zu usable bytes", function,
                  size, usable);
    paint(payload, usable, (unsigned)size);
}

/* In bytes; each is asked for at every alignment. */
static const size_t sizes[] = {1, 24, 100, 1000, 4096, 5000, 65536};

START_TEST(memalign_aligns)
{
    for (size_t alignment = 1; alignment <= MiB; alignment *= 2)
        for (size_t i = 0; i < LENGTH(sizes); i++)
            assert_aligned(lib.memalign(alignment, sizes[i]), alignment,
                           sizes[i], "memalign");
}
END_TEST

/* The alignment is kept for 0 bytes too, though nothing can be stored there. */
START_TEST(memalign_aligns_even_nothing)
{
    for (size_t alignment = 1; alignment <= MiB; alignment *= 2)
        assert_aligned(lib.memalign(alignment, 0), alignment, 0, "memalign");
}
END_TEST

START_TEST(aligned_alloc_aligns)
{
    for (size_t alignment = 8; alignment <= MiB; alignment *= 2)
        for (size_t i = 0; i < LENGTH(sizes); i++)
            assert_aligned(lib.aligned_alloc(alignment, sizes[i]), alignment,
                           sizes[i], "aligned_alloc");
}
END_TEST

START_TEST(posix_memalign_aligns)
{
    for (size_t alignment = 8; alignment <= MiB; alignment *= 2) {
        for (size_t i = 0; i < LENGTH(sizes); i++) {
            void *payload = NULL;
            int error = lib.posix_memalign(&payload, alignment, sizes[i]);
            ck_assert_msg(error == 0, "posix_memalign is %d", error);
            assert_aligned(payload, alignment, sizes[i], "posix_memalign");
        }
    }
}
END_TEST

START_TEST(valloc_aligns_to_a_page)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < LENGTH(sizes); i++)
        assert_aligned(lib.valloc(sizes[i]), page, sizes[i], "valloc");
}
END_TEST

START_TEST(pvalloc_gives_whole_pages)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        size_t whole = (sizes[i] + page - 1) / page * page;
        assert_aligned(lib.pvalloc(sizes[i]), page, whole, "pvalloc");
    }
}
END_TEST

START_TEST(aligned_payloads_do_not_overlap)
{
    enum { COUNT = 200 };
    char *payload[COUNT];
    size_t usable[COUNT];

    for (unsigned i = 0; i < COUNT; i++) {
        payload[i] = i % 3 == 0 ? must_malloc(i)
                                : lib.memalign((size_t)16 << i % 10, i * 9);
        ck_assert_msg(payload[i] != NULL, "memalign failed");
        usable[i] = lib.malloc_usable_size(payload[i]);
        paint(payload[i], usable[i], i);
    }
    for (unsigned i = 0; i < COUNT; i++)
        ck_assert_msg(is_painted(payload[i], usable[i], i),
                      "payload %u was overwritten by another", i);
}
END_TEST

/* Free in another order than they were allocated in, and use the holes
 * again. */
START_TEST(aligned_payloads_can_be_freed)
{
    void *payload[100];

    for (int round = 0; round < 10; round++) {
        for (size_t i = 0; i < LENGTH(payload); i++) {
            size_t alignment = (size_t)16 << (i + round) % 12;
            payload[i] = lib.memalign(alignment, 1 + i * 50);
            assert_aligned(payload[i], alignment, 1 + i * 50, "memalign");
        }
        for (size_t i = 0; i < LENGTH(payload); i++)
            lib.free(payload[i * 37 % LENGTH(payload)]);
    }
}
END_TEST

START_TEST(aligned_payloads_can_be_resized)
{
    for (size_t alignment = 8; alignment <= MiB; alignment *= 2) {
        char *payload = lib.memalign(alignment, 1000);
        assert_aligned(payload, alignment, 1000, "memalign");
        payload = lib.realloc(payload, 30000);
        ck_assert_msg(payload != NULL && is_painted(payload, 1000, 1000),
                      "growing a payload of memalign(%zu) loses contents",
                      alignment);
        payload = lib.realloc(payload, 500);
        ck_assert_msg(payload != NULL && is_painted(payload, 500, 1000),
                      "shrinking a payload of memalign(%zu) loses contents",
                      alignment);
        lib.free(payload);
    }
}
END_TEST

/* These are no powers of two: they are rounded up to the next one. */
static const size_t odd[] = {0, 3, 17, 24, 100, 4095, 4097, 65537};

static size_t next_power_of_two(size_t n)
{
    size_t power = 1;
    while (power < n)
        power *= 2;
    return power;
}

START_TEST(memalign_rounds_odd_alignments_up)
{
    for (size_t i = 0; i < LENGTH(odd); i++)
        assert_aligned(lib.memalign(odd[i], 100), next_power_of_two(odd[i]),
                       100, "memalign");
}
END_TEST

START_TEST(aligned_alloc_rounds_odd_alignments_up)
{
    for (size_t i = 0; i < LENGTH(odd); i++)
        assert_aligned(lib.aligned_alloc(odd[i], 100),
                       next_power_of_two(odd[i]), 100, "aligned_alloc");
}
END_TEST

/* It must be a power of two and a multiple of sizeof(void *). */
START_TEST(posix_memalign_refuses_bad_alignments)
{
    static const size_t bad[] = {0, 1, 2, 3, 4, 24, 100, SIZE_MAX};

    for (size_t i = 0; i < LENGTH(bad); i++) {
        void *const untouched = &seed;
        void *payload = untouched;
        int error = lib.posix_memalign(&payload, bad[i], 100);
        ck_assert_msg(error == EINVAL, "posix_memalign(%zu) is %d", bad[i],
                      error);
        ck_assert_msg(payload == untouched,
                      "posix_memalign(%zu) fails and sets the pointer",
                      bad[i]);
    }
}
END_TEST

void add_aligned(TCase *group)
{
    tcase_add_test(group, memalign_aligns);
    tcase_add_test(group, memalign_aligns_even_nothing);
    tcase_add_test(group, aligned_alloc_aligns);
    tcase_add_test(group, posix_memalign_aligns);
    tcase_add_test(group, valloc_aligns_to_a_page);
    tcase_add_test(group, pvalloc_gives_whole_pages);
    tcase_add_test(group, aligned_payloads_do_not_overlap);
    tcase_add_test(group, aligned_payloads_can_be_freed);
    tcase_add_test(group, aligned_payloads_can_be_resized);
    tcase_add_test(group, memalign_rounds_odd_alignments_up);
    tcase_add_test(group, aligned_alloc_rounds_odd_alignments_up);
    tcase_add_test(group, posix_memalign_refuses_bad_alignments);
}
