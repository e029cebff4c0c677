/* colour.h - what a reference says besides the address
 *
 * A reference is the address of an object in one of three views of the heap.
 * All views show the same memory; the bit that tells them apart is the
 * reference's colour:
 *
 *      38         37        36       35 ... 0
 *      REMAPPED   MARKED1   MARKED0  offset in the heap
 *
 * One of the three is good at any time, and only a pause changes which. While
 * objects are marked, it is MARKED0 or MARKED1, in turn from one cycle to the
 * next; otherwise it is REMAPPED. NULL has no colour, and is never bad.
 *
 * The bits are low enough for ThreadSanitizer, which has taken the addresses
 * above 2^39 for itself.
 */
#ifndef COLOUR_H
#define COLOUR_H

#include <stdbool.h>
#include <stdint.h>

struct object;

#define MARKED0    (1UL << 36)
#define MARKED1    (1UL << 37)
#define REMAPPED   (1UL << 38)
#define COLOURS    (MARKED0 | MARKED1 | REMAPPED)
#define OFFSET_MAX MARKED0

extern uintptr_t good_colour;
extern uintptr_t bad_colours; /* the other two */

void set_good_colour(uintptr_t colour);

static inline uintptr_t reference_to_offset(const struct object *reference)
{
    return (uintptr_t)reference & ~COLOURS;
}

static inline struct object *offset_to_reference(uintptr_t offset)
{
    return (struct object *)(offset | good_colour);
}

static inline bool is_bad(const struct object *reference)
{
    return ((uintptr_t)reference & bad_colours) != 0;
}

#endif
