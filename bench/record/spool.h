/*
 * spool.h - the file through which recorded programs hand over their calls.
 *
 * All processes of a recording map one file, the spool, and write into its
 * windows. A process takes a window with an atomic addition, and the next one
 * when that is full. It links its windows, so that split can follow them from
 * the one in which a trace begins. None of this needs a system call, a
 * descriptor or a lock between processes: whatever a program forbids itself
 * later, and however it ends, what it wrote is in the file.
 *
 *   | spool | window | window | ... | window | not yet ready, unwritable ...
 *   0       1        2                taken    ready
 *
 * The disk space of a window must exist before anybody writes to it, or else
 * the kernel kills the writer (SIGBUS). So keep, a process apart from all that
 * is recorded, makes windows ready before they are taken.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include <stdint.h>

enum { WINDOW = 16 * 1024 }; /* bytes */
#define CUT UINT32_MAX       /* after this window nothing could be recorded */

struct spool {       /* at the beginning of the file, where window 0 would be */
    uint32_t taken;  /* windows in use, this place counted as one */
    uint32_t ready;  /* windows that have disk space; a futex */
    uint32_t full;   /* 0, or the errno for which no more become ready */
    uint32_t images; /* process images that mapped the spool */
    uint32_t unrecorded; /* processes that found no window to begin in */
};

struct window {
    uint32_t begins; /* a trace? set last, when its header is written */
    uint32_t next;   /* of the same trace, a larger number; 0: none yet; CUT */
    uint32_t used;   /* bytes, once there is a next one */
    uint32_t lost;   /* calls made inside of the recorder itself */
    unsigned char bytes[WINDOW - 16]; /* of the trace, then zeroes */
};

_Static_assert(sizeof(struct window) == WINDOW, "windows lie side by side");

#endif
