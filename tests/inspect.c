/* inspect.c - does the allocator tell the truth about itself?
 *
 * The other cases, the plots and the pictures rely on inspect.h. So what it
 * says is compared here with what the caller knows: what is live, where, and
 * how long it is.
 */
#include "suite.h"

#include <unistd.h>

struct total {
    size_t chunks, bytes;
    size_t odd; /* chunks of an impossible size */
};

static int add_up(const struct malloc_chunk_info *chunk, void *context)
{
    struct total *total = context;
    bool ends_a_region =
        chunk->kind == MALLOC_TOP || chunk->kind == MALLOC_FENCE;
    total->chunks++;
    total->bytes += chunk->size;
    if (!ends_a_region && (chunk->size < 16 || chunk->size % 16 != 0))
        total->odd++;
    return 0;
}

/* Held bytes are chunks and nothing else: there is no gap, and no byte is
 * counted twice. */
static void assert_chunks_cover_held(const char *when)
{
    struct total total = {0};
    lib.malloc_walk(add_up, &total);
    ck_assert_msg(total.bytes == lib.malloc_held(),
                  "%s: the chunks have %zu bytes, but %zu are held", when,
                  total.bytes, lib.malloc_held());
    ck_assert_msg(total.odd == 0, "%s: %zu chunks of an impossible size",
                  when, total.odd);
}

/* Payloads of all sorts: payload[i] has sizes[i] bytes, every third one
 * is freed again and is NULL. */
enum { BUSY = 300 };
static char *payload[BUSY];
static size_t sizes[BUSY];

static void make_busy(void)
{
    for (size_t i = 0; i < BUSY; i++) {
        sizes[i] = i % 50 == 49 ? 200 * KiB : i * i % 3001;
        payload[i] = i % 10 == 9 ? lib.memalign(256, sizes[i])
                                 : lib.malloc(sizes[i]);
        ck_assert_msg(payload[i] != NULL, "an allocation failed");
    }
    for (size_t i = 0; i < BUSY; i += 3) {
        lib.free(payload[i]);
        payload[i] = NULL;
    }
}

START_TEST(chunks_cover_held_bytes)
{
    needs_inspection();
    assert_chunks_cover_held("before the first call");
    lib.free(must_malloc(1));
    assert_chunks_cover_held("after one malloc and free");
    make_busy();
    assert_chunks_cover_held("on a busy allocator");
    for (size_t i = 0; i < BUSY; i++)
        lib.free(payload[i]);
    assert_chunks_cover_held("when all is freed");
}
END_TEST

START_TEST(live_payloads_are_in_the_walk)
{
    needs_inspection();
    make_busy();
    for (size_t i = 0; i < BUSY; i++) {
        if (payload[i] == NULL)
            continue;
        struct sight sight = look_up(payload[i]);
        ck_assert_msg(sight.used, "a live payload of %zu is not in use",
                      sizes[i]);
        ck_assert_msg(sight.size >= sizes[i] + sight.header,
                      "%zu bytes in a chunk of %zu", sizes[i], sight.size);
        size_t usable = lib.malloc_usable_size(payload[i]);
        ck_assert_msg(usable + sight.header <= sight.size,
                      "%zu usable bytes in a chunk of %zu", usable,
                      sight.size);
    }
}
END_TEST

/* It may have become part of a larger chunk, and no longer be one itself. */
START_TEST(freed_payload_is_not_in_use)
{
    needs_inspection();
    char *freed = must_malloc(5000);
    must_malloc(24);
    ck_assert_msg(look_up(freed).used, "a live payload is not in use");
    lib.free(freed);
    ck_assert_msg(!look_up(freed).used, "a freed chunk is still in use");
}
END_TEST

START_TEST(check_finds_nothing)
{
    needs_inspection();
    const char *broken = lib.malloc_check();
    ck_assert_msg(broken == NULL, "on a fresh allocator: %s", broken);
    make_busy();
    broken = lib.malloc_check();
    ck_assert_msg(broken == NULL, "on a busy allocator: %s", broken);
}
END_TEST

static int stop_at_third(const struct malloc_chunk_info *chunk, void *context)
{
    (void)chunk;
    int *visits = context;
    return ++*visits == 3 ? 42 : 0;
}

START_TEST(visitor_stops_the_walk)
{
    needs_inspection();
    make_busy();
    int visits = 0;
    int answer = lib.malloc_walk(stop_at_third, &visits);
    ck_assert_msg(visits == 3, "the walk went on to visit %d", visits);
    ck_assert_msg(answer == 42, "the visitor's 42 is returned as %d", answer);
}
END_TEST

/* As in glibc: the request and 128 KiB, in whole pages, so that the first
 * pictures of all chapters begin alike. */
START_TEST(first_growth_has_128_KiB_to_spare)
{
    needs_inspection();
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    must_malloc(1);
    size_t least = 128 * KiB + 32 + 32;
    size_t expected = (least + page - 1) / page * page;
    ck_assert_msg(lib.malloc_held() == expected,
                  "%zu bytes are held after malloc(1), not %zu",
                  lib.malloc_held(), expected);
}
END_TEST

void add_inspect(TCase *group)
{
    tcase_add_test(group, chunks_cover_held_bytes);
    tcase_add_test(group, live_payloads_are_in_the_walk);
    tcase_add_test(group, freed_payload_is_not_in_use);
    tcase_add_test(group, check_finds_nothing);
    tcase_add_test(group, visitor_stops_the_walk);
    tcase_add_test(group, first_growth_has_128_KiB_to_spare);
}
