/*
 * moving_barrier.c - what the load barrier costs.
 *
 * Usage: moving_barrier
 *
 * Binary trees of 2^11 and of 2^18 objects are walked from the root, again and
 * again: that does little more than load references. Rows are the depth of the
 * tree, what kind of walk it was, and the nanoseconds for an object, the median
 * of ROUNDS:
 *
 *   without     the slots are read as they are, which only works while all are
 *               good and nothing moves
 *   good        with the barrier, which finds all references good
 *   marked      the first walk after marking began: the barrier marks each
 *   moved       the first walk after relocation began: it moves each
 *   corrected   the first walk after relocation: it finds each where it is
 */
#include "heap.h"
#include "moving.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SMALL = 10, LARGE = 17, ROUNDS = 21 };

static struct object **tree; /* a root */

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

/* A node and, beside it, three that die at once: so its page is emptied. */
static void make_tree(size_t depth, struct object **into)
{
    struct object **node = root_push(object_new(2, 8));

    for (size_t i = 0; i < 3; i++)
        object_new(2, 8);
    for (size_t i = 0; i < 2 && depth > 0; i++) {
        struct object **child = root_push(NULL);
        make_tree(depth - 1, child);
        store_reference(*node, i, *child);
        root_pop(1);
    }
    *into = *node;
    root_pop(1);
}

static size_t walk(struct object *node)
{
    size_t count = 1;

    for (size_t i = 0; i < 2; i++) {
        struct object *child = load_reference(node, i);
        if (child != NULL)
            count += walk(child);
    }
    return count;
}

static size_t walk_without(struct object *node)
{
    size_t count = 1;

    for (size_t i = 0; i < 2; i++) {
        struct object *child =
            atomic_load_explicit(&node->slots[i], memory_order_relaxed);
        if (child != NULL)
            count += walk_without(child);
    }
    return count;
}

static double timed(size_t (*walk)(struct object *node), size_t depth,
                    size_t times)
{
    double start = now_ns();
    size_t count = 0;

    for (size_t i = 0; i < times; i++)
        count += walk(*tree);
    if (count != times * ((2u << depth) - 1))
        errx(1, "%zu nodes are found", count);
    return (now_ns() - start) / (double)count;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void print_median(size_t depth, const char *name, double *times)
{
    qsort(times, ROUNDS, sizeof *times, by_size);
    printf("%zu,%s,%.2f\n", depth, name, times[ROUNDS / 2]);
}

static void in_phase(void (*phase)(void))
{
    thread_leave();
    phase();
    thread_return();
}

static void marking_to_relocation(void)
{
    do
        mark_concurrently();
    while (!mark_end());
    choose_pages();
    relocate_start();
}

static void from_marking(void)
{
    marking_to_relocation();
    relocate_concurrently();
}

static void to_relocation(void)
{
    mark_start();
    marking_to_relocation();
}

static void whole_cycle(void)
{
    to_relocation();
    relocate_concurrently();
}

static void measure(size_t depth)
{
    double without[ROUNDS], good[ROUNDS], marked[ROUNDS], moved[ROUNDS],
        corrected[ROUNDS];
    size_t times = (size_t)1 << (LARGE - depth);

    for (int i = 0; i < ROUNDS; i++) {
        make_tree(depth, tree);
        in_phase(whole_cycle);
        timed(walk, depth, 1); /* which heals */
        without[i] = timed(walk_without, depth, times);
        good[i] = timed(walk, depth, times);
        in_phase(mark_start);
        marked[i] = timed(walk, depth, 1);
        in_phase(from_marking);

        make_tree(depth, tree);
        in_phase(to_relocation);
        moved[i] = timed(walk, depth, 1);
        in_phase(relocate_concurrently);

        make_tree(depth, tree);
        in_phase(whole_cycle);
        corrected[i] = timed(walk, depth, 1);
    }
    print_median(depth, "without", without);
    print_median(depth, "good", good);
    print_median(depth, "marked", marked);
    print_median(depth, "moved", moved);
    print_median(depth, "corrected", corrected);
}

int main(void)
{
    if (moving_start(256 << 20, 1, 100) != 0)
        errx(1, "there is no heap");
    heap.wake_at = heap.pace = heap.capacity / 2; /* cycles only as below */
    thread_attach();
    tree = root_push(NULL);
    printf("depth,load,ns\n");
    measure(SMALL);
    measure(LARGE);
    root_pop(1);
    thread_detach();
    moving_stop();
    return 0;
}
