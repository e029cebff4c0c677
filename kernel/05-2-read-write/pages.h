/* pages.h - the frames behind a range of addresses
 *
 * The caller of all functions here holds the lock of the mm.
 */
#ifndef PAGES_H
#define PAGES_H

#include "mm.h"

/* The frame that is mapped where a process reads what it has never written. */
extern struct page *zero_page;

int pages_init(void); /* 0, or -ENOMEM */

/* The bits of a PTE that follow from the rights of an area. A process that
 * writes to its own page gets the right to do so from the fault handler. */
pteval_t vm_get_page_prot(unsigned long vm_flags);

/* Put a frame, for which the caller has been a user, behind an address. */
void set_page(struct mm_struct *mm, pte_t *pte, struct page *page,
              pteval_t prot);

/* Take away what a PTE says, which is not in the table any more. */
void drop_page(struct mm_struct *mm, pteval_t entry);

/* Take all frames away from a range. */
void zap_page_range(struct mm_struct *mm, unsigned long start,
                    unsigned long end);

/* Let the PTEs of a range follow these rights. */
void change_protection(struct mm_struct *mm, unsigned long start,
                       unsigned long end, unsigned long vm_flags);

/* Put the frames of a range elsewhere. Returns 0, or -ENOMEM, and then nothing
 * has changed. */
int move_page_tables(struct mm_struct *mm, unsigned long from, unsigned long to,
                     unsigned long length);

/* Let the copy of an area have the same frames. Both may read them; who writes
 * gets a copy, unless the area is shared. Returns 0, or -ENOMEM. */
int copy_page_range(struct mm_struct *mm, const struct vm_area_struct *from);

#endif
