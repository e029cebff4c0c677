/* watch.h - what a case was doing when it died
 *
 * A case that hangs or crashes cannot say where. So each case notes its calls
 * as it makes them, in memory that outlives it, and the runner looks there.
 */
#ifndef WATCH_H
#define WATCH_H

#include <check.h>
#include <stdbool.h>

/* Make each call of the allocator note itself first: the pointers in lib
 * change. */
void watch_calls(void);

/* Stop each case of a group after so many seconds. To be called for the groups
 * in their order. When several cases have been stopped, those that follow are
 * not run, so that a library that never returns is tested in a minute. */
void watch_group(TCase *group, double seconds);

/* In the file of results at path, rewrite the lines about cases that died, to
 * say what happened, after how many seconds and in which call. Returns whether
 * the file could be written. */
bool explain_deaths(const char *path, SRunner *runner);

#endif
