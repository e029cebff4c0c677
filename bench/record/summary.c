/*
 * summary.c - says in one line each what traces hold.
 *
 * Usage: summary TRACE...
 *
 * Prints, separated by tabs, the file, its calls, its threads, its peak of live
 * bytes, its strays (calls whose other half was not recorded) and its command.
 * A file that is not a trace gets a line on stderr; the others are still read,
 * and the status is 1 at the end. A trace that the recorder had to cut gets
 * both lines.
 */
#include "trace.h"

#include <err.h>
#include <stdio.h>

/* Keeps to one line: a command may have any bytes. */
static void print_command(const struct trace *trace)
{
    for (size_t i = 0; i < trace->command_length; i++) {
        char c = trace->command[i];

        putchar((unsigned char)c < ' ' ? ' ' : c);
    }
    putchar('\n');
}

int main(int argc, char **argv)
{
    int status = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: summary TRACE...\n");
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        struct trace trace;
        const char *error = trace_load(argv[i], &trace);

        if (error) {
            fprintf(stderr, "summary: %s: %s\n", argv[i], error);
            status = 1;
            continue;
        }
        if (trace.cut)
            fprintf(stderr, "summary: %s: cut, there were more calls\n",
                    argv[i]);
        printf("%s\t%zu\t%u\t%zu\t%zu\t", argv[i], trace.count,
               trace.threads, trace.peak_live, trace.strays);
        print_command(&trace);
        trace_unload(&trace);
    }
    if (fflush(stdout) != 0)
        err(1, "standard output");
    return status;
}
