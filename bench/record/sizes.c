/*
 * sizes.c - counts the requests of a trace by their exact size.
 *
 * Usage: sizes TRACE
 *
 * Prints CSV, small sizes first: size, calls that asked for it (malloc,
 * calloc, the aligned ones and realloc, with its new size), and the bytes
 * of them all together. A request of no bytes counts as a call. It sorts
 * the sizes: some 100 ns a call.
 */
#include "trace.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The sizes asked for, sorted; their number in *count. */
static uint64_t *sorted_sizes(const struct trace *trace, size_t *count)
{
    uint64_t *sizes = calloc(trace->count + 1, sizeof(*sizes));

    if (!sizes)
        err(1, "table of sizes");
    *count = 0;
    for (size_t i = 0; i < trace->count; i++) {
        if (trace->ops[i].kind != OP_FREE)
            sizes[(*count)++] = trace->ops[i].size;
    }
    qsort(sizes, *count, sizeof(*sizes), compare);
    return sizes;
}

int main(int argc, char **argv)
{
    struct trace trace = {0};
    const char *error;
    uint64_t *sizes;
    size_t count, end;

    if (argc != 2)
        errx(2, "usage: sizes TRACE");
    error = trace_load(argv[1], &trace);
    if (error)
        errx(1, "%s: %s", argv[1], error);
    sizes = sorted_sizes(&trace, &count);
    printf("size,calls,bytes\n");
    for (size_t i = 0; i < count; i = end) {
        for (end = i; end < count && sizes[end] == sizes[i]; end++)
            ;
        printf("%zu,%zu,%zu\n", (size_t)sizes[i], end - i,
               (size_t)sizes[i] * (end - i));
    }
    free(sizes);
    if (fflush(stdout) != 0)
        err(1, "standard output");
    return 0;
}
