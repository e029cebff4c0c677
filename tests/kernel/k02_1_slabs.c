/* k02_1_slabs.c - caches of objects, and their slabs
 *
 * The random case has a plain model: a byte for each place in memory where an
 * object can begin, which says whether it is part of an object in use. It has
 * no idea of slabs; what it can say is that no two objects overlap.
 */
#include "slabs.h"

#include "init.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 4096, PLACE = sizeof(void *) };

/* How many objects are in use, once the arrays are empty. */
static unsigned long in_use(struct kmem_cache *cache)
{
    kmem_cache_shrink(cache);
    unsigned long slabs =
        length(&cache->node.slabs_partial) + length(&cache->node.slabs_full);
    return slabs * cache->num - cache->node.free_objects;
}

/* ---- slabs ---- */

/* Order and number are those of Linux, where 192 bytes are a dentry. */
START_TEST(a_slab_is_laid_out_as_in_linux)
{
    static const struct {
        size_t size, align, step;
        unsigned order, num, colours;
        bool off_slab;
    } wanted[] = {
        {192, 0, 192, 0, 21, 1, false}, /* 64 bytes are left for 21 indices */
        {256, 0, 256, 0, 16, 1, true},  /* nothing is left */
        {100, 0, 104, 0, 38, 2, false}, /* 68 */
        {1, 0, 8, 0, 409, 1, false},
        {40, 64, 64, 0, 62, 1, false},
        {128, 0, 128, 0, 32, 1, true},
        {1000, 0, 1000, 0, 4, 2, false},
        {4096, 0, 4096, 0, 1, 1, true},
        {2100, 0, 2104, 1, 3, 30, false}, /* order 0 would waste too much */
        {3000, 0, 3000, 1, 2, 35, false},
        {1720, 0, 1720, 1, 4, 21, false},
        {64, 0, 64, 0, 62, 1, false}, /* too many for a freelist elsewhere */
        {65536, 0, 65536, 4, 1, 1, true},
        {4 << 20, 0, 4 << 20, 10, 1, 1, true},
    };

    must_start(FRAMES);
    for (size_t i = 0; i < LENGTH(wanted); i++) {
        struct kmem_cache *cache =
            must_create("test", wanted[i].size, wanted[i].align);
        ck_assert_uint_eq(cache->object_size, wanted[i].size);
        ck_assert_uint_eq(cache->size, wanted[i].step);
        ck_assert_uint_eq(cache->gfporder, wanted[i].order);
        ck_assert_uint_eq(cache->num, wanted[i].num);
        ck_assert_uint_eq(cache->colour, wanted[i].colours);
        ck_assert_int_eq(cache->off_slab, wanted[i].off_slab);
        kmem_cache_destroy(cache);
    }
}
END_TEST

START_TEST(objects_of_any_size_are_apart_and_aligned)
{
    static const size_t sizes[] = {1, 8, 30, 100, 128, 700, 4096, 5000, 99999};
    static const size_t aligns[] = {0, 8, 16, 64, 1024, 4096};
    void *objects[50];

    must_start(FRAMES);
    unsigned long free = free_frames();
    for (size_t i = 0; i < LENGTH(sizes) * LENGTH(aligns); i++) {
        size_t size = sizes[i % LENGTH(sizes)];
        size_t align = aligns[i / LENGTH(sizes)];
        struct kmem_cache *cache = must_create("test", size, align);
        for (unsigned j = 0; j < LENGTH(objects); j++) {
            objects[j] = must_take(cache);
            ck_assert_uint_eq((uintptr_t)objects[j] % (align ? align : 8), 0);
            paint(objects[j], size, j);
        }
        must_be_sound("objects were taken");
        for (unsigned j = 0; j < LENGTH(objects); j++) {
            ck_assert(is_painted(objects[j], size, j));
            kmem_cache_free(cache, objects[j]);
        }
        must_be_sound("objects were freed");
        kmem_cache_destroy(cache);
        must_be_sound("the cache was destroyed");
    }
    kmem_cache_shrink(freelist_cache);
    ck_assert_uint_eq(free_frames(), free);
}
END_TEST

START_TEST(the_freelist_is_a_stack_of_indices)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create_bare("test", 512);
    char *object[8];
    for (int i = 0; i < 8; i++) {
        object[i] = must_take(cache);
        ck_assert_ptr_eq(object[i], object[0] + 512 * i);
    }
    struct page *slab = virt_to_page(object[0]);
    ck_assert_uint_eq(slab->active, 8);
    give_to_slab(cache, object[4]);
    give_to_slab(cache, object[1]);
    give_to_slab(cache, object[6]);
    ck_assert_uint_eq(slab->active, 5);
    ck_assert_uint_eq(slab->freelist[5], 6);
    ck_assert_uint_eq(slab->freelist[6], 1);
    ck_assert_uint_eq(slab->freelist[7], 4);
    ck_assert_ptr_eq(must_take(cache), object[6]);
    ck_assert_ptr_eq(must_take(cache), object[1]);
    ck_assert_ptr_eq(must_take(cache), object[4]);
    ck_assert_uint_eq(slabs(cache), 10);
    must_be_sound("the test");
}
END_TEST

START_TEST(a_slab_goes_from_list_to_list)
{
    void *object[3];

    must_start(FRAMES);
    struct kmem_cache *cache = must_create_bare("test", 3000);
    ck_assert_uint_eq(slabs(cache), 0);
    object[0] = must_take(cache);
    ck_assert_uint_eq(slabs(cache), 100);
    object[1] = must_take(cache);
    ck_assert_uint_eq(slabs(cache), 10);
    object[2] = must_take(cache);
    ck_assert_uint_eq(slabs(cache), 110);
    give_to_slab(cache, object[2]);
    ck_assert_uint_eq(slabs(cache), 11);
    give_to_slab(cache, object[1]);
    ck_assert_uint_eq(slabs(cache), 101);
    give_to_slab(cache, object[0]);
    ck_assert_uint_eq(slabs(cache), 2);
    must_be_sound("the test");
}
END_TEST

START_TEST(a_partial_slab_comes_before_a_free_one)
{
    void *object[4];

    must_start(FRAMES);
    struct kmem_cache *cache = must_create_bare("test", 3000);
    for (int i = 0; i < 4; i++)
        object[i] = must_take(cache);
    give_to_slab(cache, object[0]);
    give_to_slab(cache, object[2]);
    give_to_slab(cache, object[3]);
    ck_assert_uint_eq(slabs(cache), 101);
    ck_assert_ptr_eq(must_take(cache), object[0]);
    ck_assert_ptr_eq(must_take(cache), object[3]);
    must_be_sound("the test");
}
END_TEST

static unsigned constructed;

static void construct(void *object)
{
    memset(object, 0x5a, 64);
    constructed++;
}

START_TEST(a_constructor_runs_when_a_slab_is_made)
{
    static char *object[1000];

    must_start(FRAMES);
    struct kmem_cache *cache = kmem_cache_create("test", 64, 0, construct);
    unsigned count = 4 * cache->num;
    ck_assert_uint_le(count, LENGTH(object));
    for (unsigned i = 0; i < count; i++) {
        object[i] = must_take(cache);
        for (int j = 0; j < 64; j++)
            ck_assert_int_eq(object[i][j], 0x5a);
    }
    ck_assert_uint_eq(constructed % cache->num, 0);
    ck_assert_uint_lt(constructed, count + 2 * cache->num);
    unsigned before = constructed;
    strcpy(object[7], "it stays as it is left");
    kmem_cache_free(cache, object[7]);
    ck_assert_str_eq(must_take(cache), "it stays as it is left");
    ck_assert_uint_eq(constructed, before);
}
END_TEST

START_TEST(slabs_have_colours)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 1320, 0);
    ck_assert_uint_eq(cache->num, 3); /* 130 bytes are left over */
    ck_assert_uint_eq(cache->colour, 3);
    ck_assert_uint_eq(cache->colour_off, 64);
    for (int i = 0; i < 40; i++) {
        struct page *page = virt_to_page(must_take(cache));
        must_take(cache);
        must_take(cache);
        ck_assert_ptr_eq(page->s_mem, (char *)page_address(page) + i % 3 * 64);
    }
    must_be_sound("colouring");
}
END_TEST

START_TEST(free_slabs_are_kept_to_a_limit)
{
    static void *objects[20000];

    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 256, 0);
    unsigned long before = free_frames();
    for (size_t i = 0; i < LENGTH(objects); i++)
        objects[i] = must_take(cache);
    ck_assert_uint_lt(free_frames(), before - LENGTH(objects) / 16);
    for (size_t i = 0; i < LENGTH(objects); i++)
        kmem_cache_free(cache, objects[i]);
    ck_assert_uint_gt(length(&cache->node.slabs_free), 0);
    ck_assert_uint_le(cache->node.free_objects, cache->node.free_limit);
    must_be_sound("all were freed");
}
END_TEST

START_TEST(shrink_gives_free_slabs_back)
{
    void *objects[300];

    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 256, 0);
    unsigned long before = free_frames();
    for (size_t i = 0; i < LENGTH(objects); i++)
        objects[i] = must_take(cache);
    ck_assert_int_eq(kmem_cache_shrink(cache), 1);
    for (size_t i = 1; i < LENGTH(objects); i++)
        kmem_cache_free(cache, objects[i]);
    ck_assert_uint_gt(slabs(cache), 1);
    ck_assert_int_eq(kmem_cache_shrink(cache), 1);
    ck_assert_uint_eq(slabs(cache), 100);
    must_be_sound("a shrink");
    kmem_cache_free(cache, objects[0]);
    ck_assert_int_eq(kmem_cache_shrink(cache), 0);
    ck_assert_uint_eq(slabs(cache), 0);
    kmem_cache_shrink(freelist_cache);
    ck_assert_uint_eq(free_frames(), before);
    must_be_sound("a shrink");
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
    must_start(FRAMES);
    unsigned long free = free_frames();
    unsigned long caches = in_use(cache_of(freelist_cache));
    ck_assert_ptr_null(kmem_cache_create("test", 0, 0, NULL));
    ck_assert_ptr_null(kmem_cache_create("test", (4 << 20) + 1, 0, NULL));
    ck_assert_ptr_null(kmem_cache_create("test", ~0UL, 0, NULL));
    ck_assert_ptr_null(kmem_cache_create("test", 100, 48, NULL));
    ck_assert_ptr_null(kmem_cache_create("test", 100, 8192, NULL));
    kmem_cache_destroy(NULL);
    ck_assert_uint_eq(free_frames(), free);
    ck_assert_uint_eq(in_use(cache_of(freelist_cache)), caches);
    must_be_sound("the refusals");
}
END_TEST

START_TEST(caches_come_from_a_cache)
{
    must_start(FRAMES);
    struct kmem_cache *one = must_create("one", 100, 0);
    struct kmem_cache *two = must_create("two", 256, 0);
    ck_assert_str_eq(cache_of(one)->name, "kmem_cache");
    ck_assert_ptr_eq(cache_of(two), cache_of(one));
    ck_assert_ptr_ne(cache_of(two), two);
    struct page *slab = block_of(virt_to_page(must_take(two)));
    ck_assert_ptr_eq(cache_of(slab->freelist), freelist_cache);
    ck_assert_ptr_eq(cache_of(freelist_cache), cache_of(one));
}
END_TEST

START_TEST(caches_are_as_new_after_a_restart)
{
    for (int i = 0; i < 3; i++) {
        must_start(FRAMES);
        ck_assert_ptr_nonnull(must_take(must_create("test", 256, 0)));
        must_be_sound("an object was taken");
        stop_kernel();
    }
    ck_assert_int_lt(start_kernel(20), 0); /* too few for the first cache */
    must_start(FRAMES);
}
END_TEST

START_TEST(zero_is_zero_on_request)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 100, 0);
    char *object = must_take(cache);
    memset(object, 0xaa, 100);
    kmem_cache_free(cache, object);
    ck_assert_ptr_eq(kmem_cache_alloc(cache, GFP_KERNEL | __GFP_ZERO), object);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(object[i], 0);
}
END_TEST

START_TEST(only_what_was_asked_for_is_cleared)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 2000, 0);
    struct page *page = alloc_pages(GFP_KERNEL, 0);
    memset(page_address(page), 0xaa, PAGE_SIZE);
    __free_pages(page, 0); /* the slab will be there */
    char *object = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_ZERO);
    char *other = must_take(cache);
    ck_assert_ptr_eq(virt_to_page(object), page);
    ck_assert_ptr_eq(virt_to_page(other), page);
    ck_assert_int_eq(object[1999], 0);
    ck_assert_int_eq(other[1999], (char)0xaa);
}
END_TEST

/* ---- random operations ---- */

enum { CACHES = 5, SLOTS = 600, OPERATIONS = 6000, RUNS = 5 };

static struct object {
    struct kmem_cache *cache;
    void *start;
    unsigned tag;
} held[SLOTS];

static struct kmem_cache *caches[CACHES];
static unsigned char taken[FRAMES * PAGE_SIZE / PLACE];
static uint64_t state;
static char operation[100];

static void wrong(const char *what)
{
    ck_abort_msg("%s: %s (seed %u)", operation, what, seed);
}

/* Mark the places of an object, which must not be so yet. */
static void mark(const struct object *object, bool used)
{
    size_t first = (size_t)((char *)object->start - direct_map) / PLACE;

    for (size_t i = 0; i < (object->cache->size + PLACE - 1) / PLACE; i++) {
        if (taken[first + i] == used)
            wrong("it overlaps an object in use");
        taken[first + i] = used;
    }
}

static void do_create(int i)
{
    static const size_t sizes[] = {8, 24, 100, 256, 700, 2048, 6000};
    static const size_t aligns[] = {0, 16, 64, 256};
    size_t size = sizes[random_below(&state, LENGTH(sizes))];
    size_t align = aligns[random_below(&state, LENGTH(aligns))];

    snprintf(operation, sizeof(operation), "kmem_cache_create(%zu, %zu)", size,
             align);
    caches[i] = kmem_cache_create("random", size, align, NULL);
    bool bare = random_below(&state, 2) == 0;
    if (caches[i] != NULL && bare && make_arrays_small != NULL)
        make_arrays_small(caches[i]);
}

static void do_alloc(struct object *object, struct kmem_cache *cache,
                     unsigned tag)
{
    gfp_t gfp = random_below(&state, 4) == 0 ? GFP_ATOMIC : GFP_KERNEL;
    unsigned long free = free_frames();

    snprintf(operation, sizeof(operation), "operation %u, an object of %zu",
             tag, cache->object_size);
    void *start = kmem_cache_alloc(cache, gfp);
    if (start == NULL && free > normal_zone.watermark[WMARK_MIN] + 200)
        wrong("it fails, with enough free");
    if (start == NULL)
        return;
    *object = (struct object){cache, start, tag};
    mark(object, true);
    paint(start, cache->object_size, tag);
}

static void do_free(struct object *object)
{
    snprintf(operation, sizeof(operation), "kmem_cache_free(%s of %zu)",
             object->cache->name, object->cache->object_size);
    if (!is_painted(object->start, object->cache->object_size, object->tag))
        wrong("it was overwritten");
    mark(object, false);
    kmem_cache_free(object->cache, object->start);
    object->start = NULL;
}

static void do_destroy(int i)
{
    for (struct object *object = held; object < held + SLOTS; object++)
        if (object->start != NULL && object->cache == caches[i])
            do_free(object);
    strcpy(operation, "kmem_cache_destroy");
    kmem_cache_destroy(caches[i]);
    caches[i] = NULL;
}

static void do_something(unsigned number)
{
    struct object *object = &held[random_below(&state, SLOTS)];
    int i = (int)random_below(&state, CACHES);
    bool grows = number / 1000 % 2 == 0;

    if (caches[i] == NULL)
        do_create(i);
    else if (random_below(&state, 500) == 0)
        do_destroy(i);
    else if (random_below(&state, 100) == 0)
        kmem_cache_shrink(caches[i]);
    else if (object->start == NULL && (grows || random_below(&state, 3) == 0))
        do_alloc(object, caches[i], number);
    else if (object->start != NULL)
        do_free(object);
}

START_TEST(random_operations)
{
    state = seed * 1000 + (unsigned)_i;
    must_start(600); /* it runs out now and then */
    unsigned long free = free_frames();
    for (unsigned i = 0; i < OPERATIONS; i++) {
        do_something(i);
        must_be_sound(operation);
    }
    for (int i = 0; i < CACHES; i++)
        if (caches[i] != NULL)
            do_destroy(i);
    kmem_cache_shrink(freelist_cache);
    kmem_cache_shrink(cache_of(freelist_cache));
    must_be_sound("all was destroyed");
    ck_assert_uint_eq(free_frames(), free);
}
END_TEST

/* ---- out of memory ---- */

static struct page *pages[FRAMES];

/* Take all frames but so many, and those of the reserve. */
static unsigned long take_all_but(unsigned long frames)
{
    unsigned long count = 0;

    while ((pages[count] = alloc_pages(GFP_KERNEL, 0)) != NULL)
        count++;
    for (; frames > 0; frames--)
        __free_pages(pages[--count], 0);
    return count;
}

/* With so few frames: does a cache with 100 objects come into being? */
static bool try_with(unsigned long frames, size_t size)
{
    void *objects[100];
    int got = 0;

    unsigned long count = take_all_but(frames);
    struct kmem_cache *cache = kmem_cache_create("test", size, 0, NULL);
    while (cache != NULL && got < 100 &&
           (objects[got] = kmem_cache_alloc(cache, GFP_KERNEL)) != NULL)
        got++;
    bool all = got == 100;
    must_be_sound("memory has run out");
    while (got > 0)
        kmem_cache_free(cache, objects[--got]);
    kmem_cache_destroy(cache);
    while (count > 0)
        __free_pages(pages[--count], 0);
    kmem_cache_shrink(freelist_cache);
    kmem_cache_shrink(cache_of(freelist_cache));
    must_be_sound("all was freed");
    return all;
}

START_TEST(nothing_is_lost_whichever_frame_is_missing)
{
    static const size_t sizes[] = {40, 256, 3000, 9000};

    must_start(FRAMES);
    ck_assert(try_with(2000, sizes[_i]));
    unsigned long caches = in_use(cache_of(freelist_cache));
    unsigned long free = free_frames(), frames = 0;
    for (;; frames++) {
        bool all = try_with(frames, sizes[_i]);
        ck_assert_uint_eq(free_frames(), free);
        ck_assert_uint_eq(in_use(freelist_cache), 0);
        ck_assert_uint_eq(in_use(cache_of(freelist_cache)), caches);
        if (all)
            break;
    }
    ck_assert_uint_gt(frames, 1);
}
END_TEST

START_TEST(an_atomic_request_takes_from_the_reserve)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 4096, 64);
    kmem_cache_free(cache, must_take(cache)); /* a freelist is there, too */
    take_all_but(0);
    while (kmem_cache_alloc(cache, GFP_KERNEL) != NULL)
        ;
    ck_assert_ptr_nonnull(kmem_cache_alloc(cache, GFP_ATOMIC));
    ck_assert_ptr_null(kmem_cache_alloc(cache, GFP_KERNEL));
    must_be_sound("memory has run out");
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 10, ROUNDS = 20000, BOXES = 40, KINDS = 3 };

static struct kmem_cache *kinds[KINDS];
static _Atomic(char *) boxes[KINDS][BOXES];

/* The tag of an object stands in it, in front of what is painted. */
static void fill(char *object, size_t size, unsigned tag)
{
    memcpy(object, &tag, sizeof(tag));
    paint(object + sizeof(tag), size - sizeof(tag), tag);
}

static void empty(struct kmem_cache *cache, char *object)
{
    unsigned tag;

    memcpy(&tag, object, sizeof(tag));
    if (!is_painted(object + sizeof(tag), cache->object_size - sizeof(tag),
                    tag))
        wrong("an object in use was overwritten");
    kmem_cache_free(cache, object);
}

/* Put an object into a box, and free what another thread has put there. */
static void *exchange(void *number)
{
    uint64_t random = seed + (uintptr_t)number;

    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t kind = random_below(&random, KINDS);
        struct kmem_cache *cache = kinds[kind];
        char *object = NULL;
        if (random_below(&random, 2) == 0)
            object = kmem_cache_alloc(cache, GFP_ATOMIC);
        if (object != NULL)
            fill(object, cache->object_size, i);
        object =
            atomic_exchange(&boxes[kind][random_below(&random, BOXES)], object);
        if (object != NULL)
            empty(cache, object);
        if (random_below(&random, 1000) == 0)
            kmem_cache_shrink(cache);
    }
    return NULL;
}

/* Caches come and go, too. */
static void *create_and_destroy(void *number)
{
    for (unsigned i = 0; i < 100; i++) {
        struct kmem_cache *cache =
            kmem_cache_create("short", 100 + i * 16, 0, NULL);
        if (cache != NULL) {
            void *object = kmem_cache_alloc(cache, GFP_KERNEL);
            if (object != NULL)
                kmem_cache_free(cache, object);
            kmem_cache_destroy(cache);
        }
    }
    return number;
}

START_TEST(threads_free_what_others_took)
{
    static const size_t sizes[KINDS] = {40, 256, 2100};
    pthread_t threads[THREADS];

    must_start(1000);
    unsigned long free = free_frames();
    for (int i = 0; i < KINDS; i++)
        kinds[i] = must_create("test", sizes[i], 0);
    strcpy(operation, "a thread");
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL,
                       i == 0 ? create_and_destroy : exchange, (void *)i);
    for (int i = 0; i < 50; i++)
        must_be_sound("threads were started");
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    must_be_sound("the threads' end");

    for (int kind = 0; kind < KINDS; kind++) {
        for (int i = 0; i < BOXES; i++)
            if (boxes[kind][i] != NULL)
                empty(kinds[kind], boxes[kind][i]);
        kmem_cache_destroy(kinds[kind]);
    }
    kmem_cache_shrink(freelist_cache);
    kmem_cache_shrink(cache_of(freelist_cache));
    must_be_sound("all was destroyed");
    ck_assert_uint_eq(free_frames(), free);
}
END_TEST

/* ---- misuse ---- */

START_TEST(a_second_free_is_reported)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 100, 0);
    void *one = must_take(cache), *two = must_take(cache);
    kmem_cache_free(cache, one);
    DOING(kmem_cache_free(cache, one),
          "kmem_cache_free: %p, an object of test, was freed twice", one);
    /* With another one between, it is seen when both come to the slab. */
    DOING(
        {
            kmem_cache_free(cache, two);
            kmem_cache_free(cache, one);
            kmem_cache_shrink(cache);
        },
        "kmem_cache_free: %p, an object of test, was freed twice", one);
}
END_TEST

START_TEST(a_second_free_of_what_is_free_in_its_slab_is_reported)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 100, 0);
    void *one = must_take(cache);
    must_take(cache);
    kmem_cache_free(cache, one);
    kmem_cache_shrink(cache);
    DOING(
        {
            kmem_cache_free(cache, one);
            kmem_cache_shrink(cache);
        },
        "kmem_cache_free: %p, an object of test, was freed twice", one);
}
END_TEST

START_TEST(what_is_no_object_is_reported)
{
    static char not_ours[100];

    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 100, 0);
    char *object = must_take(cache);
    char *end = (char *)virt_to_page(object)->s_mem + 38 * 104;
    struct page *page = alloc_pages(GFP_KERNEL, 2);
    char *frame = page_address(page);
    DOING(kmem_cache_free(cache, not_ours),
          "kmem_cache_free: %p is not the address of a frame",
          (void *)not_ours);
    DOING(kmem_cache_free(cache, NULL),
          "kmem_cache_free: %p is not the address of a frame", NULL);
    DOING(kmem_cache_free(cache, frame + PAGE_SIZE),
          "kmem_cache_free: %p lies in frame %lu, which is in no slab",
          (void *)(frame + PAGE_SIZE), page_to_pfn(page) + 1);
    DOING(kmem_cache_free(cache, object + 8),
          "kmem_cache_free: %p lies within an object of test, not at its start",
          (void *)(object + 8));
    DOING(kmem_cache_free(cache, end),
          "kmem_cache_free: %p lies in a slab of test, but in no object",
          (void *)end);
    /* Between a colour and the first object, there is none either. */
    while (virt_to_page(object)->s_mem == page_address(virt_to_page(object)))
        object = must_take(cache);
    char *start = page_address(virt_to_page(object));
    DOING(kmem_cache_free(cache, start),
          "kmem_cache_free: %p lies in a slab of test, but in no object",
          (void *)start);
}
END_TEST

START_TEST(a_wrong_cache_is_reported)
{
    must_start(FRAMES);
    struct kmem_cache *one = must_create("one", 100, 0);
    struct kmem_cache *two = must_create("two", 100, 0);
    void *object = must_take(one);
    DOING(kmem_cache_free(two, object),
          "kmem_cache_free: %p is an object of one, not of two", object);
}
END_TEST

START_TEST(an_object_of_a_slab_that_is_gone_is_reported)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 100, 0);
    void *object = must_take(cache);
    kmem_cache_free(cache, object);
    kmem_cache_shrink(cache);
    DOING(kmem_cache_free(cache, object),
          "kmem_cache_free: %p lies in frame %lu, which is in no slab", object,
          page_to_pfn(virt_to_page(object)));
}
END_TEST

START_TEST(what_is_no_cache_is_reported)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 100, 0);
    kmem_cache_destroy(cache);
    DOING(kmem_cache_destroy(cache), "kmem_cache_destroy: %p is no cache",
          (void *)cache);
}
END_TEST

START_TEST(objects_left_in_a_cache_are_reported)
{
    must_start(FRAMES);
    struct kmem_cache *cache = must_create("test", 100, 0);
    must_take(cache);
    DOING(kmem_cache_destroy(cache),
          "kmem_cache_destroy: test still has objects");
}
END_TEST

/* ---- the check is checked ---- */

static struct kmem_cache *sick;
static struct page *full, *partial;

static void a_wrong_active(void)
{
    partial->active = 0;
}

static void a_slab_on_a_wrong_list(void)
{
    list_del(&partial->lru);
    list_add(&partial->lru, &sick->node.slabs_full);
}

static void a_lost_slab(void)
{
    list_del(&full->lru);
}

static void an_index_too_large(void)
{
    partial->freelist[partial->active] = 8;
}

static void an_index_twice(void)
{
    partial->freelist[7] = partial->freelist[6];
}

static void a_foreign_slab(void)
{
    partial->slab_cache = freelist_cache;
}

static void a_slab_without_its_mark(void)
{
    full->flags = 0;
}

static void a_slab_too_far_on(void)
{
    full->s_mem = (char *)full->s_mem + 8;
}

static void a_wrong_free_objects(void)
{
    sick->node.free_objects++;
}

static void a_broken_list(void)
{
    sick->node.slabs_full.next->prev = NULL;
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {a_wrong_active, "0 of 8 objects in use, on the wrong list"},
    {a_slab_on_a_wrong_list, "of 8 objects in use, on the wrong list"},
    {a_lost_slab, "frames begin a slab, but lists have"},
    {an_index_too_large, "object 8 of 8 is free"},
    {an_index_twice, "is free twice"},
    {a_foreign_slab, "is no slab of it"},
    {a_slab_without_its_mark, "is no slab of it"},
    {a_slab_too_far_on, "objects go beyond it"},
    {a_wrong_free_objects, "sick: free_objects is "},
    {a_broken_list, "sick: a list of slabs is broken"},
};

START_TEST(the_check_finds_what_is_broken_in_slabs)
{
    void *objects[13];

    must_start(FRAMES);
    sick = must_create_bare("sick", 512);
    for (int i = 0; i < 13; i++)
        objects[i] = must_take(sick);
    full = virt_to_page(objects[0]);
    partial = virt_to_page(objects[12]);
    ck_assert_uint_eq(slabs(sick), 110);
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

void add_k02_1(Suite *suite)
{
    TCase *slab = tcase_create("slab");
    tcase_add_test(slab, a_slab_is_laid_out_as_in_linux);
    tcase_add_test(slab, objects_of_any_size_are_apart_and_aligned);
    tcase_add_test(slab, the_freelist_is_a_stack_of_indices);
    tcase_add_test(slab, a_slab_goes_from_list_to_list);
    tcase_add_test(slab, a_partial_slab_comes_before_a_free_one);
    tcase_add_test(slab, a_constructor_runs_when_a_slab_is_made);
    tcase_add_test(slab, slabs_have_colours);
    tcase_add_test(slab, free_slabs_are_kept_to_a_limit);
    tcase_add_test(slab, shrink_gives_free_slabs_back);
    tcase_add_test(slab, what_cannot_be_is_refused);
    tcase_add_test(slab, caches_come_from_a_cache);
    tcase_add_test(slab, caches_are_as_new_after_a_restart);
    tcase_add_loop_test(slab, random_operations, 0, RUNS);
    tcase_add_loop_test(slab, nothing_is_lost_whichever_frame_is_missing, 0, 4);
    tcase_add_test(slab, an_atomic_request_takes_from_the_reserve);
    tcase_add_test(slab, zero_is_zero_on_request);
    tcase_add_test(slab, only_what_was_asked_for_is_cleared);
    tcase_set_timeout(slab, 20);
    suite_add_tcase(suite, slab);

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, threads_free_what_others_took);
    tcase_set_timeout(threads, 20);
    suite_add_tcase(suite, threads);

    TCase *misuse = tcase_create("slab_misuse");
    tcase_add_test(misuse, a_second_free_is_reported);
    tcase_add_test(misuse,
                   a_second_free_of_what_is_free_in_its_slab_is_reported);
    tcase_add_test(misuse, what_is_no_object_is_reported);
    tcase_add_test(misuse, a_wrong_cache_is_reported);
    tcase_add_test(misuse, an_object_of_a_slab_that_is_gone_is_reported);
    tcase_add_test(misuse, what_is_no_cache_is_reported);
    tcase_add_test(misuse, objects_left_in_a_cache_are_reported);
    suite_add_tcase(suite, misuse);

    TCase *check = tcase_create("slab_check");
    tcase_add_loop_test(check, the_check_finds_what_is_broken_in_slabs, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
