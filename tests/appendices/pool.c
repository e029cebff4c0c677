/* pool.c - the cases of the pool
 *
 * Each case makes its pools of an array between two guards: bytes that must be
 * as they were at the end, as a pool may touch nothing outside its array.
 */
#include "pool_cases.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static alignas(64) unsigned char memory[GUARD + ARRAY + GUARD];

struct pool *make_pool(size_t size)
{
    memset(memory, GUARD_BYTE, sizeof memory);
    struct pool *pool = pool_init(memory + GUARD, size);
    ck_assert_msg(pool != NULL, "no pool of %zu bytes", size);
    must_be_sound(pool, "pool_init()");
    return pool;
}

void must_be_sound(struct pool *pool, const char *after)
{
    const char *broken = pool_check(pool);
    if (broken != NULL)
        ck_abort_msg("after %s: %s", after, broken);
}

void must_be_in_its_array(size_t size)
{
    for (size_t i = 0; i < sizeof memory; i++)
        if ((i < GUARD || i >= GUARD + size) && memory[i] != GUARD_BYTE)
            ck_abort_msg("byte %td of an array of %zu was written",
                         (ptrdiff_t)i - GUARD, size);
}

void must_be_empty(struct pool *pool)
{
    struct pool_info info = pool_info(pool);
    must_be_sound(pool, "freeing all");
    ck_assert_uint_eq(info.used_chunks, 0);
    ck_assert_uint_eq(info.free_chunks, 1);
    ck_assert_uint_eq(pool_used(pool), 0);
}

static void *must_alloc(struct pool *pool, size_t request)
{
    void *payload = pool_alloc(pool, request);
    ck_assert_msg(payload != NULL, "pool_alloc(%zu) failed", request);
    must_be_sound(pool, "pool_alloc()");
    return payload;
}

static void must_free(struct pool *pool, void *payload)
{
    ck_assert(pool_free(pool, payload));
    must_be_sound(pool, "pool_free()");
}

/* pool_free() must refuse it and change nothing. */
static void must_refuse(struct pool *pool, void *payload, const char *what)
{
    size_t used = pool_used(pool);
    ck_assert_msg(!pool_free(pool, payload), "%s is freed", what);
    ck_assert_msg(pool_usable_size(pool, payload) == 0, "%s has a size", what);
    ck_assert_msg(pool_realloc(pool, payload, 100) == NULL, "%s is resized",
                  what);
    ck_assert_uint_eq(pool_used(pool), used);
    must_be_sound(pool, what);
}

/* ---- arrays ---- */

START_TEST(an_array_that_will_not_do_is_refused)
{
    ck_assert_ptr_null(pool_init(NULL, 4096));
    ck_assert_ptr_null(pool_init(memory + 1, 4096));
    ck_assert_ptr_null(pool_init(memory + POOL_ALIGNMENT / 2, 4096));
    ck_assert_ptr_null(pool_init(memory, 4096 + 1));
    ck_assert_ptr_null(pool_init(memory, 4096 - POOL_ALIGNMENT / 2));
    ck_assert_ptr_null(pool_init(memory, 0));
    ck_assert_ptr_null(pool_init(memory, SIZE_MAX & -POOL_ALIGNMENT));
}
END_TEST

/* The first length that is not too short has room for one chunk. */
START_TEST(the_shortest_array_is_a_pool)
{
    size_t size = 0;

    memset(memory, GUARD_BYTE, sizeof memory);
    while (pool_init(memory + GUARD, size) == NULL) {
        must_be_in_its_array(0);
        size += POOL_ALIGNMENT;
    }
    struct pool *pool = make_pool(size);
    char *payload = must_alloc(pool, 1);
    memset(payload, 1, pool_usable_size(pool, payload));
    ck_assert_ptr_null(pool_alloc(pool, 1));
    must_free(pool, payload);
    must_be_empty(pool);
    must_be_in_its_array(size);
}
END_TEST

START_TEST(a_pool_stays_in_its_array)
{
    for (size_t size = 1024; size <= ARRAY; size = size * 5 / 4) {
        size_t length = size & -POOL_ALIGNMENT;
        struct pool *pool = make_pool(length);
        void *payload;
        while ((payload = pool_alloc(pool, 40)) != NULL)
            memset(payload, 1, pool_usable_size(pool, payload));
        must_be_sound(pool, "filling it");
        must_be_in_its_array(length);
        ck_assert_uint_eq(pool_size(pool), length);
    }
}
END_TEST

/* A short array is not spent on lists that it can never need. */
START_TEST(a_pool_spends_little_on_itself)
{
    ck_assert_uint_ge(pool_info(make_pool(4096)).free, 2048);
    ck_assert_uint_ge(pool_info(make_pool(65536)).free, 65536 - 3000);
}
END_TEST

START_TEST(what_was_in_the_array_does_not_matter)
{
    memset(memory, 0xff, sizeof memory);
    struct pool *pool = pool_init(memory, 8192);
    ck_assert_ptr_nonnull(pool);
    must_be_sound(pool, "pool_init()");
    must_free(pool, must_alloc(pool, 1000));
    must_be_empty(pool);
}
END_TEST

START_TEST(pools_do_not_know_each_other)
{
    struct pool *one = make_pool(8192);
    struct pool *two = pool_init(memory + GUARD + 8192, 8192);
    char *payload = must_alloc(one, 100);

    must_refuse(two, payload, "the other pool's payload");
    must_free(two, must_alloc(two, 100));
    must_free(one, payload);
}
END_TEST

/* ---- alloc ---- */

START_TEST(payloads_are_aligned_and_long_enough)
{
    struct pool *pool = make_pool(ARRAY);
    for (size_t request = 1; request < 600; request++) {
        void *payload = must_alloc(pool, request);
        ck_assert_uint_eq((uintptr_t)payload % POOL_ALIGNMENT, 0);
        ck_assert_uint_ge(pool_usable_size(pool, payload), request);
        ck_assert_uint_lt(pool_usable_size(pool, payload),
                          request + 2 * POOL_ALIGNMENT + sizeof(void *));
        memset(payload, 1, pool_usable_size(pool, payload));
    }
    must_be_sound(pool, "writing to all payloads");
}
END_TEST

START_TEST(what_no_pool_can_have_is_refused)
{
    static const size_t requests[] = {
        0,       ARRAY, ARRAY + 1, PTRDIFF_MAX, SIZE_MAX / 2 + 2, SIZE_MAX - 8,
        SIZE_MAX};
    struct pool *pool = make_pool(ARRAY);
    void *payload = must_alloc(pool, 100);

    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        ck_assert_ptr_null(pool_alloc(pool, requests[i]));
        ck_assert_ptr_null(pool_alloc_aligned(pool, 4096, requests[i]));
        if (requests[i] != 0)
            ck_assert_ptr_null(pool_realloc(pool, payload, requests[i]));
        must_be_sound(pool, "a request for too much");
    }
    must_free(pool, payload);
    must_be_empty(pool);
}
END_TEST

START_TEST(all_of_it_can_be_used_and_freed_and_used)
{
    static void *payloads[ARRAY / 32];
    struct pool *pool = make_pool(ARRAY);
    size_t count[2] = {0, 0};

    for (int round = 0; round < 2; round++) {
        while ((payloads[count[round]] = pool_alloc(pool, 100)) != NULL)
            count[round]++;
        ck_assert_uint_eq(pool_info(pool).largest_free / 112, 0);
        for (size_t i = 0; i < count[round]; i++)
            ck_assert(pool_free(pool, payloads[i * 7919 % count[round]]));
        must_be_empty(pool);
    }
    ck_assert_uint_eq(count[0], count[1]);
    ck_assert_uint_ge(count[0] * 112, ARRAY - 4096);
}
END_TEST

/* What is rounded up to the next level must not be looked for on a level that
 * this pool does not have. */
START_TEST(there_is_nothing_above_the_highest_level)
{
    struct pool *pool = make_pool(65536 - POOL_ALIGNMENT);
    size_t request = pool_info(pool).largest_free;

    for (; request < 65536 - 100; request++)
        ck_assert_ptr_null(pool_alloc(pool, request));
    must_be_empty(pool);
}
END_TEST

/* Three holes: a request must not cut up one that is longer than necessary. */
START_TEST(the_lowest_list_that_fits_is_taken)
{
    static const size_t sizes[] = {5000, 300, 1100};
    struct pool *pool = make_pool(ARRAY);
    char *holes[3];

    for (int i = 0; i < 3; i++) {
        holes[i] = must_alloc(pool, sizes[i]);
        must_alloc(pool, 24);
    }
    for (int i = 0; i < 3; i++)
        must_free(pool, holes[i]);
    ck_assert_ptr_eq(must_alloc(pool, 250), holes[1]);
    ck_assert_ptr_eq(must_alloc(pool, 1000), holes[2]);
    ck_assert_ptr_eq(must_alloc(pool, 3000), holes[0]);
}
END_TEST

START_TEST(a_rest_that_is_a_chunk_is_free)
{
    struct pool *pool = make_pool(ARRAY);
    char *payload = must_alloc(pool, 248);
    size_t usable = pool_usable_size(pool, payload);

    must_alloc(pool, 8);
    ck_assert_ptr_eq(pool_realloc(pool, payload, usable - MINSIZE), payload);
    ck_assert_uint_eq(pool_usable_size(pool, payload), usable - MINSIZE);
    ck_assert_uint_eq(pool_info(pool).free_chunks, 2);
    must_be_sound(pool, "pool_realloc()");
}
END_TEST

/* The price of not searching. The only free chunk is long enough, but shares
 * its list with chunks that would not be. */
START_TEST(a_chunk_that_fits_may_not_be_found)
{
    struct pool *pool = make_pool(ARRAY);
    char *hole = must_alloc(pool, 1120);

    while (pool_alloc(pool, 1) != NULL)
        ;
    must_free(pool, hole);
    ck_assert_uint_ge(pool_info(pool).largest_free, 1120);
    ck_assert_ptr_null(pool_alloc(pool, 1120));
    ck_assert_ptr_eq(must_alloc(pool, 1000), hole);
}
END_TEST

/* ---- free ---- */

START_TEST(neighbours_are_merged)
{
    for (int order = 0; order < 6; order++) {
        static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                         {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        struct pool *pool = make_pool(ARRAY);
        char *payloads[3];
        for (int i = 0; i < 3; i++)
            payloads[i] = must_alloc(pool, 248);
        must_alloc(pool, 24);
        for (int i = 0; i < 3; i++)
            must_free(pool, payloads[orders[order][i]]);
        ck_assert_uint_eq(pool_info(pool).free_chunks, 2);
        ck_assert_ptr_eq(must_alloc(pool, 3 * 256 - 8), payloads[0]);
    }
}
END_TEST

START_TEST(a_second_free_is_refused)
{
    struct pool *pool = make_pool(ARRAY);
    char *a = must_alloc(pool, 100), *b = must_alloc(pool, 100),
         *c = must_alloc(pool, 100), *d = must_alloc(pool, 100);

    must_free(pool, b);
    must_refuse(pool, b, "a free chunk's payload");
    must_free(pool, a); /* b's header lies inside it now */
    must_refuse(pool, b, "a payload inside a free chunk");
    must_refuse(pool, a, "a merged chunk's payload");
    must_free(pool, c);
    must_free(pool, d);
    must_refuse(pool, d, "the last payload");
    must_be_empty(pool);
}
END_TEST

/* Chapters 03 to 06 do not notice this one. */
START_TEST(a_second_free_inside_a_larger_chunk_is_refused)
{
    struct pool *pool = make_pool(ARRAY);
    char *b = must_alloc(pool, 248), *c = must_alloc(pool, 248);

    must_alloc(pool, 248);
    must_free(pool, _i == 0 ? b : c);
    must_free(pool, _i == 0 ? c : b);
    char *x = must_alloc(pool, 500);
    ck_assert_ptr_eq(x, b);
    must_refuse(pool, c, "a payload of before");
    char *y = must_alloc(pool, 1000);
    must_free(pool, y);
    y = pool_realloc(pool, must_alloc(pool, 100),
                     1000); /* in place, over y's */
    must_refuse(pool, c, "a payload of before");
    must_free(pool, y);
    must_free(pool, x);
}
END_TEST

START_TEST(a_foreign_pointer_is_refused)
{
    static long long elsewhere[8];
    struct pool *pool = make_pool(ARRAY);
    char *payload = must_alloc(pool, 1000), *last = must_alloc(pool, 1000);
    long long local[8] = {0};

    must_refuse(pool, pool, "the pool");
    must_refuse(pool, memory, "what lies before the pool");
    must_refuse(pool, memory + GUARD + ARRAY, "what lies behind the pool");
    must_refuse(pool, memory + GUARD + ARRAY - POOL_ALIGNMENT, "its end");
    must_refuse(pool, elsewhere + 4, "a static variable");
    must_refuse(pool, local + 4, "a variable on the stack");
    must_refuse(pool, (void *)-POOL_ALIGNMENT, "the last address");
    must_refuse(pool, (void *)POOL_ALIGNMENT, "the first address");
    for (size_t i = 1; i < 900; i++)
        must_refuse(pool, payload + i, "the inside of a payload");
    memset(payload, 0x5a, 1000);
    must_refuse(pool, payload + 128, "the inside of a payload with a pattern");
    must_free(pool, last);
    must_free(pool, payload);
    ck_assert(!pool_free(pool, NULL));
    must_be_empty(pool);
}
END_TEST

/* The header behind the payload, or the foot before it, has become another. */
START_TEST(a_smashed_neighbour_is_noticed)
{
    for (int smash = 0; smash < 5; smash++) {
        struct pool *pool = make_pool(ARRAY);
        char *a = must_alloc(pool, 104), *b = must_alloc(pool, 104),
             *c = must_alloc(pool, 104);
        size_t *behind_a = (size_t *)(a + 104); /* b's size */
        size_t *before_b = (size_t *)(a + 96);  /* the foot, if a is free */
        must_free(pool, c);
        switch (smash) {
        case 0: /* a string's zero too many */
            *(char *)behind_a = 0;
            ck_assert(!pool_free(pool, a));
            break;
        case 1:
            memset(behind_a, 'x', sizeof *behind_a);
            ck_assert(!pool_free(pool, a));
            break;
        case 4: /* a header, but of a chunk whose neighbour is free */
            *behind_a = 112 | IN_USE;
            ck_assert(!pool_free(pool, a));
            break;
        case 2:
            ck_assert(pool_free(pool, a));
            *before_b = 48;
            ck_assert(!pool_free(pool, b));
            break;
        case 3:
            ck_assert(pool_free(pool, a));
            *before_b = (size_t)1 << 20;
            ck_assert(!pool_free(pool, b));
            break;
        }
        ck_assert_ptr_nonnull(pool_check(pool));
    }
}
END_TEST

/* ---- realloc ---- */

static void paint(char *payload, size_t size)
{
    for (size_t i = 0; i < size; i++)
        payload[i] = (char)(i * 31);
}

static void must_be_painted(const char *payload, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (payload[i] != (char)(i * 31))
            ck_abort_msg("byte %zu is not as it was", i);
}

START_TEST(a_payload_grows_and_shrinks_where_it_is)
{
    struct pool *pool = make_pool(ARRAY);
    char *payload = must_alloc(pool, 100);

    paint(payload, 100);
    ck_assert_ptr_eq(pool_realloc(pool, payload, 5000), payload);
    must_be_sound(pool, "growing");
    must_be_painted(payload, 100);
    char *next = must_alloc(pool, 100);
    ck_assert_ptr_eq(pool_realloc(pool, payload, 50), payload);
    must_be_sound(pool, "shrinking");
    must_be_painted(payload, 50);
    ck_assert_ptr_eq(pool_realloc(pool, payload, 4000), payload);
    must_be_sound(pool, "growing into what was its own");
    must_free(pool, next);
    must_free(pool, payload);
    must_be_empty(pool);
}
END_TEST

START_TEST(a_payload_moves_with_its_contents)
{
    struct pool *pool = make_pool(ARRAY);
    char *payload = must_alloc(pool, 1000), *next = must_alloc(pool, 24);

    paint(payload, 1000);
    char *moved = pool_realloc(pool, payload, 3000);
    must_be_sound(pool, "moving");
    ck_assert_ptr_ne(moved, payload);
    must_be_painted(moved, 1000);
    must_refuse(pool, payload, "what it left");
    must_free(pool, moved);
    must_free(pool, next);
    must_be_empty(pool);
}
END_TEST

START_TEST(a_payload_that_cannot_grow_stays)
{
    struct pool *pool = make_pool(8192);
    char *payload = must_alloc(pool, 1000);

    must_alloc(pool, 24);
    paint(payload, 1000);
    ck_assert_ptr_null(pool_realloc(pool, payload, 7500));
    must_be_sound(pool, "refusing to grow");
    must_be_painted(payload, 1000);
    must_free(pool, payload);
}
END_TEST

START_TEST(realloc_is_alloc_and_free_as_well)
{
    struct pool *pool = make_pool(8192);
    char *payload = pool_realloc(pool, NULL, 100);

    ck_assert_ptr_nonnull(payload);
    ck_assert_ptr_null(pool_realloc(pool, NULL, 0));
    ck_assert_ptr_null(pool_realloc(pool, payload, 0));
    must_be_empty(pool);
}
END_TEST

/* ---- alignment ---- */

START_TEST(payloads_are_where_they_should_be)
{
    struct pool *pool = make_pool(ARRAY);

    for (size_t alignment = 1; alignment <= 4096; alignment *= 2)
        for (size_t request = 1; request <= 4096; request *= 3) {
            void *payloads[3];
            for (int i = 0; i < 3; i++) {
                must_alloc(pool, 8);
                payloads[i] = pool_alloc_aligned(pool, alignment, request);
                ck_assert_ptr_nonnull(payloads[i]);
                must_be_sound(pool, "pool_alloc_aligned()");
                ck_assert_uint_eq((uintptr_t)payloads[i] % alignment, 0);
                ck_assert_uint_ge(pool_usable_size(pool, payloads[i]), request);
                memset(payloads[i], 1, request);
            }
            for (int i = 0; i < 3; i++)
                must_free(pool, payloads[i]);
        }
}
END_TEST

/* What is not needed for the payload is free again. */
START_TEST(an_aligned_payload_takes_no_more_than_its_chunk)
{
    struct pool *pool = make_pool(ARRAY);
    must_alloc(pool, 8);
    size_t used = pool_used(pool);

    ck_assert_ptr_nonnull(pool_alloc_aligned(pool, 4096, 100));
    ck_assert_uint_le(pool_used(pool) - used, 112);
}
END_TEST

START_TEST(what_is_no_alignment_is_refused)
{
    static const size_t bad[] = {0, 3, 24, 4095, SIZE_MAX, SIZE_MAX / 2 + 1};
    struct pool *pool = make_pool(ARRAY);

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_ptr_null(pool_alloc_aligned(pool, bad[i], 100));
    ck_assert_ptr_null(pool_alloc_aligned(pool, ARRAY * 2, 100));
    must_be_empty(pool);
}
END_TEST

/* ---- what a pool says of itself ---- */

START_TEST(the_bytes_in_use_are_counted)
{
    struct pool *pool = make_pool(ARRAY);
    size_t all = pool_info(pool).free;
    char *a = must_alloc(pool, 1000), *b = must_alloc(pool, 2000);
    struct pool_info info = pool_info(pool);

    ck_assert_uint_eq(info.used_chunks, 2);
    ck_assert_uint_eq(info.free_chunks, 1);
    ck_assert_uint_eq(info.used, pool_used(pool));
    ck_assert_uint_eq(info.used + info.free, all);
    ck_assert_uint_eq(info.largest_free, info.free);
    size_t most = pool_used(pool);
    must_free(pool, a);
    ck_assert_uint_eq(pool_info(pool).free_chunks, 2);
    ck_assert_uint_lt(pool_used(pool), most);
    ck_assert_ptr_eq(pool_realloc(pool, b, 3000), b);
    most = pool_used(pool) > most ? pool_used(pool) : most;
    ck_assert_ptr_eq(pool_realloc(pool, b, 10), b);
    ck_assert_uint_eq(pool_most_used(pool), most);
    must_free(pool, b);
    ck_assert_uint_eq(pool_used(pool), 0);
    ck_assert_uint_eq(pool_most_used(pool), most);
    must_alloc(pool, 8000);
    ck_assert_uint_eq(pool_most_used(pool), pool_used(pool));
}
END_TEST

static int count_until(void *payload, size_t size, bool used, void *context)
{
    size_t *left = context;

    (void)payload;
    (void)size;
    (void)used;
    return --*left == 0 ? 42 : 0;
}

START_TEST(a_walk_ends_when_the_visitor_says)
{
    struct pool *pool = make_pool(ARRAY);
    size_t left = 2;

    must_alloc(pool, 10);
    must_alloc(pool, 10);
    ck_assert_int_eq(pool_walk(pool, count_until, &left), 42);
    left = 100;
    ck_assert_int_eq(pool_walk(pool, count_until, &left), 0);
    ck_assert_uint_eq(left, 97);
}
END_TEST

/* ---- the lists ---- */

/* The start of the range that a list is for. */
static size_t list_start(struct place at)
{
    size_t units =
        at.level == 0 ? at.list : (size_t)(LISTS + at.list) << (at.level - 1);
    return units * POOL_ALIGNMENT;
}

/* Each size is on the list whose range it lies in, and no list comes before
 * another with shorter chunks. */
static void must_be_in_its_range(size_t size)
{
    struct place at = place_of(size);
    struct place next = {at.level + (at.list == LISTS - 1),
                         at.list == LISTS - 1 ? 0 : at.list + 1};

    ck_assert_uint_lt(at.list, LISTS);
    ck_assert_uint_le(list_start(at), size);
    if (at.level < 8 * sizeof(long) - LISTS_LOG2 - 5)
        ck_assert_uint_gt(list_start(next), size);
    ck_assert_uint_le(list_start(next) - list_start(at),
                      list_start(at) / LISTS + POOL_ALIGNMENT);
}

START_TEST(each_size_has_its_list)
{
    for (size_t size = POOL_ALIGNMENT; size < 1 << 20; size += POOL_ALIGNMENT)
        must_be_in_its_range(size);
    for (size_t size = 1 << 20; size < (size_t)1 << 40; size += size / 37)
        must_be_in_its_range(size & -POOL_ALIGNMENT);
}
END_TEST

/* ---- damage ---- */

static void damage(struct pool *pool, int what)
{
    struct chunk *used = pool->first, *free = chunk_after(used);
    struct place at = place_of(chunk_size(free));

    switch (what) {
    case 0:
        used->size = 16 | IN_USE | PREV_INUSE;
        break;
    case 1:
        used->size += POOL_ALIGNMENT / 2;
        break;
    case 2:
        used->size = ((size_t)1 << 24) | IN_USE | PREV_INUSE;
        break;
    case 3:
        free->size &= ~PREV_INUSE;
        break;
    case 4:
        chunk_after(free)->prev_size += POOL_ALIGNMENT;
        break;
    case 5:
        pool->end->size = 32 | IN_USE;
        break;
    case 6:
        pool->used++;
        break;
    case 7:
        pool->levels[at.level].map ^= 1UL << at.list;
        break;
    case 8:
        pool->map ^= 1UL << at.level;
        break;
    case 9:
        free->fd = free;
        break;
    case 10:
        free->bk = used;
        break;
    case 11:
        pool->levels[at.level].lists[at.list] = used;
        break;
    case 12:
        pool->levels[at.level].lists[at.list] = pool->end + 1;
        break;
    case 13:
        lists_unlink(pool, free);
        break;
    case 14:
        pool->end->size ^= PREV_INUSE;
        break;
    }
}

START_TEST(damage_is_found)
{
    struct pool *pool = make_pool(ARRAY);
    void *first = must_alloc(pool, 200), *second = must_alloc(pool, 500);

    must_alloc(pool, 100);
    must_free(pool, second);
    ck_assert_ptr_nonnull(first);
    damage(pool, _i);
    ck_assert_msg(pool_check(pool) != NULL, "damage %d is not found", _i);
}
END_TEST

/* ---- threads ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pool *shared;

static void *work(void *number)
{
    uint64_t state = (uintptr_t)number + 1;
    unsigned char *payloads[16] = {NULL};

    for (int i = 0; i < 4000; i++) {
        size_t slot = random_below(&state, 16);
        pthread_mutex_lock(&lock);
        if (payloads[slot] != NULL)
            ck_assert(pool_free(shared, payloads[slot]));
        size_t request = 1 + random_below(&state, 500);
        payloads[slot] = pool_alloc(shared, request);
        pthread_mutex_unlock(&lock);
        if (payloads[slot] != NULL)
            memset(payloads[slot], (int)(uintptr_t)number, request);
    }
    pthread_mutex_lock(&lock);
    for (int i = 0; i < 16; i++)
        if (payloads[i] != NULL)
            ck_assert(pool_free(shared, payloads[i]));
    pthread_mutex_unlock(&lock);
    return NULL;
}

START_TEST(threads_share_a_pool_under_their_lock)
{
    pthread_t threads[4];

    shared = make_pool(16384);
    for (uintptr_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, (void *)i), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    must_be_empty(shared);
}
END_TEST

static void add_group(Suite *suite, TCase *group)
{
    tcase_set_timeout(group, 30);
    suite_add_tcase(suite, group);
}

void add_cases(Suite *suite)
{
    TCase *arrays = tcase_create("arrays");
    add_group(suite, arrays);
    tcase_add_test(arrays, an_array_that_will_not_do_is_refused);
    tcase_add_test(arrays, the_shortest_array_is_a_pool);
    tcase_add_test(arrays, a_pool_stays_in_its_array);
    tcase_add_test(arrays, a_pool_spends_little_on_itself);
    tcase_add_test(arrays, what_was_in_the_array_does_not_matter);
    tcase_add_test(arrays, pools_do_not_know_each_other);

    TCase *alloc = tcase_create("alloc");
    add_group(suite, alloc);
    tcase_add_test(alloc, payloads_are_aligned_and_long_enough);
    tcase_add_test(alloc, what_no_pool_can_have_is_refused);
    tcase_add_test(alloc, all_of_it_can_be_used_and_freed_and_used);
    tcase_add_test(alloc, the_lowest_list_that_fits_is_taken);
    tcase_add_test(alloc, there_is_nothing_above_the_highest_level);
    tcase_add_test(alloc, a_rest_that_is_a_chunk_is_free);
    tcase_add_test(alloc, a_chunk_that_fits_may_not_be_found);
    tcase_add_test(alloc, payloads_are_where_they_should_be);
    tcase_add_test(alloc, an_aligned_payload_takes_no_more_than_its_chunk);
    tcase_add_test(alloc, what_is_no_alignment_is_refused);

    TCase *give = tcase_create("free");
    add_group(suite, give);
    tcase_add_test(give, neighbours_are_merged);
    tcase_add_test(give, a_second_free_is_refused);
    tcase_add_loop_test(give, a_second_free_inside_a_larger_chunk_is_refused, 0,
                        2);
    tcase_add_test(give, a_foreign_pointer_is_refused);
    tcase_add_test(give, a_smashed_neighbour_is_noticed);

    TCase *resize = tcase_create("realloc");
    add_group(suite, resize);
    tcase_add_test(resize, a_payload_grows_and_shrinks_where_it_is);
    tcase_add_test(resize, a_payload_moves_with_its_contents);
    tcase_add_test(resize, a_payload_that_cannot_grow_stays);
    tcase_add_test(resize, realloc_is_alloc_and_free_as_well);

    TCase *inside = tcase_create("inside");
    add_group(suite, inside);
    tcase_add_test(inside, the_bytes_in_use_are_counted);
    tcase_add_test(inside, a_walk_ends_when_the_visitor_says);
    tcase_add_test(inside, each_size_has_its_list);
    tcase_add_loop_test(inside, damage_is_found, 0, 15);

    TCase *threads = tcase_create("threads");
    add_group(suite, threads);
    tcase_add_test(threads, threads_share_a_pool_under_their_lock);

    TCase *random = tcase_create("random");
    add_group(suite, random);
    add_random(random);
}
