/* decay.h - memory that nobody needs goes back after a while */
#ifndef DECAY_H
#define DECAY_H

#include "arena.h"

/* To be called when memory was freed. The caller holds the arena's lock. */
void decay(struct arena *a);

#endif
