/* moving_graph.c - mutators that change a graph, and know what it must be */
#include "moving_graph.h"

#include "suite.h"

#include "forwarding.h"
#include "moving.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS = 64,   /* of a mutator's table, and of what is shared */
    CHILDREN = 6, /* references of an object, at most */
    DEPTH = 12,   /* of a random walk */
    THREADS = 8,
};

/* What an object must be. Number 0 is none. */
struct shadow {
    uint32_t references, bytes;
    uint32_t child[CHILDREN];
};

/* What is at the start of an object's data; painted bytes follow. */
struct data {
    uint32_t number;
    unsigned char paint[];
};

struct mutator {
    pthread_t id;
    uint32_t number; /* which: 1 is the first */
    size_t steps;
    uint64_t random;
    uint32_t made;         /* objects */
    uint32_t slots[SLOTS]; /* the numbers of what is in the table */
    struct object **table; /* a root */
};

/* Those of all mutators: an object's number has its mutator's in its upper
 * byte. A shadow is written before its object is published, if at all. */
static struct shadow *shadows[THREADS + 1];

static size_t below(struct mutator *m, size_t limit)
{
    m->random = m->random * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(m->random >> 33) % limit;
}

static struct shadow *shadow_of(uint32_t number)
{
    return &shadows[number >> 24][number & 0xffffff];
}

/* ---- objects ---- */

static unsigned char paint_of(uint32_t number, uint32_t i)
{
    return (unsigned char)(number * 31 + i);
}

static uint32_t number_of(struct object *o)
{
    return o != NULL ? ((struct data *)object_data(o))->number : 0;
}

/* Is the object what its shadow says? That is true of the numbers of its
 * children, too. */
static void must_be(struct object *o, uint32_t number)
{
    if (number == 0) {
        MUST(o == NULL, "there is an object %x where none should be",
             number_of(o));
        return;
    }
    const struct shadow *shadow = shadow_of(number);
    MUST(number_of(o) == number, "there is object %x in the place of %x",
         number_of(o), number);
    MUST(object_references(o) == shadow->references,
         "object %x has %zu references", number, object_references(o));
    const struct data *data = object_data(o);
    for (uint32_t i = 0; i < shadow->bytes; i++)
        MUST(data->paint[i] == paint_of(number, i),
             "byte %u of object %x is %u", i, number, data->paint[i]);
    for (uint32_t i = 0; i < shadow->references; i++)
        MUST(number_of(load_reference(o, i)) == shadow->child[i],
             "object %x has a wrong child %u", number, i);
}

static size_t random_bytes(struct mutator *m)
{
    size_t kind = below(m, 1000);

    return kind < 900   ? below(m, 120)
           : kind < 997 ? below(m, SMALL_MAX)
                        : below(m, 3 * PAGE_BYTES);
}

/* A new object, without children yet. */
static struct object *make(struct mutator *m, uint32_t *number)
{
    size_t references = below(m, CHILDREN + 1), bytes = random_bytes(m);
    struct object *o = object_new(references, sizeof(struct data) + bytes);
    struct data *data = object_data(o);

    *number = m->number << 24 | ++m->made;
    *shadow_of(*number) = (struct shadow){
        .references = (uint32_t)references,
        .bytes = (uint32_t)bytes,
    };
    MUST(data->number == 0, "a new object is not zero");
    for (uint32_t i = 0; i < bytes; i++) {
        MUST(data->paint[i] == 0, "a new object is not zero");
        data->paint[i] = paint_of(*number, i);
    }
    data->number = *number;
    return o;
}

/* Some object of the mutator's table, or below it; or NULL. */
static struct object *walk(struct mutator *m, uint32_t *number)
{
    size_t slot = below(m, SLOTS);
    struct object *o = load_reference(*m->table, slot);

    *number = m->slots[slot];
    MUST(number_of(o) == *number, "slot %zu has object %x, not %x", slot,
         number_of(o), *number);
    for (size_t depth = below(m, DEPTH); o != NULL && depth > 0; depth--) {
        if (object_references(o) == 0)
            break;
        size_t i = below(m, object_references(o));
        struct object *child = load_reference(o, i);
        if (child == NULL)
            break;
        MUST(number_of(child) == shadow_of(*number)->child[i],
             "object %x has a wrong child %zu", *number, i);
        *number = shadow_of(*number)->child[i];
        o = child;
    }
    return o;
}

/* Some object that is shared; or NULL. */
static struct object *walk_shared(struct mutator *m, uint32_t *number)
{
    struct object *o = load_reference(load_global(), below(m, SLOTS));

    *number = number_of(o);
    return o;
}

/* ---- steps ---- */

static void put_into_table(struct mutator *m, struct object *o, uint32_t number)
{
    size_t slot = below(m, SLOTS);

    store_reference(*m->table, slot, o);
    m->slots[slot] = number;
}

static void step_make(struct mutator *m)
{
    uint32_t number, child;
    struct object *o = make(m, &number);

    for (uint32_t i = 0; i < shadow_of(number)->references; i++) {
        store_reference(
            o, i, below(m, 4) == 0 ? walk_shared(m, &child) : walk(m, &child));
        shadow_of(number)->child[i] = child;
    }
    put_into_table(m, o, number);
}

/* Only what the mutator has made itself, and not shared, may change. */
static void step_link(struct mutator *m)
{
    uint32_t number, child = 0;
    struct object *o = walk(m, &number);

    if (o == NULL || number >> 24 != m->number || object_references(o) == 0)
        return;
    uint32_t i = (uint32_t)below(m, object_references(o));
    store_reference(o, i, below(m, 3) == 0 ? NULL : walk(m, &child));
    shadow_of(number)->child[i] = child;
}

static void step_drop(struct mutator *m)
{
    put_into_table(m, NULL, 0);
}

static void step_look(struct mutator *m)
{
    uint32_t number;
    struct object *o = walk(m, &number);

    must_be(o, number);
    o = walk_shared(m, &number);
    must_be(o, number);
    if (o != NULL && object_references(o) > 0) {
        o = load_reference(o, 0);
        must_be(o, number_of(o));
    }
}

/* Shared objects have a number of their own kind, so that nobody changes one.
 */
static void step_share(struct mutator *m)
{
    uint32_t number, child;

    m->number += THREADS / 2;
    struct object *o = make(m, &number);
    m->number -= THREADS / 2;
    for (uint32_t i = 0; i < shadow_of(number)->references; i++) {
        store_reference(o, i, walk_shared(m, &child));
        shadow_of(number)->child[i] = child;
    }
    store_reference(load_global(), below(m, SLOTS), o);
}

/* References in roots while objects move. */
static void step_roots(struct mutator *m)
{
    enum { DEEP = 10 };
    struct object **roots[DEEP];
    uint32_t numbers[DEEP], unused;

    for (size_t i = 0; i < DEEP; i++)
        roots[i] = root_push(walk(m, &numbers[i]));
    for (size_t i = 0; i < DEEP; i++)
        make(m, &unused);
    for (size_t i = 0; i < DEEP; i++)
        must_be(*roots[i], numbers[i]);
    root_pop(DEEP);
}

/* What is shared lives as long as any chain leads to it. */
static void step_cut(struct mutator *m)
{
    for (size_t i = 0; i < SLOTS / 4; i++)
        store_reference(load_global(), below(m, SLOTS), NULL);
    safepoint();
}

static void step(struct mutator *m)
{
    static void (*const steps[])(struct mutator * m) = {
        step_make, step_make, step_make, step_make,  step_link,  step_link,
        step_drop, step_look, step_look, step_share, step_roots,
    };

    if (below(m, 200) == 0)
        step_cut(m);
    else
        steps[below(m, sizeof steps / sizeof *steps)](m);
    safepoint();
}

static size_t add_unseen(struct mutator *m, struct object *o,
                         unsigned char *seen, struct object **todo,
                         size_t count)
{
    uint32_t number = number_of(o), made = number & 0xffffff;

    if (o == NULL || number >> 24 != m->number || seen[made])
        return count;
    seen[made] = 1;
    todo[count] = o;
    return count + 1;
}

/* Each object of its own that can be reached, once. There is no safepoint, so
 * the references stay good. */
static void look_at_all(struct mutator *m)
{
    unsigned char *seen = calloc(m->made + 1, 1);
    struct object **todo = malloc((m->made + 2 * SLOTS) * sizeof *todo);
    size_t count = 0;

    for (size_t i = 0; i < SLOTS; i++) {
        struct object *o = load_reference(*m->table, i);
        must_be(o, m->slots[i]);
        count = add_unseen(m, o, seen, todo, count);
    }
    while (count > 0) {
        struct object *o = todo[--count];
        must_be(o, number_of(o));
        for (size_t i = 0; i < object_references(o); i++)
            count = add_unseen(m, load_reference(o, i), seen, todo, count);
    }
    free(todo);
    free(seen);
}

static void *mutator_main(void *argument)
{
    struct mutator *m = argument;

    thread_attach();
    m->table = root_push(object_new(SLOTS, 0));
    for (size_t i = 0; i < m->steps; i++)
        step(m);
    look_at_all(m);
    root_pop(1);
    thread_detach();
    return NULL;
}

void graph_stress(size_t threads, size_t steps, unsigned seed)
{
    struct mutator mutators[THREADS / 2] = {0};

    ck_assert_uint_le(threads, THREADS / 2);
    for (size_t i = 1; i <= THREADS; i++) {
        shadows[i] = calloc(12 * steps, sizeof **shadows);
        ck_assert_ptr_nonnull(shadows[i]);
    }
    store_global(object_new(SLOTS, 0));
    for (size_t i = 0; i < threads; i++) {
        mutators[i].number = (uint32_t)i + 1;
        mutators[i].steps = steps;
        mutators[i].random = seed * 1000 + i;
        ck_assert_int_eq(
            pthread_create(&mutators[i].id, NULL, mutator_main, &mutators[i]),
            0);
    }
    thread_leave();
    for (size_t i = 0; i < threads; i++)
        pthread_join(mutators[i].id, NULL);
    thread_return();
}

/* ---- is the heap sound? ---- */

struct search {
    unsigned char *seen; /* a bit for each word of the heap's addresses */
    uintptr_t *todo;     /* offsets */
    size_t count, room;
    const char *after;
};

/* Where the barrier would find the object. */
static uintptr_t whereabouts(const struct object *reference)
{
    uintptr_t from = reference_to_offset(reference), to = from;

    if (is_bad(reference) &&
        (good_colour == REMAPPED || !((uintptr_t)reference & REMAPPED)))
        to = remap(from);
    return to != 0 ? to : from;
}

static void visit(struct search *search, const struct object *reference)
{
    if (reference == NULL)
        return;
    uintptr_t colour = (uintptr_t)reference & COLOURS;
    MUST(colour == MARKED0 || colour == MARKED1 || colour == REMAPPED,
         "after %s, a reference is %p", search->after, (const void *)reference);
    uintptr_t offset = whereabouts(reference);
    const struct page *page = page_of(offset);
    const struct object *o = (struct object *)(offset | REMAPPED);
    MUST(page->bytes != 0, "after %s, the page of %p is free", search->after,
         (const void *)reference);
    MUST(o->words > o->references &&
             offset % PAGE_BYTES + o->words * WORD <= page->bytes,
         "after %s, %p has %u words and %u references", search->after,
         (const void *)reference, o->words, o->references);
    if (search->seen[offset / WORD / 8] & 1 << offset / WORD % 8)
        return;
    search->seen[offset / WORD / 8] |= (unsigned char)(1 << offset / WORD % 8);
    if (search->count == search->room) {
        search->room = 2 * search->room + 1000;
        search->todo =
            realloc(search->todo, search->room * sizeof *search->todo);
    }
    search->todo[search->count++] = offset;
}

void graph_must_be_sound(const char *after)
{
    struct search search = {
        .seen = calloc(heap.count * PAGE_BYTES / WORD / 8, 1),
        .after = after,
    };

    visit(&search, global);
    for (struct thread *t = mutators; t != NULL; t = t->next)
        for (size_t i = 0; i < t->roots; i++)
            visit(&search, t->root[i]);
    while (search.count > 0) {
        uintptr_t offset = search.todo[--search.count];
        struct object *o = (struct object *)(offset | REMAPPED);
        for (uint32_t i = 0; i < o->references; i++)
            visit(&search, o->slots[i]);
    }
    free(search.todo);
    free(search.seen);
}
