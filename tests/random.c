/* random.c - any call, in any order, with every byte watched
 *
 * A run makes thousands of random calls. Every payload is filled to its last
 * usable byte, and must still be filled when it is resized or freed. After each
 * call the new payload must be aligned and apart from all live ones, the
 * allocator's own check must be quiet, and its walk must know every live
 * payload and cover the bytes held. So a mistake is found at the call that made
 * it, and not where it hurts. The calls follow from the seed alone.
 */
#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { RUNS = 6, CALLS = 3000, SLOTS = 400, INDEX = 1024 };

struct object {
    char *payload; /* NULL: the slot is empty */
    size_t size;   /* as asked for */
    size_t usable; /* as the allocator says; all painted */
    unsigned tag;
    bool seen; /* by the walk */
};

static struct object slots[SLOTS];
static uint64_t state; /* of the random numbers of this run */
static int run_number, call_number;
static char call[120]; /* the call just made, for the message */

/* End the run: what broke, at which call, and how to see it again. */
static void broken(const char *what)
{
    ck_abort_msg("run %d, call %d, %s: %s (repeat with: make test SEED=%u)",
                 run_number, call_number, call, what, seed);
}

/* Mostly small, sometimes large, as programs ask. So they lie on either side of
 * what is small, of what caches take, and of what is mapped. */
static size_t random_size(void)
{
    size_t kind = random_below(&state, 100);
    if (kind < 60)
        return random_below(&state, 129);
    if (kind < 85)
        return random_below(&state, 2049);
    if (kind < 98)
        return random_below(&state, 20 * KiB);
    return random_below(&state, kind < 99 ? 100 * KiB : 300 * KiB);
}

/* It is compared up to the last usable byte, not only as far as was asked
 * for. */
static bool overlap(const struct object *a, const struct object *b)
{
    return a->payload < b->payload + b->usable &&
           b->payload < a->payload + a->usable;
}

/* Take a new or moved payload into its slot, if it is as it must be. */
static void take_in(struct object *object, char *payload, size_t size,
                    size_t alignment)
{
    if (payload == NULL)
        broken("it returned NULL");
    if ((uintptr_t)payload % alignment != 0) {
        char what[60];
        snprintf(what, sizeof(what), "the payload at %p is not aligned",
                 (void *)payload);
        broken(what);
    }
    *object = (struct object){payload, size, lib.malloc_usable_size(payload),
                              (unsigned)call_number, false};
    if (object->usable < size)
        broken("fewer bytes are usable than were asked for");
    for (int i = 0; i < SLOTS; i++) {
        if (&slots[i] != object && slots[i].payload != NULL &&
            overlap(&slots[i], object))
            broken("the payload overlaps a live one");
    }
    paint(payload, object->usable, object->tag);
}

static void verify(const struct object *object)
{
    if (!is_painted(object->payload, object->usable, object->tag))
        broken("a live payload was overwritten");
}

static void do_malloc(struct object *object, size_t size)
{
    snprintf(call, sizeof(call), "malloc(%zu)", size);
    take_in(object, lib.malloc(size), size, least_alignment(size));
}

static void do_calloc(struct object *object, size_t size)
{
    snprintf(call, sizeof(call), "calloc(1, %zu)", size);
    char *payload = lib.calloc(1, size);
    for (size_t i = 0; payload != NULL && i < size; i++) {
        if (payload[i] != 0)
            broken("the payload is not all zero");
    }
    take_in(object, payload, size, least_alignment(size));
}

static void do_memalign(struct object *object, size_t size)
{
    size_t alignment = (size_t)8 << random_below(&state, 11);
    size += size == 0; /* a payload of 0 bytes need not be aligned */
    snprintf(call, sizeof(call), "memalign(%zu, %zu)", alignment, size);
    take_in(object, lib.memalign(alignment, size), size, alignment);
}

static void do_realloc(struct object *object, size_t size)
{
    struct object old = *object;
    size_t kept = old.size < size ? old.size : size;

    size += size == 0; /* realloc(p, 0) frees */
    verify(object);
    snprintf(call, sizeof(call), "realloc(p, %zu) from %zu", size, old.size);
    object->payload = NULL; /* gone, unless realloc() returns it */
    char *payload = lib.realloc(old.payload, size);
    if (payload != NULL && !is_painted(payload, kept, old.tag))
        broken("the contents are lost");
    take_in(object, payload, size, least_alignment(size));
}

static void do_free(struct object *object)
{
    snprintf(call, sizeof(call), "free(p) of %zu", object->size);
    verify(object);
    lib.free(object->payload);
    object->payload = NULL;
}

/* Call something on a random slot: a full one is resized or freed, an empty one
 * is filled. So about half of them are full after a while. */
static void random_call(void)
{
    struct object *object = &slots[random_below(&state, SLOTS)];
    size_t kind = random_below(&state, 100);
    size_t size = random_size();

    if (object->payload != NULL && kind < 30)
        do_realloc(object, size);
    else if (object->payload != NULL)
        do_free(object);
    else if (kind < 60)
        do_malloc(object, size);
    else if (kind < 80)
        do_calloc(object, size);
    else
        do_memalign(object, size);
}

/* The live objects by address, built anew for each walk. */
static struct object *by_address[INDEX];

/* Where the object with this payload stands in the index, or would stand: it is
 * an open hash table, hashed by the address. */
static struct object **place_of(const char *payload)
{
    size_t i = (uintptr_t)payload / 16 * 2654435761u % INDEX;
    while (by_address[i] != NULL && by_address[i]->payload != payload)
        i = (i + 1) % INDEX;
    return &by_address[i];
}

struct total {
    size_t bytes, live;
    const char *trouble;
};

/* Visit a chunk: a free one is only counted, a live one must be as we know
 * it. */
static int see(const struct malloc_chunk_info *chunk, void *context)
{
    struct total *total = context;
    struct object *object = *place_of(chunk->payload);

    total->bytes += chunk->size;
    if (object == NULL)
        return 0;
    if (chunk->kind != MALLOC_USED && chunk->kind != MALLOC_MAPPED)
        total->trouble = "the walk calls a live payload free";
    else if (chunk->size < object->size + least_header(chunk))
        total->trouble = "the walk gives a live payload too small a chunk";
    else if (object->seen)
        total->trouble = "the walk passes a live payload twice";
    object->seen = true;
    total->live++;
    return total->trouble != NULL;
}

/* Does the allocator's walk agree with what we know? */
static void inspect(void)
{
    struct total total = {0};
    size_t live = 0;

    const char *trouble = lib.malloc_check();
    if (trouble != NULL)
        broken(trouble);
    memset(by_address, 0, sizeof(by_address));
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].payload == NULL)
            continue;
        slots[i].seen = false;
        *place_of(slots[i].payload) = &slots[i];
        live++;
    }
    lib.malloc_walk(see, &total);
    if (total.trouble != NULL)
        broken(total.trouble);
    if (total.live != live)
        broken("a live payload is not in the walk");
    if (total.bytes != lib.malloc_held())
        broken("the chunks of the walk do not add up to the bytes held");
}

/* Payloads that are seldom freed would be verified late. */
static void verify_all(void)
{
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].payload != NULL)
            verify(&slots[i]);
    }
}

static void begin_run(int number)
{
    run_number = number;
    state = seed * 1000003u + (unsigned)run_number;
    call_number = 0;
}

/* Make so many calls. */
static void make_calls(int count)
{
    for (int last = call_number + count; call_number < last;) {
        call_number++;
        random_call();
        if (lib.inspectable)
            inspect();
        if (call_number % 500 == 0)
            verify_all();
    }
}

static void *run_random_calls(void *number)
{
    begin_run((int)(intptr_t)number);
    make_calls(CALLS);
    return NULL;
}

START_TEST(random_calls)
{
    run_random_calls((void *)(intptr_t)_i);
}
END_TEST

/* If a thread has memory of its own, that must be as sound as the first
 * one's. */
static void run_in_a_thread(int number)
{
    pthread_t thread;
    lib.free(lib.malloc(1));
    pthread_create(&thread, NULL, run_random_calls, (void *)(intptr_t)number);
    pthread_join(thread, NULL);
}

START_TEST(random_calls_in_a_thread)
{
    run_in_a_thread(RUNS + _i);
}
END_TEST

/* Two threads take turns. What one has allocated the other resizes or frees. */
enum { TURN = 20 };
static pthread_barrier_t turn;

static void *run_every_other_turn(void *mine)
{
    for (int i = 0; i < CALLS / TURN; i++) {
        if (i % 2 == *(int *)mine)
            make_calls(TURN);
        pthread_barrier_wait(&turn);
    }
    return NULL;
}

START_TEST(random_calls_of_two_threads)
{
    static int number[] = {0, 1};
    pthread_t thread[2];

    lib.free(lib.malloc(1));
    pthread_barrier_init(&turn, NULL, 2);
    begin_run(4 * RUNS + _i);
    for (int i = 0; i < 2; i++)
        pthread_create(&thread[i], NULL, run_every_other_turn, &number[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
}
END_TEST

/* Make it map a lot, give top back to the system again and again and, if it has
 * such parameters, merge small chunks at once and overwrite payloads. */
static void tighten(int i)
{
    lib.mallopt(M_MMAP_THRESHOLD, 4096 << i);
    lib.mallopt(M_TRIM_THRESHOLD, 8192);
    lib.mallopt(M_TOP_PAD, 0);
    lib.mallopt(M_MXFAST, i % 2 == 0 ? 160 : 0);
    lib.mallopt(M_PERTURB, i % 2 == 0 ? 0 : 0x5a);
}

START_TEST(random_calls_with_low_thresholds)
{
    tighten(_i);
    run_random_calls((void *)(intptr_t)(2 * RUNS + _i));
}
END_TEST

START_TEST(random_calls_with_low_thresholds_in_a_thread)
{
    tighten(_i);
    run_in_a_thread(3 * RUNS + _i);
}
END_TEST

void add_random(TCase *group)
{
    tcase_add_loop_test(group, random_calls, 0, RUNS);
    tcase_add_loop_test(group, random_calls_in_a_thread, 0, 3);
    tcase_add_loop_test(group, random_calls_of_two_threads, 0, 3);
    tcase_add_loop_test(group, random_calls_with_low_thresholds, 0, 4);
    tcase_add_loop_test(group, random_calls_with_low_thresholds_in_a_thread, 0,
                        4);
}
