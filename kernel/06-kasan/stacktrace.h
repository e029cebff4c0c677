/* stacktrace.h - who has called whom
 */
#ifndef STACKTRACE_H
#define STACKTRACE_H

#define KASAN_STACK_DEPTH 5

/* The last calls on a CPU, the innermost first, as the addresses to which they
 * return, less that of the program's start; 0 if there are no more. */
struct kasan_track {
    int cpu;
    unsigned entries[KASAN_STACK_DEPTH];
};

/* Write down who is here. */
void kasan_set_track(struct kasan_track *track);

/* Print the calls on standard error, a line for each, if there is a track. The
 * instruction before the one returned to is the call. */
void kasan_print_track(const struct kasan_track *track, const char *what);

#endif
