/* check_parts.h - what the parts of the check have in common
 */
#ifndef CHECK_PARTS_H
#define CHECK_PARTS_H

#include "mm.h"

/* Put a finding in words. */
const char *broken(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* check_slab.c: look at all caches while everything is locked that is theirs.
 */
void lock_slabs(void);
void unlock_slabs(void);
const char *check_slabs(void);

/* check_mm.c: look at all address spaces. */
const char *check_mms(void);

/* check_cache.c: look at the page cache, while all address spaces are locked. */
const char *check_page_cache(void);

/* Look at an area that shows a file, and at a PTE of it. */
const char *check_file_vma(struct vm_area_struct *vma);
const char *check_file_pte(unsigned long address, pteval_t entry);

#endif
