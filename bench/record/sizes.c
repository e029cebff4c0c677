/*
 * sizes.c - counts the requests of a trace by their exact size.
 *
 * Usage: sizes TRACE
 *
 * Prints CSV, small sizes first: the size, the calls that asked for it (malloc,
 * calloc, the aligned ones, and realloc with its new size), and the bytes of
 * all of them together. A request for no bytes counts as a call. The sizes are
 * nodes of a tree: a call costs some 100 ns.
 */
#include "trace.h"

#include <err.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>

struct size {
    size_t bytes, calls;
};

static int compare(const void *a, const void *b)
{
    const struct size *x = a, *y = b;

    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static void count(void **tree, size_t bytes)
{
    struct size wanted = {.bytes = bytes};
    struct size **node = tsearch(&wanted, tree, compare);

    if (node && *node == &wanted) { /* a new size, whose node must last */
        *node = malloc(sizeof(**node));
        if (*node)
            **node = wanted;
    }
    if (!node || !*node)
        err(1, "table of sizes");
    (*node)->calls++;
}

static void print(const void *node, VISIT visit, int depth)
{
    const struct size *size = *(struct size *const *)node;

    (void)depth;
    if (visit == postorder || visit == leaf) /* once, and in order */
        printf("%zu,%zu,%zu\n", size->bytes, size->calls,
               size->bytes * size->calls);
}

int main(int argc, char **argv)
{
    struct trace trace;
    const char *error;
    void *tree = NULL;

    if (argc != 2)
        errx(2, "usage: sizes TRACE");
    error = trace_load(argv[1], &trace);
    while (!error) {
        for (size_t i = 0; i < trace.end - trace.begin; i++) {
            if (trace.ops[i].kind != OP_FREE)
                count(&tree, trace.ops[i].size);
        }
        if (trace.end == trace.count)
            break;
        error = trace_move(&trace);
    }
    if (error)
        errx(1, "%s: %s", argv[1], error);
    printf("size,calls,bytes\n");
    twalk(tree, print);
    if (fflush(stdout) != 0)
        err(1, "standard output");
    return 0;
}
