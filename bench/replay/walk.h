/*
 * walk.h - what can be learnt from walks over all chunks; see walk.c.
 *
 * Each plays the trace, looks moments + 1 times, and prints its rows. The
 * allocator has a walk, or for walk_parts() is the system's.
 */
#ifndef WALK_H
#define WALK_H

#include "watch.h"

#include <sys/resource.h>

/* The most chunks or cells that are kept, things of that size each. Room for
 * them is only reserved, but counts where the address space is limited. */
static inline size_t most(size_t size)
{
    size_t most = (size_t)1 << 28;
    struct rlimit limit;

    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur / 8 < most * size)
        most = limit.rlim_cur / 8 / size;
    return most;
}

void walk_parts(struct player *player, size_t moments);
void walk_map(struct player *player, size_t moments, size_t cell_size);
void walk_bins(struct player *player, size_t moments);

#endif
