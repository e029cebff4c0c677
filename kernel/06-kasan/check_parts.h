/* check_parts.h - what the parts of the check have in common
 */
#ifndef CHECK_PARTS_H
#define CHECK_PARTS_H

/* Put a finding in words. */
const char *broken(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* check_slab.c: look at all caches while everything is locked that is theirs.
 */
void lock_slabs(void);
void unlock_slabs(void);
const char *check_slabs(void);

/* check_vmalloc.c: look at all areas, in the same way. */
void lock_areas(void);
void unlock_areas(void);
const char *check_areas(void);

#endif
