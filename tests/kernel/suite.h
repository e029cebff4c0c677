/* suite.h - what the files of cases of the kernel share
 *
 * A case is a Check test, START_TEST(name) ... END_TEST, and one line in the
 * function add_kNN() at the end of its file, k for kernel and NN for the stage
 * (or add_kNN_1() for the first one on the way to it).
 * It runs in a process of its own, in which no kernel has been started. It must
 * hold in its stage and in all later ones. There more of the kernel is started,
 * which takes frames for itself: so a case counts from what is free at first.
 */
#ifndef SUITE_H
#define SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "check.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* The seed of all that is random, from the command line. */
extern unsigned seed;

/* Start a kernel on so many frames, or the case fails. */
void must_start(unsigned long frames);

/* Look at everything. If it is not as it must be, the case fails, and says
 * after what. */
void must_be_sound(const char *after);

/* Break something that is sound. The check must say so, with these words. */
void must_be_found(void (*breaking)(void), const char *words);

/* For cases of misuse: fork. Returns true in the child, which has to misuse the
 * kernel and then call _exit(0). The child has frames of its own. Returns false
 * in the parent, when the child has died as it must: by abort(), with the line
 * "BUG: " and this message. */
bool child_must_report(const char *message, ...)
    __attribute__((format(printf, 1, 2)));

/* A child that must report this does so. */
#define DOING(misuse, ...)                                                     \
    do {                                                                       \
        if (child_must_report(__VA_ARGS__)) {                                  \
            misuse;                                                            \
            _exit(0);                                                          \
        }                                                                      \
    } while (0)

/* A random number below limit; the state is any number to begin with. */
size_t random_below(uint64_t *state, size_t limit);

/* Write size bytes that depend on tag and on their place; are they still so? */
void paint(void *start, size_t size, unsigned tag);
bool is_painted(const void *start, size_t size, unsigned tag);

#endif
