/* zmalloc_padding.c - what would used_memory be, counted in this way or that?
 *
 * Usage: zmalloc_padding TRACE
 *
 * The live payloads of the trace, where they are most bytes, are allocated once
 * as they are, and once with a header of 8 bytes. Prints what each way of
 * counting makes of them, in bytes, beside what malloc takes for them: the
 * bytes that may be used, and 8 for the chunk's own size word, of stages 02 to
 * 07 and of glibc.
 */
#include "../record/trace.h"

#include <err.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { HEADER = 8, SIZE_WORD = 8 };

static size_t padded(size_t size)
{
    return (size + sizeof(long) - 1) / sizeof(long) * sizeof(long);
}

/* Go through the trace, up to `end` at most. Sizes are kept by object. Returns
 * the number of operations after which most bytes were live. */
static size_t follow(const char *path, size_t end, size_t *sizes)
{
    struct trace trace;
    const char *error = trace_load(path, &trace);
    size_t live = 0, most = 0, peak = 0;

    for (size_t i = 0; error == NULL && i < trace.count && i < end; i++) {
        if (i == trace.end && (error = trace_move(&trace)) != NULL)
            break;
        const struct op *op = &trace.ops[i - trace.begin];
        live -= sizes[op->object];
        sizes[op->object] = op->kind == OP_FREE ? 0 : op->size;
        live += sizes[op->object];
        if (live > most) {
            most = live;
            peak = i + 1;
        }
    }
    if (error != NULL)
        errx(1, "%s: %s", path, error);
    trace_unload(&trace);
    return peak;
}

static size_t usable(size_t size)
{
    return malloc_usable_size(malloc(size));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: zmalloc_padding TRACE");
    size_t *sizes = calloc(1 << 24, sizeof(*sizes));
    size_t peak = follow(argv[1], (size_t)-1, sizes);
    size_t payloads = 0, asked = 0, header = 0, padding = 0, size_padded = 0;
    size_t taken_with_header = 0, told = 0, told_padded = 0, taken = 0;

    for (size_t i = 0; i < 1 << 24; i++)
        sizes[i] = 0;
    follow(argv[1], peak, sizes);
    for (size_t i = 0; i < 1 << 24; i++) {
        size_t size = sizes[i];
        if (size == 0)
            continue;
        payloads++;
        asked += size;
        header += size + HEADER;
        padding += padded(size + HEADER);
        size_padded += padded(size) + HEADER;
        taken_with_header += usable(size + HEADER) + SIZE_WORD;
        told += usable(size);
        told_padded += padded(usable(size));
        taken += usable(size) + SIZE_WORD;
    }
    printf("%zu payloads, asked for            %9zu\n", payloads, asked);
    printf("with a header\n");
    printf("  used_memory, padded (to 3.2)      %9zu\n", padding);
    printf("  used_memory, not padded (from 4.0)%9zu\n", header);
    printf("  sum of zmalloc_size() (to 6.0)    %9zu\n", size_padded);
    printf("  taken by malloc                   %9zu\n", taken_with_header);
    printf("with malloc_usable_size()\n");
    printf("  used_memory, padded (to 3.2)      %9zu\n", told_padded);
    printf("  used_memory, not padded (from 4.0)%9zu\n", told);
    printf("  taken by malloc                   %9zu\n", taken);
    return 0;
}
