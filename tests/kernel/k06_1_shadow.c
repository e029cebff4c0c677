/* k06_1_shadow.c - the checks of the kernel's accesses
 *
 * That nothing is reported where nothing is wrong is shown by the cases of all
 * stages before: they run on a kernel whose accesses are checked.
 */
#include "kasan_bugs.h"
#include "kasan_reports.h"

#include "buddy.h"
#include "init.h"
#include "object.h"
#include "slab.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- bugs of a module ---- */

/* Where the report says that the access is made: an address in the function, or
 * from the next stage on, its name. */
static void must_name(const char *said, const char *name, void (*bug)(void))
{
    const char *where = strstr(said, " in ") + 4;

    if (strncmp(where, "0x", 2) == 0) {
        const char *address = (const char *)strtoul(where, NULL, 16);
        long distance = address - (const char *)bug;
        ck_assert_msg(distance > 0 && distance < 512, "not in %s: %s", name,
                      said);
    } else
        ck_assert_msg(strncmp(where, name, strlen(name)) == 0, "%s: %s", name,
                      said);
}

#define BUG(function, ...)                                                     \
    {                                                                          \
        function, #function,                                                   \
        {                                                                      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }

static const struct {
    void (*bug)(void);
    const char *name;
    const char *words[9]; /* they stand in the report, in this order; NULL */
} bugs[] = {
    BUG(page_read_after_free, "BUG: KASAN: use-after-free in ",
        "\nRead of size 1 at addr ", "064\n",
        "belongs to the physical page:\n frame ", ">"),
    BUG(page_write_before_block, "BUG: KASAN: use-after-free in ",
        "\nWrite of size 8 at addr ", "ff8\n"),
    BUG(page_memset_beyond_block, "BUG: KASAN: use-after-free in ",
        "\nWrite of size 8195 at addr "),
    BUG(object_write_beyond, "BUG: KASAN: slab-out-of-bounds in ",
        "\nWrite of size 1 at addr ", "belongs to the cache test of size 100\n",
        "is located 0 bytes to the right of\n allocated 100-byte region [",
        " 04"),
    BUG(object_read_before, "BUG: KASAN: slab-out-of-bounds in ",
        "\nRead of size 1 at addr ",
        "is located 3 bytes to the left of\n allocated 100-byte region ["),
    BUG(object_read_after_free, "BUG: KASAN: slab-use-after-free in ",
        "\nRead of size 4 at addr ",
        "is located 20 bytes inside of\n freed 100-byte region ["),
    BUG(kmalloc_write_beyond_request, "BUG: KASAN: slab-out-of-bounds in ",
        "\nWrite of size 1 at addr ",
        "belongs to the cache kmalloc-128 of size 128\n",
        "is located 0 bytes to the right of\n allocated 115-byte region [",
        " 03"),
    BUG(kmalloc_large_write_beyond_request,
        "BUG: KASAN: slab-out-of-bounds in ", "\nWrite of size 4 at addr ",
        "belongs to the physical page:\n frame ", " fe fe fe"),
    BUG(kmalloc_memmove_of_negative_size, "BUG: KASAN: out-of-bounds in ",
        "\nRead of size 18446744073709551614 at addr ",
        "belongs to the cache kmalloc-64 of size 64\n"),
    BUG(krealloc_read_of_the_old_one, "BUG: KASAN: slab-use-after-free in ",
        "is located 0 bytes inside of\n freed 128-byte region ["),
    BUG(krealloc_write_beyond_smaller_request,
        "BUG: KASAN: slab-out-of-bounds in ",
        "belongs to the cache kmalloc-256 of size 256\n",
        "is located 0 bytes to the right of\n allocated 60-byte region ["),
    BUG(vmalloc_read_beyond_request, "BUG: KASAN: vmalloc-out-of-bounds in ",
        " 05 f8 f8"),
    BUG(vmalloc_read_after_free, "BUG: KASAN: vmalloc-out-of-bounds in ",
        " f8 f8 f8"),
};

START_TEST(a_bad_access_is_reported)
{
    must_start_with_redzones();
    const char *said = report_of(bugs[_i].bug);
    must_say(said, bugs[_i].words);
    must_name(said, bugs[_i].name, bugs[_i].bug);
}
END_TEST

/* ---- which accesses are reported ---- */

/* What the compiler calls before an access of so many bytes. */
#define CALLED(size)                                                           \
    void __asan_load##size##_noabort(void *);                                  \
    void __asan_store##size##_noabort(void *)
CALLED(1);
CALLED(2);
CALLED(4);
CALLED(8);
CALLED(16);
void __asan_loadN_noabort(void *, long);
void __asan_storeN_noabort(void *, long);

static void load_3(void *start)
{
    __asan_loadN_noabort(start, 3);
}

static void store_30(void *start)
{
    __asan_storeN_noabort(start, 30);
}

static const struct {
    void (*check)(void *start);
    long size;
} checks[] = {
    {__asan_load1_noabort, 1},
    {__asan_store1_noabort, 1},
    {__asan_load2_noabort, 2},
    {__asan_store2_noabort, 2},
    {__asan_load4_noabort, 4},
    {__asan_store4_noabort, 4},
    {__asan_load8_noabort, 8},
    {__asan_store8_noabort, 8},
    {__asan_load16_noabort, 16},
    {__asan_store16_noabort, 16},
    {load_3, 3},
    {store_30, 30},
};

static bool is_reported(void (*check)(void *), void *start)
{
    int status = 0;

    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        close(STDERR_FILENO);
        check(start);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return !WIFEXITED(status);
}

/* Around both ends of an object of 45 bytes: 5 granules, and 5 bytes. */
START_TEST(an_access_is_reported_if_a_byte_of_it_is_outside)
{
    const long length = 45, size = checks[_i].size;

    must_start_with_redzones();
    struct kmem_cache *cache = kmem_cache_create("test", length, 0, NULL);
    char *object = kmem_cache_alloc(cache, GFP_KERNEL);
    for (long at = -size - 1; at <= length; at++) {
        if (at == 1) /* what lies within is seen at the ends */
            at = length - size - 1;
        bool inside = at >= 0 && at + size <= length;
        ck_assert_msg(is_reported(checks[_i].check, object + at) == !inside,
                      "%ld bytes at %ld of %ld", size, at, length);
    }
}
END_TEST

START_TEST(a_freed_object_stays_as_it_was)
{
    must_start_with_redzones();
    struct kmem_cache *cache = kmem_cache_create("test", 100, 0, NULL);
    void *object = kmem_cache_alloc(cache, GFP_KERNEL);
    paint(object, 100, 7);
    kmem_cache_free(cache, object);
    ck_assert(is_painted(object, 100, 7));
}
END_TEST

/* ---- nothing is reported where nothing is wrong ---- */

enum { KINDS = 6, SLOTS = 500, ROUNDS = 20000 };

static const size_t sizes[KINDS] = {1, 8, 100, 192, 1001, 5000};

static void *take_and_give(void *number)
{
    struct kmem_cache *caches[KINDS];
    struct {
        void *object;
        size_t kind;
    } slots[SLOTS] = {{0}};
    uint64_t state = seed * 1000 + (uintptr_t)number;

    for (int kind = 0; kind < KINDS; kind++)
        caches[kind] = kmem_cache_create("test", sizes[kind], 0, NULL);
    for (unsigned i = 0; i < ROUNDS + SLOTS; i++) {
        size_t slot = i < ROUNDS ? random_below(&state, SLOTS) : i - ROUNDS;
        size_t kind = slots[slot].kind;
        if (slots[slot].object != NULL) {
            ck_assert(is_painted(slots[slot].object, sizes[kind], slot));
            kmem_cache_free(caches[kind], slots[slot].object);
            slots[slot].object = NULL;
        } else if (i < ROUNDS) {
            kind = slots[slot].kind = random_below(&state, KINDS);
            slots[slot].object = kmem_cache_alloc(caches[kind], GFP_ATOMIC);
            if (slots[slot].object != NULL)
                paint(slots[slot].object, sizes[kind], slot);
        }
        if (i % 100 == 0)
            must_be_sound("an operation");
    }
    for (int kind = 0; kind < KINDS; kind++)
        kmem_cache_destroy(caches[kind]);
    return NULL;
}

static void must_have_all_frames(unsigned long free)
{
    kmem_cache_shrink(freelist_cache);
    kmem_cache_shrink(virt_to_page(freelist_cache)->slab_cache);
    must_be_sound("all was freed");
    ck_assert_uint_eq(normal_zone.free_pages, free);
}

START_TEST(objects_with_redzones_come_and_go)
{
    must_start_with_redzones();
    unsigned long free = normal_zone.free_pages;
    take_and_give((void *)(uintptr_t)_i);
    must_have_all_frames(free);
}
END_TEST

START_TEST(threads_use_objects_with_redzones)
{
    pthread_t threads[3];

    must_start_with_redzones();
    unsigned long free = normal_zone.free_pages;
    for (uintptr_t i = 0; i < LENGTH(threads); i++)
        pthread_create(&threads[i], NULL, take_and_give, (void *)i);
    for (size_t i = 0; i < LENGTH(threads); i++)
        pthread_join(threads[i], NULL);
    must_have_all_frames(free);
}
END_TEST

/* What was poisoned goes back to the host. Others may get it from there. */
START_TEST(memory_that_goes_back_is_not_poisoned)
{
    must_start_with_redzones();
    void *frames = direct_map;
    size_t size = max_pfn << PAGE_SHIFT;
    stop_kernel();
    ck_assert_ptr_eq(
        mmap(frames, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        frames);
    __asan_loadN_noabort(frames, (long)size);
}
END_TEST

/* The freelist of the smaller ones lies on the slab, behind what is left over;
 * that of the larger ones lies elsewhere, and 16 bytes are left over. */
static const size_t sizes_with_rest[] = {100, 208};

START_TEST(what_is_left_over_of_a_slab_is_poisoned)
{
    must_start_with_redzones();
    struct kmem_cache *cache =
        kmem_cache_create("test", sizes_with_rest[_i], 0, NULL);
    const struct page *slab = slab_of(kmem_cache_alloc(cache, GFP_KERNEL));
    char *rest = index_to_obj(cache, slab, cache->num);
    char *end = (char *)slab->freelist;

    ck_assert_int_eq(cache->off_slab, _i == 1);
    if (cache->off_slab)
        end = (char *)page_address(slab) + (PAGE_SIZE << cache->gfporder);
    ck_assert_int_ge(end - rest, 16);
    ck_assert(is_reported(__asan_load1_noabort, rest));
    ck_assert(is_reported(__asan_load1_noabort, end - 8));
}
END_TEST

void add_k06_1(Suite *suite)
{
    TCase *planted = tcase_create("kasan");
    tcase_add_loop_test(planted, a_bad_access_is_reported, 0, LENGTH(bugs));
    tcase_add_loop_test(planted,
                        an_access_is_reported_if_a_byte_of_it_is_outside, 0,
                        LENGTH(checks));
    tcase_add_loop_test(planted, what_is_left_over_of_a_slab_is_poisoned, 0, 2);
    tcase_add_test(planted, a_freed_object_stays_as_it_was);
    tcase_add_loop_test(planted, objects_with_redzones_come_and_go, 0, 3);
    tcase_add_test(planted, memory_that_goes_back_is_not_poisoned);
    tcase_set_timeout(planted, 20);
    suite_add_tcase(suite, planted);

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, threads_use_objects_with_redzones);
    tcase_set_timeout(threads, 20);
    suite_add_tcase(suite, threads);
}
