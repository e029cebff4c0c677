/* moving_graph.h - mutators that change a graph, and know what it must be
 *
 * Each mutator has a graph of its own, and beside it, in plain memory, a
 * shadow: for each object its number, its sizes, and the numbers of the objects
 * that its references lead to. An object says its number in its data. Besides
 * there are objects that all mutators share: they are published when they are
 * complete, and never change.
 */
#ifndef MOVING_GRAPH_H
#define MOVING_GRAPH_H

#include <stddef.h>

/* Check writes down each assertion, even one that holds. That takes long, and
 * mutators make millions. */
#define MUST(condition, ...)                                                   \
    do {                                                                       \
        if (!(condition))                                                      \
            ck_abort_msg(__VA_ARGS__);                                         \
    } while (0)

/* Let so many threads make so many random steps each. The heap is there, and
 * this thread is attached. Whatever is not as it must be ends the case. */
void graph_stress(size_t threads, size_t steps, unsigned seed);

/* Look at all that can be reached, without changing it: every reference must
 * lead to an object. For a moment when nobody moves. */
void graph_must_be_sound(const char *after);

#endif
