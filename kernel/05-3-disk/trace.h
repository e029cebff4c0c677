/* trace.h - trace points: where a tool may watch the kernel at work
 *
 * Places in the kernel say what happens there, each on a floor of the building
 * between a system call and the free lists. A program that wants to know
 * defines trace_line(); in all others nobody listens. (Linux has such points,
 * too: see /sys/kernel/tracing/events.)
 */
#ifndef TRACE_H
#define TRACE_H

enum floor {
    FLOOR_CALL,  /* what a process asks for, and its page faults */
    FLOOR_AREA,  /* what it may use */
    FLOOR_TABLE, /* what it has got */
    FLOOR_FRAME, /* blocks of frames given out and taken back */
    FLOOR_BUDDY, /* blocks split and merged */
};

void trace_line(enum floor floor, const char *format, ...)
    __attribute__((weak, format(printf, 2, 3)));

#define trace(...)                                                             \
    do {                                                                       \
        if (trace_line)                                                        \
            trace_line(__VA_ARGS__);                                           \
    } while (0)

#endif
