/* moving.c - the cases of the heap whose objects move
 *
 * Many go through a cycle phase by phase, on this thread (in_phase()), and look
 * at what a load does between two of them.
 */
#include "suite.h"

#include "allocate.h"
#include "forwarding.h"
#include "mark.h"
#include "moving.h"
#include "moving_graph.h"

#include <errno.h>
#include <sched.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static void must_start(size_t capacity, size_t workers)
{
    ck_assert_int_eq(moving_start(capacity, workers, 100), 0);
    heap.wake_at = heap.pace = capacity - heap.reserve; /* no other cycles */
    thread_attach();
}

static void stop(void)
{
    thread_detach();
    moving_stop();
}

/* A phase of the cycle, made by this thread, which is away meanwhile. */
static void in_phase(void (*phase)(void))
{
    thread_leave();
    phase();
    thread_return();
}

static void mark_to_the_end(void)
{
    do
        mark_concurrently();
    while (!mark_end());
}

static void until_marked(void)
{
    mark_start();
    mark_to_the_end();
}

static void until_relocating(void)
{
    until_marked();
    choose_pages();
    relocate_start();
}

static void whole_cycle(void)
{
    until_relocating();
    relocate_concurrently();
}

/* What stands in a slot, as it is. */
static struct object *raw(struct object *o, size_t number)
{
    return atomic_load(&at(o)->slots[number]);
}

static uintptr_t colour_of(struct object *o)
{
    return (uintptr_t)o & COLOURS;
}

static long *value_of(struct object *o)
{
    return object_data(o);
}

static struct object *new_value(long value)
{
    struct object *o = object_new(0, sizeof value);

    *value_of(o) = value;
    return o;
}

/* Not in one expression: what the root holds may change in object_new(). */
static void hang_value(struct object **parent, size_t number, long value)
{
    struct object *o = new_value(value);

    store_reference(*parent, number, o);
}

/* Fill pages with objects of 1000 bytes, of which one in `keep` stays, in the
 * table's slots. */
static struct object **table_of_scattered(size_t count, size_t keep)
{
    struct object **table = root_push(object_new(count, 0));

    for (size_t i = 0; i < count * keep; i++) {
        struct object *o = object_new(0, 1000);
        *value_of(o) = (long)i;
        if (i % keep == 0)
            store_reference(*table, i / keep, o);
    }
    return table;
}

static void table_must_be(struct object **table, size_t count, size_t keep)
{
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(*value_of(load_reference(*table, i)),
                         (long)(i * keep));
}

/* ---- memory ---- */

START_TEST(one_memory_is_seen_at_three_addresses)
{
    must_start(4 * MIB, 1);
    uintptr_t offset = reference_to_offset(new_value(1));
    uintptr_t colours[] = {MARKED0, MARKED1, REMAPPED};
    for (long i = 0; i < 9; i++) {
        *value_of((struct object *)(offset | colours[i % 3])) = i;
        ck_assert_int_eq(*value_of((struct object *)(offset | colours[i / 3])),
                         i);
    }
    stop();
}
END_TEST

static bool has_views(void)
{
    char line[256];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");

    while (fgets(line, sizeof line, maps) != NULL)
        found |= strstr(line, "memfd:heap") != NULL;
    fclose(maps);
    return found;
}

START_TEST(it_leaves_nothing_and_starts_again)
{
    for (size_t i = 0; i < 3; i++) {
        must_start(4 * MIB, 1 + i);
        ck_assert(has_views());
        struct object **root = root_push(new_value(5));
        collect();
        ck_assert_int_eq(*value_of(*root), 5);
        stop();
        ck_assert(!has_views());
    }
}
END_TEST

START_TEST(what_cannot_be_started_is_refused)
{
    ck_assert_int_eq(moving_start(4 * MIB, 0, 100), -EINVAL);
    ck_assert_int_eq(moving_start(0, 1, 100), -EINVAL);
    ck_assert_int_eq(moving_start(OFFSET_MAX, 1, 100), -EINVAL);
    void *other =
        mmap((void *)(MARKED1 + MIB), 4096, PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    ck_assert_ptr_eq(other, (void *)(MARKED1 + MIB));
    ck_assert_int_eq(moving_start(4 * MIB, 1, 100), -EEXIST);
    munmap(other, 4096);
    must_start(4 * MIB, 1);
    stop();
}
END_TEST

static void fill(struct object *o)
{
    memset(object_data(o), 0xaa,
           object_size(o) - WORD - object_references(o) * WORD);
}

static void must_be_zero(struct object *o, size_t bytes)
{
    const char *data = object_data(o);

    for (size_t i = 0; i < object_references(o); i++)
        ck_assert_ptr_null(raw(o, i));
    for (size_t i = 0; i < bytes; i++)
        MUST(data[i] == 0, "byte %zu is not zero", i);
}

/* Of all sizes around the limits; pages are used again in between. */
START_TEST(a_new_object_is_zero)
{
    static const size_t sizes[] = {
        0,    1,    7,    8,     9,     100,   4000,  4088,
        4089, 4096, 8000, 28000, 32760, 32768, 32769, 100000,
    };

    must_start(4 * MIB, 1);
    for (size_t round = 0; round < 200; round++) {
        size_t bytes = sizes[round % 16], references = round % 5;
        struct object *o = object_new(references, bytes);
        ck_assert_uint_eq((uintptr_t)o % WORD, 0);
        ck_assert_uint_eq(object_references(o), references);
        ck_assert_uint_ge(object_size(o), WORD + references * WORD + bytes);
        ck_assert_uint_lt(object_size(o), 2 * WORD + references * WORD + bytes);
        must_be_zero(o, bytes);
        fill(o);
        if (round % 50 == 49)
            in_phase(whole_cycle);
    }
    stop();
}
END_TEST

START_TEST(what_cannot_be_reached_goes_back)
{
    must_start(8 * MIB, 2);
    struct object **table = table_of_scattered(2000, 1);
    root_push(object_new(0, 2 * MIB));
    ck_assert_uint_gt(moving_held(), 4 * MIB);
    table_must_be(table, 2000, 1);
    root_pop(2);
    collect();
    collect();
    ck_assert_uint_eq(moving_held(), 0);
    stop();
}
END_TEST

/* The large object is gone with the first cycle, and leaves a hole for another;
 * what is beside it stays. */
START_TEST(a_large_object_has_memory_of_its_own)
{
    must_start(8 * MIB, 1);
    struct object **a = root_push(object_new(1, 3 * MIB));
    struct object **b = root_push(object_new(0, 3 * MIB));
    uintptr_t place = reference_to_offset(*b);
    fill(*b);
    store_reference(*a, 0, *b);
    *a = NULL;
    collect();
    ck_assert_uint_lt(moving_held(), 4 * MIB);
    ck_assert_uint_eq(reference_to_offset(*b), place);
    *a = object_new(0, 3 * MIB);
    must_be_zero(*a, 3 * MIB);
    ck_assert_int_eq(((char *)object_data(*b))[3 * MIB - 1], (char)0xaa);
    stop();
}
END_TEST

/* ---- phases ---- */

START_TEST(a_load_marks_and_heals)
{
    must_start(4 * MIB, 1);
    struct object **root = root_push(object_new(1, 0));
    hang_value(root, 0, 7);
    for (int i = 0; i < 4; i++) {
        ck_assert_uint_eq(colour_of(raw(*root, 0)) & bad_colours, 0);
        in_phase(mark_start);
        ck_assert_uint_eq(good_colour, i % 2 == 0 ? MARKED0 : MARKED1);
        ck_assert_uint_eq(colour_of(*root), good_colour);
        ck_assert(is_bad(raw(*root, 0)));
        struct object *o = load_reference(*root, 0);
        ck_assert_uint_eq(colour_of(o), good_colour);
        ck_assert_ptr_eq(raw(*root, 0), o);
        ck_assert_int_eq(*value_of(o), 7);
        in_phase(mark_to_the_end);
        in_phase(choose_pages);
        in_phase(relocate_start);
        in_phase(relocate_concurrently);
        load_reference(*root, 0);
    }
    stop();
}
END_TEST

/* The only path to an object goes while objects are marked, behind the back of
 * the collector. */
START_TEST(what_was_loaded_is_not_lost)
{
    must_start(4 * MIB, 2);
    struct object **holder = root_push(object_new(1, 0));
    struct object **middle = root_push(object_new(1, 0));
    store_reference(*holder, 0, *middle);
    hang_value(middle, 0, 7);
    root_pop(1);
    in_phase(mark_start);
    struct object **kept =
        root_push(load_reference(load_reference(*holder, 0), 0));
    store_reference(*holder, 0, NULL);
    in_phase(mark_to_the_end);
    in_phase(choose_pages);
    in_phase(relocate_start);
    in_phase(relocate_concurrently);
    graph_must_be_sound("a cycle");
    ck_assert_int_eq(*value_of(*kept), 7);
    stop();
}
END_TEST

/* So is what hangs from it, which only the mutator has put on its mark stack,
 * after the workers had nothing left. */
START_TEST(marking_goes_on_if_a_thread_has_marked)
{
    must_start(4 * MIB, 2);
    struct object **holder = root_push(object_new(1, 0));
    struct object **list = root_push(NULL);
    for (long i = 0; i < 1000; i++) {
        struct object *o = object_new(1, sizeof i);
        *value_of(o) = i;
        store_reference(o, 0, *list);
        *list = o;
    }
    struct object *shield = object_new(1, 0);
    store_reference(shield, 0, *list);
    store_reference(*holder, 0, shield);
    *list = NULL;

    /* The holder is black; the list is only reached by the thread. */
    in_phase(mark_start);
    struct object *hidden = load_reference(*holder, 0);
    store_reference(*holder, 0, NULL);
    *list = load_reference(hidden, 0);
    thread_leave();
    mark_concurrently();
    ck_assert(!mark_end());
    mark_concurrently();
    ck_assert(mark_end());
    choose_pages();
    relocate_start();
    relocate_concurrently();
    thread_return();
    graph_must_be_sound("a cycle");
    struct object *o = *list;
    for (long i = 1000; i-- > 0; o = load_reference(o, 0))
        ck_assert_int_eq(*value_of(o), i);
    ck_assert_ptr_null(o);
    stop();
}
END_TEST

START_TEST(what_is_new_while_marking_lives)
{
    must_start(4 * MIB, 1);
    struct object **old = root_push(object_new(2, 0));
    in_phase(mark_start);
    struct object **small = root_push(object_new(1, 0));
    struct object **large = root_push(object_new(1, 2 * PAGE_BYTES));
    hang_value(small, 0, 1);
    hang_value(large, 0, 2);
    store_reference(*old, 0, *small);
    store_reference(*old, 1, *large);
    in_phase(mark_to_the_end);
    in_phase(choose_pages);
    in_phase(relocate_start);
    in_phase(relocate_concurrently);
    for (int i = 0; i < 3; i++) {
        graph_must_be_sound("a cycle");
        ck_assert_ptr_eq(load_reference(*old, 0), *small);
        ck_assert_ptr_eq(load_reference(*old, 1), *large);
        ck_assert_int_eq(*value_of(load_reference(*small, 0)), 1);
        ck_assert_int_eq(*value_of(load_reference(*large, 0)), 2);
        in_phase(whole_cycle);
    }
    stop();
}
END_TEST

/* With nobody but this thread to move it. */
START_TEST(a_load_moves_the_object)
{
    must_start(4 * MIB, 1);
    struct object **table = table_of_scattered(100, 8);
    in_phase(until_relocating);
    struct object *stale = raw(*table, 50);
    ck_assert(is_bad(stale));
    struct object *o = load_reference(*table, 50);
    ck_assert_uint_ne(reference_to_offset(o), reference_to_offset(stale));
    ck_assert_uint_eq(colour_of(o), REMAPPED);
    ck_assert_ptr_eq(raw(*table, 50), o);
    ck_assert_int_eq(*value_of(o), 50 * 8);
    ck_assert_int_eq(*value_of(stale),
                     50 * 8); /* the old copy is still there */
    /* Another old reference leads to the same new place. */
    store_reference(*table, 51, stale);
    ck_assert_ptr_eq(load_reference(*table, 51), o);
    graph_must_be_sound("a load");
    in_phase(relocate_concurrently);
    ck_assert_ptr_eq(load_reference(*table, 50), o);
    graph_must_be_sound("relocation");
    stop();
}
END_TEST

START_TEST(the_emptiest_pages_are_emptied)
{
    must_start(8 * MIB, 2);
    struct object **full = table_of_scattered(640, 1);
    struct object **sparse = table_of_scattered(100, 10);
    uintptr_t place = reference_to_offset(load_reference(*full, 300));
    uintptr_t from = reference_to_offset(load_reference(*sparse, 50));
    size_t used = heap.used;
    in_phase(whole_cycle);
    ck_assert_uint_lt(heap.used, used - 700 * 1000);
    ck_assert_uint_lt(heap.used, 760 * 1008 + 6 * PAGE_BYTES);
    ck_assert_uint_eq(reference_to_offset(load_reference(*full, 300)), place);
    ck_assert_uint_ne(reference_to_offset(load_reference(*sparse, 50)), from);
    table_must_be(full, 640, 1);
    table_must_be(sparse, 100, 10);
    stop();
}
END_TEST

/* Between two cycles nobody loads; meanwhile the page is used again. */
START_TEST(an_old_reference_is_corrected_a_cycle_later)
{
    must_start(4 * MIB, 2);
    struct object **table = table_of_scattered(100, 8);
    struct object **fill = root_push(object_new(2000, 0));
    in_phase(whole_cycle);
    struct object *stale = raw(*table, 50);
    ck_assert(is_bad(stale));
    for (size_t i = 0; i < 2000; i++)
        hang_value(fill, i, -1);
    in_phase(until_marked);
    graph_must_be_sound("marking");
    ck_assert(!is_bad(raw(*table, 50)));
    ck_assert_uint_ne(reference_to_offset(raw(*table, 50)),
                      reference_to_offset(stale));
    table_must_be(table, 100, 8);
    in_phase(choose_pages);
    for (size_t i = 0; i < heap.count; i++)
        ck_assert(heap.forwardings[i] == NULL ||
                  heap.pages[i].live_objects > 0);
    in_phase(relocate_start);
    in_phase(relocate_concurrently);
    table_must_be(table, 100, 8);
    stop();
}
END_TEST

START_TEST(roots_are_corrected)
{
    struct object **roots[50];

    must_start(4 * MIB, 1);
    for (long i = 0; i < 50; i++) {
        roots[i] = root_push(new_value(i));
        object_new(0, 3000);
    }
    store_global(*roots[20]);
    struct object *before = *roots[20];
    in_phase(until_relocating);
    ck_assert_ptr_ne(*roots[20], before);
    for (long i = 0; i < 50; i++) {
        ck_assert(!is_bad(*roots[i]));
        ck_assert_int_eq(*value_of(*roots[i]), i);
    }
    ck_assert_ptr_eq(load_global(), *roots[20]);
    in_phase(relocate_concurrently);
    graph_must_be_sound("relocation");
    stop();
}
END_TEST

static void take_all_memory(void)
{
    while (page_open(SMALL_MAX, MOVES) != NULL) {
    }
    self->page = NULL;
}

/* No page is left for a copy: the object stays, and moves a cycle later. */
START_TEST(without_memory_an_object_stays)
{
    must_start(4 * MIB, 1);
    struct object **table = table_of_scattered(100, 8);
    in_phase(until_relocating);
    take_all_memory();
    struct object *stale = raw(*table, 50);
    struct object *o = load_reference(*table, 50);
    ck_assert_uint_eq(reference_to_offset(o), reference_to_offset(stale));
    graph_must_be_sound("a load without memory");
    in_phase(relocate_concurrently);
    graph_must_be_sound("relocation without memory");
    ck_assert_ptr_eq(load_reference(*table, 50), o);
    table_must_be(table, 100, 8);
    in_phase(whole_cycle);
    ck_assert_uint_ne(reference_to_offset(load_reference(*table, 50)),
                      reference_to_offset(stale));
    table_must_be(table, 100, 8);
    stop();
}
END_TEST

/* More grey objects than a segment has room for, and a chain that is longer
 * than any C stack. */
START_TEST(wide_and_deep_graphs_are_marked)
{
    must_start(12 * MIB, 2);
    struct object **wide = root_push(object_new(20000, 0));
    struct object **deep = root_push(NULL);
    for (size_t i = 0; i < 20000; i++) {
        struct object *o = object_new(1, 0);
        store_reference(*wide, i, o);
    }
    for (long i = 0; i < 200000; i++) {
        struct object *o = object_new(1, sizeof i);
        *value_of(o) = i;
        store_reference(o, 0, *deep);
        *deep = o;
    }
    collect();
    graph_must_be_sound("a cycle");
    ck_assert_uint_ge(heap.live, 20000 * (3 * WORD) + 200000 * (3 * WORD));
    long i = 200000;
    for (struct object *o = *deep; o != NULL; o = load_reference(o, 0))
        MUST(*value_of(o) == --i, "an object is lost");
    ck_assert_int_eq(i, 0);
    stop();
}
END_TEST

/* ---- threads ---- */

enum { RACERS = 2, RACED = 1000 };

static struct forwarding *raced;
static pthread_barrier_t starting_line;
static atomic_size_t arrived;
static uintptr_t winners[RACERS][RACED];

static void *race(void *argument)
{
    size_t racer = (size_t)argument;
    uintptr_t start = page_offset(raced->page);

    pthread_barrier_wait(&starting_line);
    for (size_t i = 0; i < RACED; i++) {
        /* Both at the same moment. */
        atomic_fetch_add(&arrived, 1);
        while (arrived < RACERS * (i + 1))
            sched_yield();
        winners[racer][i] = forwarding_insert(
            raced, start + i * WORD, (racer * RACED + i + 1) * PAGE_BYTES);
    }
    return NULL;
}

static void run_race(struct page *page)
{
    pthread_t ids[RACERS];

    raced = forwarding_new(page);
    arrived = 0;
    for (size_t i = 0; i < RACERS; i++)
        pthread_create(&ids[i], NULL, race, (void *)i);
    for (size_t i = 0; i < RACERS; i++)
        pthread_join(ids[i], NULL);
    for (size_t i = 0; i < RACED; i++) {
        uintptr_t from = page_offset(page) + i * WORD;
        uintptr_t to = forwarding_find(raced, from);
        MUST((to / PAGE_BYTES - 1) % RACED == i, "word %zu went elsewhere", i);
        for (size_t racer = 0; racer < RACERS; racer++)
            MUST(winners[racer][i] == to, "word %zu went to two places", i);
    }
    ck_assert_uint_eq(forwarding_find(raced, page_offset(page) + RACED * WORD),
                      0);
    forwarding_delete(raced);
}

START_TEST(all_agree_who_has_copied)
{
    must_start(4 * MIB, 1);
    struct page *page = page_open(SMALL_MAX, WAITED);
    page->live_objects = RACED;
    pthread_barrier_init(&starting_line, NULL, RACERS);
    for (int i = 0; i < 10; i++)
        run_race(page);
    stop();
}
END_TEST

/* So is a thread whose copy came too late: it uses the bytes for another one.
 */
START_TEST(what_is_taken_back_is_zero_again)
{
    must_start(4 * MIB, 1);
    uintptr_t offset = allocate(100 * WORD, MOVES);
    memset(at((struct object *)(offset | REMAPPED)), 0xaa, 100 * WORD);
    take_back(offset, 100 * WORD);
    struct object *o = object_new(3, 50 * WORD);
    ck_assert_uint_eq(reference_to_offset(o), offset);
    must_be_zero(o, 50 * WORD);
    stop();
}
END_TEST

/* Between a load and its healing somebody else stores. */
START_TEST(a_new_reference_is_not_healed_over)
{
    must_start(4 * MIB, 1);
    struct object **root = root_push(object_new(1, 0));
    hang_value(root, 0, 1);
    in_phase(mark_start);
    struct object *stale = raw(*root, 0), *newer = new_value(2);
    struct object *corrected = mark_reference(stale);
    store_reference(*root, 0, newer);
    heal_slot(&at(*root)->slots[0], stale, corrected);
    ck_assert_ptr_eq(raw(*root, 0), newer);
    stop();
}
END_TEST

/* A page is given up by the last one who reads it, and by nobody a second
 * time. */
START_TEST(a_page_stays_while_it_is_read)
{
    must_start(4 * MIB, 1);
    struct page *page = page_open(SMALL_MAX, WAITED);
    size_t used = heap.used;
    struct forwarding *f = forwarding_new(page);
    ck_assert(forwarding_retain(f));
    forwarding_release(f);
    ck_assert_uint_eq(heap.used, used);
    ck_assert(forwarding_retain(f));
    forwarding_release(f);
    forwarding_release(f);
    ck_assert_uint_eq(heap.used, used - PAGE_BYTES);
    ck_assert(!forwarding_retain(f));
    forwarding_delete(f);
    stop();
}
END_TEST

static atomic_bool may_go;

static void *wait_away(void *unused)
{
    (void)unused;
    thread_attach();
    struct object **root = root_push(new_value(9));
    thread_leave();
    while (!may_go)
        usleep(1000);
    thread_return();
    MUST(*value_of(*root) == 9, "the root is lost");
    thread_detach();
    return NULL;
}

START_TEST(pauses_do_not_wait_for_who_is_away)
{
    pthread_t id;

    must_start(4 * MIB, 1);
    pthread_create(&id, NULL, wait_away, NULL);
    usleep(20000);
    for (int i = 0; i < 5; i++)
        collect();
    may_go = true;
    thread_leave();
    pthread_join(id, NULL);
    thread_return();
    stop();
}
END_TEST

static void *come_and_go(void *argument)
{
    for (long i = 0; i < 200; i++) {
        thread_attach();
        struct object **root = root_push(new_value(i));
        safepoint();
        /* What it loads while objects are marked must still be followed. */
        load_reference(load_global(), (size_t)i % 10);
        MUST(*value_of(*root) == i, "the root is lost");
        if (i % 2 == 0)
            root_pop(1);
        thread_detach();
    }
    return argument;
}

START_TEST(threads_come_and_go)
{
    pthread_t ids[3];

    must_start(4 * MIB, 2);
    store_global(object_new(10, 0));
    for (long i = 0; i < 10; i++) {
        struct object *o = object_new(1, 0);
        store_reference(load_global(), (size_t)i, o);
        o = new_value(i);
        store_reference(load_reference(load_global(), (size_t)i), 0, o);
    }
    for (int i = 0; i < 3; i++)
        pthread_create(&ids[i], NULL, come_and_go, NULL);
    for (int i = 0; i < 30; i++)
        collect();
    thread_leave();
    for (int i = 0; i < 3; i++)
        pthread_join(ids[i], NULL);
    thread_return();
    for (long i = 0; i < 10; i++)
        ck_assert_int_eq(*value_of(load_reference(
                             load_reference(load_global(), (size_t)i), 0)),
                         i);
    stop();
}
END_TEST

/* ---- stress ---- */

/* In a heap that is large enough, and in one that is nearly always full. */
START_TEST(graphs_stay_what_they_are)
{
    static const struct {
        size_t capacity, workers, threads, growth;
    } kinds[] = {
        {8 * MIB, 1, 1, 20},
        {8 * MIB, 2, 3, 20},
        {12 * MIB, 3, 4, 5},
        {8 * MIB, 2, 4, 400},
    };

    ck_assert_int_eq(
        moving_start(kinds[_i].capacity, kinds[_i].workers, kinds[_i].growth),
        0);
    thread_attach();
    graph_stress(kinds[_i].threads, 2500, seed + (unsigned)_i);
    collect();
    ck_assert_uint_gt(collector.emptied, 0);
    graph_must_be_sound("the stress");
    store_global(NULL);
    collect();
    collect();
    ck_assert_uint_eq(moving_held(), 0);
    stop();
}
END_TEST

/* ---- the end ---- */

/* A child that does this must end with this message and status 1. */
static void must_end(void (*act)(void), const char *message)
{
    char said[300] = "";
    int ends[2], status;

    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        must_start(4 * MIB, 2);
        act();
        _exit(0);
    }
    close(ends[1]);
    for (size_t length = 0; length < sizeof said - 1;) {
        ssize_t got = read(ends[0], said + length, sizeof said - 1 - length);
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    close(ends[0]);
    waitpid(child, &status, 0);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1,
                  "the status is %x", (unsigned)status);
    ck_assert_msg(strstr(said, message) == said, "it said: %s", said);
    ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
}

static void fill_with_small(void)
{
    for (struct object **list = root_push(NULL);;) {
        struct object *o = object_new(1, 1000);
        store_reference(o, 0, *list);
        *list = o;
    }
}

static void fill_with_large(void)
{
    for (;;)
        root_push(object_new(0, MIB));
}

static void ask_for_too_much(void)
{
    object_new(0, 5 * MIB);
}

static void ask_for_nearly_all_bytes(void)
{
    object_new(3, SIZE_MAX - 16);
}

static void push_too_many(void)
{
    for (;;)
        root_push(NULL);
}

static void pop_too_many(void)
{
    root_push(NULL);
    root_pop(2);
}

START_TEST(a_full_heap_is_a_clear_end)
{
    must_end(
        fill_with_small,
        "moving: the heap is full: 1016 bytes are asked for, and after 5 ");
    must_end(fill_with_large,
             "moving: the heap is full: 1048584 bytes are asked for, and after "
             "5 ");
}
END_TEST

START_TEST(impossible_requests_are_a_clear_end)
{
    must_end(ask_for_too_much, "moving: an object of 0 references and 5242880 "
                               "bytes is larger than the heap");
    must_end(ask_for_nearly_all_bytes,
             "moving: an object of 3 references and ");
    must_end(push_too_many, "moving: a thread has more than 4096 roots");
    must_end(pop_too_many, "moving: 2 roots are to go, and there are 1");
}
END_TEST

/* Nearly all of it lives, and it goes on and on. */
START_TEST(a_heap_that_is_nearly_full_goes_on)
{
    must_start(4 * MIB, 2);
    struct object **table = root_push(object_new(3000, 0));
    for (size_t i = 0; i < 3000; i++) {
        struct object *o = object_new(0, 1000);
        store_reference(*table, i, o);
    }
    for (size_t i = 0; i < 30000; i++) {
        struct object *o = object_new(0, 1000);
        *value_of(o) = (long)(i * 7 % 3000);
        store_reference(*table, i * 7 % 3000, o);
    }
    for (size_t i = 0; i < 3000; i++)
        ck_assert_int_eq(*value_of(load_reference(*table, i)), (long)i);
    stop();
}
END_TEST

void add_cases(Suite *suite)
{
    TCase *memory = tcase_create("memory");
    tcase_set_timeout(memory, 30);
    tcase_add_test(memory, one_memory_is_seen_at_three_addresses);
    tcase_add_test(memory, it_leaves_nothing_and_starts_again);
    tcase_add_test(memory, what_cannot_be_started_is_refused);
    tcase_add_test(memory, a_new_object_is_zero);
    tcase_add_test(memory, what_cannot_be_reached_goes_back);
    tcase_add_test(memory, a_large_object_has_memory_of_its_own);
    suite_add_tcase(suite, memory);

    TCase *phases = tcase_create("phases");
    tcase_set_timeout(phases, 30);
    tcase_add_test(phases, a_load_marks_and_heals);
    tcase_add_test(phases, what_was_loaded_is_not_lost);
    tcase_add_test(phases, marking_goes_on_if_a_thread_has_marked);
    tcase_add_test(phases, what_is_new_while_marking_lives);
    tcase_add_test(phases, a_load_moves_the_object);
    tcase_add_test(phases, the_emptiest_pages_are_emptied);
    tcase_add_test(phases, an_old_reference_is_corrected_a_cycle_later);
    tcase_add_test(phases, roots_are_corrected);
    tcase_add_test(phases, without_memory_an_object_stays);
    tcase_add_test(phases, wide_and_deep_graphs_are_marked);
    suite_add_tcase(suite, phases);

    TCase *threads = tcase_create("threads");
    tcase_set_timeout(threads, 30);
    tcase_add_test(threads, all_agree_who_has_copied);
    tcase_add_test(threads, what_is_taken_back_is_zero_again);
    tcase_add_test(threads, a_new_reference_is_not_healed_over);
    tcase_add_test(threads, a_page_stays_while_it_is_read);
    tcase_add_test(threads, pauses_do_not_wait_for_who_is_away);
    tcase_add_test(threads, threads_come_and_go);
    suite_add_tcase(suite, threads);

    TCase *stress = tcase_create("stress");
    tcase_set_timeout(stress, 30);
    tcase_add_loop_test(stress, graphs_stay_what_they_are, 0, 4);
    suite_add_tcase(suite, stress);

    TCase *end = tcase_create("end");
    tcase_set_timeout(end, 30);
    tcase_add_test(end, a_full_heap_is_a_clear_end);
    tcase_add_test(end, impossible_requests_are_a_clear_end);
    tcase_add_test(end, a_heap_that_is_nearly_full_goes_on);
    suite_add_tcase(suite, end);
}
