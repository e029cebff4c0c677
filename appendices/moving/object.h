/* object.h - how an object lies in memory
 *
 *      +------------------+
 *      | words references |   the header, 8 bytes
 *      +------------------+
 *      | slot 0           |   references to other objects, or NULL
 *      | slot 1 ...       |
 *      +------------------+
 *      | data             |   whatever the program puts here
 *      +------------------+
 *
 * The header says which words are references, so the collector never takes a
 * number for one. Slots are atomic, as the collector and several threads of the
 * program may heal one at the same time.
 */
#ifndef OBJECT_H
#define OBJECT_H

#include "colour.h"

#include <stdatomic.h>
#include <stddef.h>

typedef _Atomic(struct object *) slot;

struct object {
    uint32_t words;      /* its length, header included, in words of 8 bytes */
    uint32_t references; /* how many of the words behind the header are slots */
    slot slots[];
};

enum { WORD = 8 };

#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif

/* Where the object of a reference is accessed: at the reference itself,
 * whatever its colour. ThreadSanitizer has to see all accesses to a byte at one
 * address, or it takes them for accesses to three; so there it is always one
 * view. */
static inline struct object *at(const struct object *reference)
{
#ifdef UNDER_TSAN
    return (struct object *)(reference_to_offset(reference) | REMAPPED);
#else
    return (struct object *)reference;
#endif
}

static inline size_t object_size(const struct object *o)
{
    return (size_t)at(o)->words * WORD;
}

static inline size_t object_references(const struct object *o)
{
    return at(o)->references;
}

/* The program's own bytes in the object, good until the next safepoint. */
static inline void *object_data(const struct object *o)
{
    return &at(o)->slots[at(o)->references];
}

/* Put a reference that was corrected in the place of the one that was loaded,
 * unless somebody has stored another one meanwhile. */
static inline void heal_slot(slot *s, struct object *loaded,
                             struct object *corrected)
{
    atomic_compare_exchange_strong_explicit(
        s, &loaded, corrected, memory_order_release, memory_order_relaxed);
}

#endif
