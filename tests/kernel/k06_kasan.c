/* k06_kasan.c - the checks of the kernel's accesses
 *
 * That nothing is reported where nothing is wrong is shown by the cases of all
 * stages before: they run on a kernel whose accesses are checked.
 */
#include "suite.h"

#include "buddy.h"
#include "init.h"
#include "kasan.h"
#include "kasan_bugs.h"
#include "object.h"
#include "quarantine.h"
#include "slab.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAMES = 4096 };

/* Cases of the stages before count objects, slabs and frames. So they run
 * without redzones, which are for the cases in this file. */
__attribute__((constructor)) static void leave_slabs_as_they_were(void)
{
    kasan_redzones = false;
}

static void must_start_with_redzones(void)
{
    kasan_redzones = true;
    must_start(FRAMES);
}

/* ---- bugs of a module ---- */

/* What the kernel says when this is done, in memory that is overwritten the
 * next time. The process that does it must die of abort(). */
static const char *report_of(void (*bug)(void))
{
    static char said[10000];
    FILE *file = tmpfile();
    int status = 0;

    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(fileno(file), STDERR_FILENO);
        bug();
        _exit(0);
    }
    waitpid(child, &status, 0);
    rewind(file);
    said[fread(said, 1, sizeof(said) - 1, file)] = '\0';
    fclose(file);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
                  "it ends with status %d, and says: %s", status, said);
    return said;
}

static const struct {
    void (*bug)(void);
    const char *words[8]; /* they stand in the report, in this order */
} bugs[] = {
    {page_read_after_free,
     {"BUG: KASAN: use-after-free in page_read_after_free+0x",
      "\nRead of size 1 at addr ", "064\n", "Call trace on CPU ",
      "belongs to the physical page:\n frame ", ">"}},
    {page_write_before_block,
     {"BUG: KASAN: use-after-free in page_write_before_block+0x",
      "\nWrite of size 8 at addr ", "ff8\n"}},
    {page_memset_beyond_block,
     {"BUG: KASAN: use-after-free in page_memset_beyond_block+0x",
      "\nWrite of size 8195 at addr "}},
    {global_read_beyond_array,
     {"BUG: KASAN: global-out-of-bounds in global_read_beyond_array+0x",
      "\nRead of size 1 at addr ", "belongs to the variable:\n letters+0xd/0x",
      " 00 05 f9 f9"}},
    {stack_write_beyond_array,
     {"BUG: KASAN: stack-out-of-bounds in stack_write_beyond_array+0x",
      "\nWrite of size 4 at addr "}},
    {copy_of_a_structure_beyond_array,
     {"BUG: KASAN: global-out-of-bounds in copy_of_a_structure_beyond_array+0x",
      "\nRead of size 40 at addr ", "belongs to the variable:\n numbers"}},
    {object_write_beyond,
     {"BUG: KASAN: slab-out-of-bounds in object_write_beyond+0x",
      "\nWrite of size 1 at addr ", "\nAllocated on CPU ",
      "\n kmem_cache_alloc+0x", "\n object_write_beyond+0x",
      "belongs to the cache test of size 100\n",
      "is located 0 bytes to the right of\n allocated 100-byte region [",
      " 04"}},
    {object_read_before,
     {"BUG: KASAN: slab-out-of-bounds in object_read_before+0x",
      "\nRead of size 1 at addr ",
      "is located 3 bytes to the left of\n allocated 100-byte region ["}},
    {object_read_after_free,
     {"BUG: KASAN: slab-use-after-free in object_read_after_free+0x",
      "\nRead of size 4 at addr ", "\nAllocated on CPU ",
      "\n object_read_after_free+0x", "\nFreed on CPU ",
      "\n kmem_cache_free+0x", "\n object_read_after_free+0x",
      "is located 20 bytes inside of\n freed 100-byte region ["}},
    {object_freed_twice,
     {"BUG: KASAN: double-free in kmem_cache_free+0x", "\nFree of addr ",
      "\n object_freed_twice+0x", "\nAllocated on CPU ", "\nFreed on CPU ",
      "\n object_freed_twice+0x", "is located 0 bytes inside of\n freed 100"}},
    {object_freed_within,
     {"BUG: KASAN: invalid-free in kmem_cache_free+0x", "\nFree of addr ",
      "\n object_freed_within+0x", "\nAllocated on CPU ",
      "is located 8 bytes inside of\n allocated 100-byte region ["}},
    {object_read_after_others_were_freed,
     {"BUG: KASAN: slab-use-after-free in "
      "object_read_after_others_were_freed+0x"}},
    {kmalloc_write_beyond_request,
     {"BUG: KASAN: slab-out-of-bounds in kmalloc_write_beyond_request+0x",
      "\nWrite of size 1 at addr ", "\nAllocated on CPU ", "\n kmalloc+0x",
      "\n kmalloc_write_beyond_request+0x",
      "belongs to the cache kmalloc-128 of size 128\n",
      "is located 0 bytes to the right of\n allocated 115-byte region [",
      " 03"}},
    {kmalloc_large_write_beyond_request,
     {"BUG: KASAN: slab-out-of-bounds in kmalloc_large_write_beyond_request+0x",
      "\nWrite of size 4 at addr ", "belongs to the physical page:\n frame ",
      " fe fe fe"}},
    {kmalloc_memmove_of_negative_size,
     {"BUG: KASAN: out-of-bounds in kmalloc_memmove_of_negative_size+0x",
      "\nRead of size 18446744073709551614 at addr ",
      "belongs to the cache kmalloc-64 of size 64\n"}},
    {krealloc_read_of_the_old_one,
     {"BUG: KASAN: slab-use-after-free in krealloc_read_of_the_old_one+0x",
      "\nFreed on CPU ", "\n krealloc+0x",
      "is located 0 bytes inside of\n freed 128-byte region ["}},
    {krealloc_write_beyond_smaller_request,
     {"BUG: KASAN: slab-out-of-bounds in "
      "krealloc_write_beyond_smaller_request+0x",
      "belongs to the cache kmalloc-256 of size 256\n",
      "is located 0 bytes to the right of\n allocated 60-byte region ["}},
    {vmalloc_read_beyond_request,
     {"BUG: KASAN: vmalloc-out-of-bounds in vmalloc_read_beyond_request+0x",
      " 05 f8 f8"}},
    {vmalloc_read_after_free,
     {"BUG: KASAN: vmalloc-out-of-bounds in vmalloc_read_after_free+0x",
      " f8 f8 f8"}},
};

START_TEST(a_planted_bug_is_found)
{
    must_start_with_redzones();
    const char *said = report_of(bugs[_i].bug), *at = said;
    for (int i = 0; i < 8 && bugs[_i].words[i] != NULL; i++) {
        at = strstr(at, bugs[_i].words[i]);
        ck_assert_msg(at != NULL, "\"%s\" is missing in: %s", bugs[_i].words[i],
                      said);
    }
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

/* ---- the quarantine ---- */

START_TEST(a_freed_object_waits_for_its_turn)
{
    must_start_with_redzones();
    struct kmem_cache *cache = kmem_cache_create("test", 1000, 0, NULL);
    unsigned fit = QUARANTINE_SIZE / cache->size, others = 0;
    void *first = kmem_cache_alloc(cache, GFP_KERNEL), *object;
    kmem_cache_free(cache, first);
    while ((object = kmem_cache_alloc(cache, GFP_KERNEL)) != first) {
        kmem_cache_free(cache, object);
        ck_assert_uint_le(++others, fit);
    }
    ck_assert_uint_eq(others, fit);
    must_be_sound("the test");
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

START_TEST(threads_fill_the_quarantine)
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

void add_k06(Suite *suite)
{
    TCase *planted = tcase_create("kasan");
    tcase_add_loop_test(planted, a_planted_bug_is_found, 0, LENGTH(bugs));
    tcase_add_loop_test(planted,
                        an_access_is_reported_if_a_byte_of_it_is_outside, 0,
                        LENGTH(checks));
    tcase_add_loop_test(planted, what_is_left_over_of_a_slab_is_poisoned, 0, 2);
    tcase_add_test(planted, a_freed_object_waits_for_its_turn);
    tcase_add_test(planted, a_freed_object_stays_as_it_was);
    tcase_add_loop_test(planted, objects_with_redzones_come_and_go, 0, 3);
    tcase_add_test(planted, memory_that_goes_back_is_not_poisoned);
    tcase_set_timeout(planted, 20);
    suite_add_tcase(suite, planted);

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, threads_fill_the_quarantine);
    tcase_set_timeout(threads, 20);
    suite_add_tcase(suite, threads);
}
