/* suite.h - what suite.c and the cases of an appendix share
 *
 * A case is a Check test, which runs in a process of its own.
 */
#ifndef SUITE_H
#define SUITE_H

#include <check.h>

/* The seed of all that is random, from the command line. */
extern unsigned seed;

/* Add the appendix's cases, in groups: its files of cases define this. */
void add_cases(Suite *suite);

#endif
