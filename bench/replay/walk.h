/*
 * walk.h - what can be learnt from walks over all chunks; see walk.c.
 *
 * Each plays the trace, looks moments + 1 times, and prints its rows. The
 * allocator has a walk, or for walk_parts() is the system's.
 */
#ifndef WALK_H
#define WALK_H

#include "watch.h"

/* The most chunks or cells that are kept: room for them is only reserved. */
#define MOST ((size_t)1 << 28)

void walk_parts(struct player *player, size_t moments);
void walk_map(struct player *player, size_t moments, size_t cell_size);
void walk_bins(struct player *player, size_t moments);

#endif
