/*
 * watch.h - plays a trace on threads, as it was recorded, and looks on.
 *
 * For each thread of the recorded run there is a thread that makes its calls,
 * so that arenas and thread caches are used as they were then. A thread begins
 * at its first call and ends after its last one. Only one thread runs at any
 * time: it makes its calls up to the next one of another thread, and hands
 * over. So there is one order, the recorded one, and each run gives the same
 * picture.
 *
 * A hand-over costs 3 to 30 us, more than most calls: this is not for timing.
 */
#ifndef WATCH_H
#define WATCH_H

#include "play.h"

/* Both are called on the thread that makes the call, and must not allocate. */
struct watch {
    /* Called N + 1 times in a run: before operations that are evenly spread,
     * and at the end; before each one if there are fewer operations. */
    void (*at_moment)(const struct player *player, void *context);
    size_t moments;
    /* After each operation; may be NULL. */
    void (*after)(const struct player *player, const struct op *op,
                  void *context);
    void *context;
};

void play_watched(struct player *player, const struct watch *watch);

#endif
