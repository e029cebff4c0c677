/* sched.c - which process runs
 *
 * What a process asks for is about its own mm.
 */
#include "sched.h"

struct mm_struct *current_mm;

void switch_mm(struct mm_struct *next)
{
    current_mm = next;
}
