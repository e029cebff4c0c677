/*
 * watch.h - plays a trace on threads, as it was recorded, and looks on.
 *
 * Each call is made by a thread of its own for each thread of the recorded
 * run, so that arenas and thread caches are used as they were. A thread begins
 * at its first call, and ends after its last one. Only one of them runs at any
 * time: it makes its calls up to another thread's, and hands on. So there is
 * one order, the recorded one, and each run gives the same picture.
 *
 * A hand-over costs 3 to 30 us, more than most calls, so this is not for timing.
 */
#ifndef WATCH_H
#define WATCH_H

#include "play.h"

/* Both run on the thread that makes the call. They must not allocate. */
struct watch {
    /* N + 1 times in a run: before operations that are evenly spread, and at
     * the end. If there are fewer operations, at each. */
    void (*at_moment)(const struct player *player, void *context);
    size_t moments;
    /* After each operation; may be NULL. */
    void (*after)(const struct player *player, const struct op *op,
                  void *context);
    void *context;
};

void play_watched(struct player *player, const struct watch *watch);

#endif
