/*
 * trace.h - the trace format, and the loader that the tools share.
 *
 * A trace holds the allocation calls of one process image in the order in
 * which they happened: a header, then events, then zero bytes. Each event
 * is a code byte and the operands that bits of the code announce, as
 * numbers in base 128: seven bits a byte, low ones first, the top bit set
 * in all bytes but the last.
 *
 *   header    "MTRACE\n", version byte, pid, length of command, command
 *   number    a size in bytes; for TRACE_THREAD a thread, counted from 0
 *   alignment in bytes
 *   address   the difference to the address before it (0 at first), both
 *             divided by 8, as 2 * d where d >= 0 and -2 * d - 1 where not
 *
 * Invariant: a free is recorded before the call that frees, an allocation after
 * the call that allocates, and a realloc on both sides of its call
 * (TRACE_REALLOC with the old address, then TRACE_RESULT with the new one). So
 * in the trace an address is always given up before another thread gets it. A
 * trace without a zero byte after its last event is truncated.
 *
 * Example, the 25 bytes of: malloc(24) = 0x1000; free(0x1000)
 *
 *   4d 54 52 41 43 45 0a 01    "MTRACE\n", version 1
 *   2a 04 70 72 6f 67          pid 42, a command of 4 bytes: "prog"
 *   12 00                      thread 0 makes the calls that follow
 *   53 18 80 08                malloc, size 24, 0x1000 / 8 = 0x200, so 0x400
 *   46 00                      free, the same address again
 *   00 00 00                   the end
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_MAGIC   "MTRACE\n"
#define TRACE_VERSION 1

enum {
    TRACE_NUMBER = 0x10,    /* these bits say which operands follow, */
    TRACE_ALIGNMENT = 0x20, /* in this order */
    TRACE_ADDRESS = 0x40,
};

enum trace_event {
    TRACE_END = 0,
    TRACE_CUT = 1, /* instead of the end: the recorder could not go on */
    TRACE_THREAD = 2 | TRACE_NUMBER,
    TRACE_MALLOC = 3 | TRACE_NUMBER | TRACE_ADDRESS,
    TRACE_CALLOC = 4 | TRACE_NUMBER | TRACE_ADDRESS,
    TRACE_ALIGNED = 5 | TRACE_NUMBER | TRACE_ALIGNMENT | TRACE_ADDRESS,
    TRACE_FREE = 6 | TRACE_ADDRESS,
    TRACE_REALLOC = 7 | TRACE_NUMBER | TRACE_ADDRESS,
    TRACE_RESULT = 8 | TRACE_ADDRESS, /* 0: realloc failed, or freed */
};

enum {
    TRACE_EVENT_MAX = 64, /* no event is longer, a change of thread included */
};

static inline unsigned char *trace_put(unsigned char *at, uint64_t number)
{
    while (number >= 0x80) {
        *at++ = (unsigned char)(number | 0x80);
        number >>= 7;
    }
    *at++ = (unsigned char)number;
    return at;
}

static inline uint64_t trace_fold(uint64_t difference)
{
    return difference << 1 ^ (0 - (difference >> 63));
}

static inline uint64_t trace_unfold(uint64_t folded)
{
    return folded >> 1 ^ (0 - (folded & 1));
}

/* What the loader makes of the events: one operation a call. */

enum op_kind { OP_MALLOC, OP_CALLOC, OP_ALIGNED, OP_REALLOC, OP_FREE };

struct op {
    uint64_t size : 48;          /* bytes asked for; for OP_FREE 0 */
    uint64_t alignment_log2 : 8; /* for OP_ALIGNED */
    uint64_t kind : 8;           /* an op_kind */
    uint32_t object;             /* 0 ... objects - 1, used again once freed */
    uint32_t thread;             /* 0 ... threads - 1 */
};

/*
 * A trace may be larger than memory, so its operations are seen through a
 * window: ops[i] is operation number begin + i, up to the one before end. A
 * trace of at most TRACE_WINDOW operations is all in its first window.
 */
#ifndef TRACE_WINDOW /* tests make it small */
#define TRACE_WINDOW ((size_t)1 << 22)
#endif

struct trace {
    const struct op *ops;
    size_t begin, end; /* of the window */
    size_t count;      /* of all operations */
    uint32_t objects;  /* the most that live at once */
    uint32_t threads;
    size_t strays;    /* calls whose other half the recorder did not see */
    size_t peak_live; /* bytes asked for, at their highest */
    size_t largest;   /* bytes, the largest request with its alignment */
    bool cut;         /* the recorder could not go on: there were more calls */
    uint64_t pid;
    const char *command; /* not terminated */
    size_t command_length;
    const char *path;
    struct loader *loader;
};

/*
 * Loads the trace at path, with the window at its beginning. Like the whole
 * loader it never calls malloc itself, and never crashes, whatever the input.
 * Returns NULL, or in a few words what is wrong with the file.
 */
const char *trace_load(const char *path, struct trace *trace);

/* Moves the window on to the operations that begin at trace->end. */
const char *trace_move(struct trace *trace);

/* The number of the last operation that the thread makes; 0 if it has none. */
size_t trace_last(const struct trace *trace, uint32_t thread);

/* Gives back all that a loaded trace takes, its command included. */
void trace_unload(struct trace *trace);

#endif
