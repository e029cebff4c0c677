/* pool_random.c - random calls on a pool, against a model
 *
 * The model knows of each payload where it is, how long, and what is written in
 * it. After each call the pool is checked, and payloads must have what was
 * written there: so two that overlap are found. If the pool says that it has no
 * chunk, a walk over all of them must find none that is surely long enough.
 *
 * Pools of every length are tried with the same calls, so that each call in
 * turn is the first one for which there is no memory.
 */
#include "pool_cases.h"

#include <string.h>

enum { PAYLOADS = 64 };

struct payload {
    unsigned char *start; /* NULL: there is none */
    size_t size;
    unsigned char tag;
};

static struct payload payloads[PAYLOADS];

size_t random_below(uint64_t *state, size_t limit)
{
    *state += 0x9e3779b97f4a7c15;
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (size_t)((z ^ z >> 31) % limit);
}

static void fill(struct payload *payload)
{
    memset(payload->start, payload->tag, payload->size);
}

static void must_be_filled(const struct payload *payload, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (payload->start[i] != payload->tag)
            ck_abort_msg("byte %zu of a payload of %zu was overwritten", i,
                         size);
}

/* Small mostly, and now and then large. */
static size_t random_request(uint64_t *state)
{
    size_t limit = random_below(state, 8) == 0 ? 9000 : 300;
    return 1 + random_below(state, limit);
}

/* A chunk that is this long is on a list all of whose chunks are long enough
 * for the request: at least a sixteenth longer than its chunk. */
static size_t surely_enough(size_t request)
{
    size_t size = request + sizeof(size_t) + 2 * POOL_ALIGNMENT;
    return size + size / LISTS + POOL_ALIGNMENT;
}

static void must_have_none(struct pool *pool, size_t request)
{
    size_t largest = pool_info(pool).largest_free;
    if (largest >= surely_enough(request))
        ck_abort_msg("%zu bytes are refused, and a chunk of %zu is free",
                     request, largest);
}

static void take(struct pool *pool, struct payload *payload, uint64_t *state)
{
    size_t alignment = (size_t)8 << random_below(state, 7);
    bool aligned = random_below(state, 6) == 0;

    payload->size = random_request(state);
    payload->tag = (unsigned char)random_below(state, 256);
    payload->start = aligned
                         ? pool_alloc_aligned(pool, alignment, payload->size)
                         : pool_alloc(pool, payload->size);
    if (payload->start == NULL) {
        must_have_none(pool,
                       payload->size + (aligned ? alignment + MINSIZE : 0));
        return;
    }
    if (aligned && (uintptr_t)payload->start % alignment != 0)
        ck_abort_msg("a payload is not aligned");
    if (pool_usable_size(pool, payload->start) < payload->size)
        ck_abort_msg("a payload is too short");
    fill(payload);
}

static void resize(struct pool *pool, struct payload *payload, uint64_t *state)
{
    size_t size = random_request(state);
    unsigned char *moved = pool_realloc(pool, payload->start, size);

    if (moved == NULL) {
        must_have_none(pool, size);
        must_be_filled(payload, payload->size);
        return;
    }
    payload->start = moved;
    must_be_filled(payload, payload->size < size ? payload->size : size);
    payload->size = size;
    fill(payload);
}

static void give(struct pool *pool, struct payload *payload)
{
    must_be_filled(payload, payload->size);
    if (!pool_free(pool, payload->start))
        ck_abort_msg("a payload is not freed");
    if (pool_free(pool, payload->start))
        ck_abort_msg("a payload is freed twice");
    payload->start = NULL;
}

static void play(struct pool *pool, uint64_t state, int calls)
{
    for (int i = 0; i < calls; i++) {
        struct payload *payload = &payloads[random_below(&state, PAYLOADS)];
        const char *call = "pool_alloc()";
        if (payload->start == NULL) {
            take(pool, payload, &state);
        } else if (random_below(&state, 3) == 0) {
            call = "pool_realloc()";
            resize(pool, payload, &state);
        } else {
            call = "pool_free()";
            give(pool, payload);
        }
        must_be_sound(pool, call);
    }
    for (int i = 0; i < PAYLOADS; i++)
        if (payloads[i].start != NULL)
            give(pool, &payloads[i]);
    must_be_empty(pool);
}

/* From a pool that is always full to one that never is. */
START_TEST(random_calls_on_a_pool)
{
    static const size_t sizes[] = {4096, 16384, 65536, ARRAY};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        play(make_pool(sizes[i]), seed * 100 + (uint64_t)_i, 5000);
        must_be_in_its_array(sizes[i]);
    }
}
END_TEST

START_TEST(each_call_in_turn_finds_no_memory)
{
    for (size_t size = 2048; size < 20000; size += 4 * POOL_ALIGNMENT) {
        play(make_pool(size), seed, 60);
        must_be_in_its_array(size);
    }
}
END_TEST

void add_random(TCase *group)
{
    tcase_add_loop_test(group, random_calls_on_a_pool, 0, 5);
    tcase_add_test(group, each_call_in_turn_finds_no_memory);
}
