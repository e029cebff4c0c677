/* real.h - what the programs of this folder have in common
 *
 * A program shows facts about memory on the machine's own Linux. It says what
 * it does, and compares each number that it finds with what it must be. At the
 * first that is wrong it ends with status 1: "lazy: minor faults: expected
 * about 0, got 99". What a machine does not have or does not permit ends it
 * with status 77 and a line that says what, as is usual for a test that is
 * skipped.
 *
 * Sizes are in pages, since these have 4 KiB here and 64 KiB elsewhere.
 */
#ifndef REAL_H
#define REAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ---- to say what is shown ---- */

/* A line that says what is done next. */
void step(const char *what);

/* A fact with its number, which must be the expected one. */
void equals(const char *what, long expected, long got);

/* The same for faults and the like, where a few more may come that have to do
 * with the program's own code: "about". */
void about(const char *what, long expected, long got);

/* A fact whose number varies, but has a bound. */
void at_least(const char *what, long least, long got);
void at_most(const char *what, long most, long got);

/* A fact that is so or not. */
void holds(const char *what, bool expected, bool got);

/* End the program: a call failed that must not (errno says why); this machine
 * cannot show it. */
void require(bool done, const char *call);
_Noreturn void skip(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* ---- to make something that can be looked at ---- */

size_t page_size(void);

/* Map so many pages with nobody's area beside them, as two areas that touch
 * become one if they are alike. No huge pages, so that each page counts. With
 * fd -1 the pages are anonymous. */
char *map_alone(size_t pages, int flags, int fd);

/* Write to, or read, one byte of each of these pages. */
void write_pages(char *start, size_t pages);
void read_pages(const char *start, size_t pages);

/* A new file of so many pages, in the folder of the program. It has no name,
 * and goes with the last that uses it. */
int scratch_file(size_t pages);

/* Does a disk stand behind this file? If not, skip. */
void require_disk(int fd);

/* fork, but a child ends with its parent. */
pid_t start_child(void);

/* Wait for it; if it did not end well, end with its status. */
void end_child(pid_t child);

/* ---- to look at it ---- */

/* Page faults of this process so far. */
long minor_faults(void);
long major_faults(void);

/* How many of these pages are in memory, by mincore. -1: part of the range is
 * not mapped. */
long in_memory(const void *start, size_t pages);

/* A field of /proc/self/smaps for the area of this address, in pages: "Rss". */
long smaps(const void *address, const char *field);

/* The number of the page frame behind an address, which is only for root to
 * know (else skip); -1 if there is none. */
long frame_of(const void *address);

/* Bytes that this process's calls of read, write and the like copied. */
long copied(void);

/* Seconds, from some point on. */
double now(void);

#endif
