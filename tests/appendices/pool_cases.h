/* pool_cases.h - what the files of cases of the pool share */
#ifndef POOL_CASES_H
#define POOL_CASES_H

#include "suite.h"

#include "lists.h"

enum {
    ARRAY = 1 << 18, /* bytes, the longest that a pool is made of */
    GUARD = 256,     /* bytes on either side */
    GUARD_BYTE = 0xa5,
};

/* Make a pool of the first size bytes of the array, or the case fails. */
struct pool *make_pool(size_t size);

/* If the pool is not as it must be, the case fails, and says after what. */
void must_be_sound(struct pool *pool, const char *after);

/* Nothing outside the first size bytes of the array may have been written. */
void must_be_in_its_array(size_t size);

/* All is free, and one chunk. */
void must_be_empty(struct pool *pool);

/* A random number below limit; the state is any number to begin with. */
size_t random_below(uint64_t *state, size_t limit);

void add_random(TCase *group);

#endif
