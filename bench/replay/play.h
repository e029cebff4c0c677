/*
 * play.h - plays a trace: makes its calls on an allocator, and uses what it
 * gets as a program would.
 *
 *     struct player player = {.budget = 20};
 *     open_player(&player, "x.trace", "chapters/04-bins/libmalloc.so");
 *     play(&player);        or play_watched() of watch.h
 *
 * A payload is written once per cache line in its first MiB, then once per page
 * up to 256 MiB: programs are taken to use what they ask for, and at once. The
 * first byte is a tag that must still be there when the object is freed.
 * Between the first operation and the last one, only the allocator under test
 * allocates or moves the break.
 *
 * An allocator that spoils a payload, crashes or hangs ends the program, with a
 * line that says so and names the operation.
 */
#ifndef PLAY_H
#define PLAY_H

#include "allocator.h"
#include "../record/trace.h"

struct object {
    unsigned char *payload; /* NULL: its allocation failed */
    size_t size;
};

struct player {
    double budget; /* seconds; an operation that takes longer hangs */
    struct allocator allocator;
    struct trace trace;
    struct object *objects;
    size_t resident_before; /* before the library was opened; 0: not known */
    size_t done;            /* operations */
    size_t failed;          /* of them: allocations answered with NULL */
    size_t live;            /* bytes asked for and not freed */
    double started;         /* at what time, see seconds_now(), without the
                             * time in which the trace was read on */
    double seconds;         /* what all took together */
};

/* Loads the trace and opens the library, or dies. */
void open_player(struct player *player, const char *trace, const char *library);

/* Plays all operations, or as many as the budget allows, on this thread. */
void play(struct player *player);

/* Is there another operation, and time for it? If necessary, more of the trace
 * is read, and pointers to its operations become invalid. */
bool play_goes_on(struct player *player);

/* The next operation, if play goes on. */
const struct op *next_op(const struct player *player);

/* Plays it. begin_play() must have been called before. */
void play_one(struct player *player);

/* Call these before and after all operations: they set and clear the budget's
 * timer. While it is set, play() itself makes no system calls: it is cleared
 * before more of a long trace is read, and set again after that. */
void begin_play(struct player *player);
void end_play(struct player *player);

/* How far the run came within the budget; empty if all was played. */
const char *play_note(const struct player *player);

/* Call this last, if no row has the note: a run that was stopped by the budget
 * ends with it on stderr and with status 1. What it printed stays. */
void end_report(const struct player *player);

/* Prints the error of a bad command line. */
_Noreturn void usage(const char *arguments);

#endif
