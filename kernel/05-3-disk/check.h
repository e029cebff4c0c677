/* check.h - is the kernel's data as it must be?
 *
 * (The guard is longer than the others', because the library that the tests use
 * has a check.h, too.)
 */
#ifndef KERNEL_CHECK_H
#define KERNEL_CHECK_H

/* Walk over everything. Returns the first thing that is not as it must be, in
 * words that are valid until the next call of this thread; or NULL. */
const char *kernel_check(void);

#endif
