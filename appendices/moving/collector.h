/* collector.h - a cycle, its phases and pauses, and when it begins
 *
 *      pause       mark start: another good colour; all threads begin new
 * pages; the roots are marked concurrent  mark pause       mark end: has nobody
 * anything left to follow? If somebody has, mark again concurrent  the tables
 * of the cycle before are forgotten, dead pages are freed, the emptiest ones
 * chosen pause       relocate start: REMAPPED is good; the roots are moved
 *      concurrent  relocate
 *
 * One thread goes through the phases, and workers help it. Pauses are as long
 * as there are roots, whatever the size of the heap.
 */
#ifndef COLLECTOR_H
#define COLLECTOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pause_kind { MARK_START, MARK_END, RELOCATE_START };

struct pause {
    enum pause_kind kind;
    uint64_t wait_ns; /* until all threads stood still */
    uint64_t work_ns; /* until they could go on */
};

enum { PAUSES_KEPT = 1 << 16 };

struct collector {
    size_t workers;
    size_t growth;       /* per cent of what is held, until the next cycle */
    size_t emptied;      /* pages, in all cycles */
    atomic_size_t waits; /* how often a thread has waited for memory */
    size_t pauses;       /* how many there were; the last ones are kept */
    struct pause pause[PAUSES_KEPT];
};

extern struct collector collector;

/* Start its threads. Returns 0, or a negative errno. */
int collector_start(size_t workers, size_t growth);
void collector_stop(void);

/* Ask for a cycle, if none is running. */
void collector_wake(void);

/* How many cycles have ended. */
size_t collector_cycles(void);

/* Wait for a cycle that begins after this call. It is a safepoint. */
void collect(void);

/* The phases, in their order. Whoever calls them must be away (thread_leave),
 * and no cycle may be running. */
void mark_start(void);
void mark_concurrently(void);
bool mark_end(void); /* false: mark again */
void choose_pages(void);
void relocate_start(void);
void relocate_concurrently(void);

#endif
