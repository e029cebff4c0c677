/* fork.h - address spaces begin and end
 */
#ifndef FORK_H
#define FORK_H

#include "mm.h"
#include "vma.h"

/* All there are; the lock guards the list. Whoever wants the lock of an mm,
 * too, takes it after this one. */
extern struct list_head mmlist;
extern pthread_mutex_t mmlist_lock;

int mm_init(void); /* 0, or -ENOMEM */

/* An empty address space: no area, no heap yet. NULL if there is no memory. */
struct mm_struct *mm_alloc(void);

/* A copy for a child: the same areas, the same bytes. Frames are not copied but
 * shared until one of the two writes. NULL if there is no memory. */
struct mm_struct *dup_mm(struct mm_struct *mm);

/* The process ends, and gives everything back. (Threads share an mm; Linux
 * counts them, and this is the last one.) */
void mmput(struct mm_struct *mm);

#endif
