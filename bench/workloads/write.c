/*
 * write.c - writes a trace that nobody recorded, to stdout.
 *
 * Events are put together in a few bytes on the stack and handed to stdio,
 * which buffers them. An address is the object's number plus 1, times 8,
 * because 0 is no address; neighbouring objects then differ by a byte or two in
 * the trace. A call costs some 20 ns.
 */
#include "write.h"
#include "../record/trace.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static uint64_t last_address; /* divided by 8 */

static void put_bytes(const void *bytes, size_t length)
{
    if (fwrite(bytes, 1, length, stdout) != length)
        err(1, "standard output");
}

static void put_event(enum trace_event event, uint64_t number,
                      uint64_t alignment, uint32_t object)
{
    unsigned char bytes[TRACE_EVENT_MAX], *at = bytes;
    uint64_t address = (uint64_t)object + 1;

    *at++ = (unsigned char)event;
    if (event & TRACE_NUMBER)
        at = trace_put(at, number);
    if (event & TRACE_ALIGNMENT)
        at = trace_put(at, alignment);
    if (event & TRACE_ADDRESS) {
        at = trace_put(at, trace_fold(address - last_address));
        last_address = address;
    }
    put_bytes(bytes, (size_t)(at - bytes));
}

void write_header(const char *command)
{
    unsigned char bytes[TRACE_EVENT_MAX], *at = bytes;

    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error like any other */
    put_bytes(TRACE_MAGIC, sizeof(TRACE_MAGIC) - 1);
    *at++ = TRACE_VERSION;
    at = trace_put(at, 0);
    at = trace_put(at, strlen(command));
    put_bytes(bytes, (size_t)(at - bytes));
    put_bytes(command, strlen(command));
    put_event(TRACE_THREAD, 0, 0, 0);
}

void write_malloc(uint32_t object, size_t size)
{
    put_event(TRACE_MALLOC, size, 0, object);
}

void write_aligned(uint32_t object, size_t size, size_t alignment)
{
    put_event(TRACE_ALIGNED, size, alignment, object);
}

/* The object keeps its address: where it really goes, the replay will see. */
void write_realloc(uint32_t object, size_t size)
{
    put_event(TRACE_REALLOC, size, 0, object);
    put_event(TRACE_RESULT, 0, 0, object);
}

void write_free(uint32_t object)
{
    put_event(TRACE_FREE, 0, 0, object);
}

void write_end(void)
{
    put_event(TRACE_END, 0, 0, 0);
    if (fflush(stdout) != 0)
        err(1, "standard output");
}
