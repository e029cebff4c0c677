/* barrier.h - what is done at each load of a reference
 *
 * The load barrier asks one thing: has the reference a bad colour? Mostly it
 * has not, and nothing else happens. If it has, the barrier does what the
 * collector has not come to yet: it marks the object while objects are marked,
 * and moves it, or finds where it is now, while they move. Then it heals: it
 * writes the corrected reference into the slot, so that the next one who loads
 * it finds a good one.
 *
 * So a thread only ever has good references. It may keep one in a variable up
 * to its next safepoint, and beyond in a root.
 */
#ifndef BARRIER_H
#define BARRIER_H

#include "object.h"

/* Not for programs: a bad reference was loaded from the slot. */
struct object *barrier_correct(slot *s, struct object *stale);

static inline struct object *load_slot(slot *s)
{
    struct object *o = atomic_load_explicit(s, memory_order_acquire);

    if (is_bad(o))
        o = barrier_correct(s, o);
    return o;
}

/* The number of the reference must be smaller than object_references(o). */
static inline struct object *load_reference(struct object *o, size_t number)
{
    return load_slot(&at(o)->slots[number]);
}

/* No barrier: the thread's references are good, and so is what it stores. */
static inline void store_reference(struct object *o, size_t number,
                                   struct object *value)
{
    atomic_store_explicit(&at(o)->slots[number], value, memory_order_release);
}

/* One reference that all threads share. */
extern slot global;

static inline struct object *load_global(void)
{
    return load_slot(&global);
}

static inline void store_global(struct object *value)
{
    atomic_store_explicit(&global, value, memory_order_release);
}

#endif
