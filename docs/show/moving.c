/* moving.c - a reference changes its colour, and an object its place
 *
 * A list of three objects goes through a cycle, phase by phase. All that is
 * printed stands in memory: the references as they are in their slots, the
 * objects through one of the views.
 */
#include "show.h"

#include "forwarding.h"
#include "moving.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *colour_name(uintptr_t colour)
{
    return colour == MARKED0    ? "marked0"
           : colour == MARKED1  ? "marked1"
           : colour == REMAPPED ? "remapped"
                                : "NULL";
}

/* A reference as it stands in its slot, without a barrier. */
static void show_reference(const char *name, const void *where)
{
    uintptr_t reference = *(const uintptr_t *)where;

    printf("  %-10s 0x%010" PRIxPTR "  %-8s  offset 0x%05" PRIxPTR "%s\n", name,
           reference, colour_name(reference & COLOURS), reference & ~COLOURS,
           reference & bad_colours ? "  bad" : "");
}

/* a is in a root; a leads to b, and b to c. */
static struct object **a;

static void show_list(const char *what)
{
    struct object *b, *at_a = at(*a);

    printf("%s\n", what);
    show_reference("root a", a);
    show_reference("in a: b", &at_a->slots[0]);
    /* b's slot, wherever b is now; the slot that leads there is not healed. */
    uintptr_t from = reference_to_offset(at_a->slots[0]), to = remap(from);
    b = at((struct object *)((to != 0 ? to : from) | REMAPPED));
    show_reference("in b: c", &b->slots[0]);
}

static void in_phase(void (*phase)(void))
{
    thread_leave();
    phase();
    thread_return();
}

static struct object *node(char letter)
{
    struct object *o = object_new(1, 8);

    *(char *)object_data(o) = letter;
    return o;
}

static void show_views(void)
{
    uintptr_t offset = reference_to_offset(*a);
    uintptr_t views[] = {MARKED0, MARKED1, REMAPPED};

    printf("a, seen at three addresses\n");
    for (size_t i = 0; i < 3; i++) {
        struct object *o = (struct object *)(offset | views[i]);
        printf("  0x%010" PRIxPTR "  %u words, %u reference, data '%c'\n",
               (uintptr_t)o, o->words, o->references, *(char *)object_data(o));
    }
}

static void show_use(const char *what)
{
    printf("%s\n  %zu KiB in use, %zu KiB held\n", what, heap.used / 1024,
           heap.held / 1024);
}

static void mark(void)
{
    do
        mark_concurrently();
    while (!mark_end());
}

int main(void)
{
    show_start();
    if (moving_start(4 << 20, 1, 100) != 0) {
        fprintf(stderr, "moving: there is no heap\n");
        return 1;
    }
    heap.wake_at = heap.pace =
        heap.capacity - heap.reserve; /* no cycle but ours */
    thread_attach();
    a = root_push(node('a'));
    for (int i = 0; i < 100; i++)
        object_new(0, 1000); /* lost at once */
    struct object **b = root_push(node('b'));
    store_reference(*a, 0, *b);
    struct object *c = node('c');
    store_reference(*b, 0, c);
    root_pop(1);
    show_views();
    show_list("the list");
    show_use("beside 100 objects that nobody can reach");

    in_phase(mark_start);
    show_list("mark start: marked0 is good");
    load_reference(*a, 0);
    show_list("b was loaded from a: marked, and the slot healed");
    in_phase(mark);
    show_list("marked: all slots are healed");
    in_phase(choose_pages);
    show_use("the dead pages are free");
    in_phase(relocate_start);
    show_list("relocate start: remapped is good, and the root has moved");
    struct object *moved = load_reference(*a, 0);
    show_list("b was loaded from a: moved, and the slot healed");
    printf("  b's data is '%c'\n", *(char *)object_data(moved));
    in_phase(relocate_concurrently);
    show_list(
        "relocated: c has moved as well, and its slot has an old reference");
    show_use("the emptied pages are free");
    in_phase(mark_start);
    in_phase(mark);
    show_list("the next cycle has marked: marked1 is good");
    thread_detach();
    moving_stop();
    return 0;
}
