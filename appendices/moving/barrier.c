/* barrier.c - what is done at each load of a reference */
#include "barrier.h"

#include "mark.h"
#include "relocate.h"

slot global;

struct object *barrier_correct(slot *s, struct object *stale)
{
    struct object *o = good_colour == REMAPPED ? relocate_reference(stale)
                                               : mark_reference(stale);
    heal_slot(s, stale, o);
    return o;
}
