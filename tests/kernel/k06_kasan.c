/* k06_kasan.c - the quarantine, and what a report says of whose bug it is
 */
#include "kasan_bugs.h"
#include "kasan_reports.h"

#include "quarantine.h"
#include "slab.h"

/* ---- bugs of a module ---- */

static const struct {
    void (*bug)(void);
    const char *words[9]; /* they stand in the report, in this order; NULL */
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
    must_say(report_of(bugs[_i].bug), bugs[_i].words);
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

void add_k06(Suite *suite)
{
    TCase *planted = tcase_create("kasan");
    tcase_add_loop_test(planted, a_planted_bug_is_found, 0, LENGTH(bugs));
    tcase_add_test(planted, a_freed_object_waits_for_its_turn);
    tcase_set_timeout(planted, 20);
    suite_add_tcase(suite, planted);
}
