/* k02_slab.c - the arrays of each CPU in front of the slabs, and slabinfo
 */
#include "slabs.h"

#include "array_cache.h"
#include "init.h"
#include "vmstat.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 4096 };

static struct array_cache *own_array(const struct kmem_cache *cache)
{
    return cache->cpu_cache[smp_processor_id()];
}

void make_arrays_small(struct kmem_cache *cache)
{
    for (int cpu = 0; cpu < NR_CPUS; cpu++)
        cache->cpu_cache[cpu]->limit = cache->cpu_cache[cpu]->batchcount = 1;
    cache->node.shared->limit = 0;
}

void empty_arrays(struct kmem_cache *cache)
{
    struct list_head unused;

    INIT_LIST_HEAD(&unused);
    drain_cpu_caches(cache, &unused);
    slabs_destroy(cache, &unused);
}

/* ---- arrays ---- */

START_TEST(the_last_one_freed_is_the_first_one_taken)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 100, 0);
    void *one = must_take(cache), *two = must_take(cache);
    unsigned active = block_of(virt_to_page(one))->active;
    kmem_cache_free(cache, one);
    kmem_cache_free(cache, two);
    ck_assert_ptr_eq(must_take(cache), two);
    ck_assert_ptr_eq(must_take(cache), one);
    ck_assert_uint_eq(block_of(virt_to_page(one))->active, active);
}
END_TEST

START_TEST(arrays_have_the_limits_of_linux)
{
    static const struct {
        size_t size;
        unsigned limit, batchcount, shared;
    } wanted[] = {
        {256, 120, 60, 8}, {257, 54, 27, 8},  {1024, 54, 27, 8},
        {1025, 24, 12, 8}, {4096, 24, 12, 8}, {4097, 8, 4, 0},
        {131072, 8, 4, 0}, {131073, 1, 1, 0},
    };

    must_start(FRAMES);
    for (size_t i = 0; i < LENGTH(wanted); i++) {
        struct kmem_cache *cache = must_create("test", wanted[i].size, 0);
        ck_assert_uint_eq(cache->limit, wanted[i].limit);
        ck_assert_uint_eq(cache->batchcount, wanted[i].batchcount);
        ck_assert_uint_eq(cache->shared, wanted[i].shared);
        kmem_cache_destroy(cache);
    }
}
END_TEST

START_TEST(objects_move_in_batches)
{
    static void *objects[1000];

    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 100, 0);
    struct array_cache *ac = own_array(cache), *shared = cache->node.shared;
    for (int i = 0; i < 1000; i++)
        objects[i] = must_take(cache);
    ck_assert_uint_eq(ac->avail, 27 * 38 - 1000); /* of 27 slabs */
    kmem_cache_shrink(cache);
    ck_assert_uint_eq(ac->avail, 0);

    for (int i = 0; i < 120; i++)
        kmem_cache_free(cache, objects[i]);
    ck_assert_uint_eq(ac->avail, 120);
    ck_assert_uint_eq(shared->avail, 0);
    kmem_cache_free(cache, objects[120]);
    ck_assert_uint_eq(ac->avail, 61);
    ck_assert_uint_eq(shared->avail, 60);
    ck_assert_ptr_eq(shared->entry[0], objects[0]);
    unsigned long free = cache->node.free_objects;
    for (int i = 121; i < 121 + 60 * 8; i++)
        kmem_cache_free(cache, objects[i]);
    ck_assert_uint_eq(shared->avail, 480);
    ck_assert_uint_eq(cache->node.free_objects, free + 60);
    must_be_sound("batches were moved");
}
END_TEST

static void *take_one(void *cache)
{
    return kmem_cache_alloc(cache, GFP_KERNEL);
}

static void *on_another_cpu(void *(*function)(void *), void *argument)
{
    pthread_t thread;
    void *result;

    pthread_create(&thread, NULL, function, argument);
    pthread_join(thread, &result);
    return result;
}

static void *its_cpu(void *nothing)
{
    (void)nothing;
    return (void *)(intptr_t)smp_processor_id();
}

START_TEST(each_thread_is_a_cpu_as_far_as_there_are_some)
{
    int own = smp_processor_id();
    for (int i = 1; i <= 3 * NR_CPUS; i++)
        ck_assert_int_eq((int)(intptr_t)on_another_cpu(its_cpu, NULL),
                         (own + i) % NR_CPUS);
    ck_assert_int_eq(smp_processor_id(), own);
}
END_TEST

START_TEST(another_cpu_gets_what_is_shared)
{
    void *objects[121];

    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 100, 0);
    for (int i = 0; i < 121; i++)
        objects[i] = must_take(cache);
    kmem_cache_shrink(cache); /* now the array is empty */
    for (int i = 0; i < 121; i++)
        kmem_cache_free(cache, objects[i]);
    unsigned long grown = cache->node.free_objects;
    void *got = on_another_cpu(take_one, cache);
    ck_assert_ptr_eq(got, objects[59]); /* the last of a batch from the first */
    ck_assert_uint_eq(cache->node.free_objects, grown);
    kmem_cache_free(cache, got);
    must_be_sound("an object changed its CPU");
}
END_TEST

/* ---- slabinfo ---- */

static char *slabinfo(void)
{
    static char text[8000];
    FILE *file = fmemopen(text, sizeof(text), "w");

    slabinfo_show(file);
    fclose(file);
    return text;
}

START_TEST(slabinfo_counts_objects_and_slabs)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 256, 0);
    for (int i = 0; i < 100; i++)
        must_take(cache);
    /* To refill the array took a whole slab of 16 each time. */
    char *line = strstr(slabinfo(), "\ntest");
    ck_assert_ptr_nonnull(line);
    line[strcspn(line + 1, "\n") + 1] = '\0';
    ck_assert_str_eq(line + 1,
                     "test                 112    112    256   16    1 "
                     ": tunables  120   60    8 : slabdata      7      7      "
                     "0");
}
END_TEST

/* Linux 6.x has this file, too, in the same version. */
START_TEST(slabinfo_has_the_head_of_the_real_file)
{
    char real[400], *ours;

    must_start(FRAMES);
    ours = slabinfo();
    FILE *file = fopen("/proc/slabinfo", "r");
    for (int i = 0; i < 2; i++) {
        size_t line = strcspn(ours, "\n") + 1;
        if (file != NULL && fgets(real, sizeof(real), file) != NULL)
            ck_assert_msg(strncmp(ours, real, line) == 0, "%s", real);
        ours += line;
    }
    /* The first caches come last. */
    ours = strstr(ours - 1, "\nfreelist ");
    ck_assert_ptr_nonnull(ours);
    ck_assert_ptr_nonnull(strstr(ours, "\nkmem_cache "));
}
END_TEST

START_TEST(slabtop_sorts_by_memory)
{
    char path[] = "/tmp/slabtop-XXXXXX", line[200];

    must_start(FRAMES);
    struct kmem_cache *small = must_create("small", 128, 0);
    struct kmem_cache *large = must_create("large", 3000, 0);
    for (int i = 0; i < 20; i++) {
        must_take(small);
        must_take(large);
    }
    close(mkstemp(path));
    snprintf(line, sizeof(line), "kernel/02-slab/slabtop >%s", path);
    FILE *file = popen(line, "w");
    slabinfo_show(file);
    ck_assert_int_eq(pclose(file), 0);
    file = fopen(path, "r");
    unlink(path);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file)); /* the heading */
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    ck_assert_str_eq(line, "      80      20      20 100%     3000     10"
                           "        2 large\n");
    do
        ck_assert_ptr_nonnull(fgets(line, sizeof(line), file));
    while (strstr(line, " small\n") == NULL);
}
END_TEST

/* ---- the check is checked ---- */

static struct kmem_cache *sick;
static struct page *partial;
static void *object_in_use;

static void too_many_in_an_array(void)
{
    own_array(sick)->avail = 1000;
}

static void an_object_in_two_arrays(void)
{
    struct array_cache *ac = own_array(sick), *other = sick->cpu_cache[5];
    ac->entry[ac->avail++] = object_in_use;
    other->entry[other->avail++] = object_in_use;
}

static void an_object_in_the_slab_and_an_array(void)
{
    struct array_cache *ac = own_array(sick);
    ac->entry[ac->avail++] =
        index_to_obj(sick, partial, partial->freelist[partial->active]);
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {too_many_in_an_array, "an array of 54 objects has 1000"},
    {an_object_in_two_arrays, "lies in an array, and is free elsewhere"},
    {an_object_in_the_slab_and_an_array,
     "lies in an array, and is free elsewhere"},
};

START_TEST(the_check_finds_what_is_broken_in_arrays)
{
    void *objects[13];

    must_start(FRAMES);
    sick = must_create_bare("sick", 512);
    for (int i = 0; i < 13; i++)
        objects[i] = must_take(sick);
    own_array(sick)->limit = 54;
    object_in_use = objects[0];
    partial = virt_to_page(objects[12]);
    ck_assert_uint_eq(slabs(sick), 110);
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

void add_k02(Suite *suite)
{
    TCase *arrays = tcase_create("array_cache");
    tcase_add_test(arrays, the_last_one_freed_is_the_first_one_taken);
    tcase_add_test(arrays, arrays_have_the_limits_of_linux);
    tcase_add_test(arrays, objects_move_in_batches);
    suite_add_tcase(suite, arrays);

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, each_thread_is_a_cpu_as_far_as_there_are_some);
    tcase_add_test(threads, another_cpu_gets_what_is_shared);
    suite_add_tcase(suite, threads);

    TCase *info = tcase_create("slabinfo");
    tcase_add_test(info, slabinfo_counts_objects_and_slabs);
    tcase_add_test(info, slabinfo_has_the_head_of_the_real_file);
    tcase_add_test(info, slabtop_sorts_by_memory);
    suite_add_tcase(suite, info);

    TCase *check = tcase_create("slab_check");
    tcase_add_loop_test(check, the_check_finds_what_is_broken_in_arrays, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
