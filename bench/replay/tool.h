/*
 * tool.h - what the benchmarks need and no allocator may be asked for.
 *
 * Errors are one line on stderr, `program: thing: what is wrong`, and end the
 * program with status 1. Memory comes from mmap(), so that nothing here calls
 * malloc or moves the break while an allocator is being measured.
 */
#ifndef TOOL_H
#define TOOL_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static _Noreturn inline void die(const char *thing, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, thing, what);
    exit(1);
}

static inline void *map_memory(size_t size, int flags)
{
    void *map = mmap(NULL, size + 1, PROT_READ | PROT_WRITE,
                     flags | MAP_ANONYMOUS, -1, 0);

    if (map == MAP_FAILED)
        die("mmap", "no memory for the tables of the benchmark");
    return map;
}

/* Memory for the benchmark's own tables, with its pages in place. */
static inline void *map_zeroed(size_t size)
{
    return map_memory(size, MAP_PRIVATE | MAP_POPULATE);
}

/* As much as may ever be needed, because pages that are never touched cost
 * nothing. */
static inline void *map_reserved(size_t size)
{
    return map_memory(size, MAP_PRIVATE | MAP_NORESERVE);
}

static inline double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Call this last: dies if what was printed has not arrived. */
static inline void close_output(void)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        die("standard output", strerror(errno));
}

/* The value of an option: a number above zero. */
static inline double number_of(const char *option, const char *text)
{
    char *end;
    double number = text ? strtod(text, &end) : 0;

    if (!(number > 0 && number <= 1e9) || *end != '\0')
        die(option, "needs a number above 0");
    return number;
}

static inline size_t count_of(const char *option, const char *text)
{
    size_t count = (size_t)number_of(option, text);

    if ((double)count != number_of(option, text))
        die(option, "needs a whole number");
    return count;
}

/*
 * The anonymous memory of this process that is resident, in bytes: pages
 * written to and not given back. Exact, as the kernel walks the page tables
 * (Linux 4.14): some 20 us, and 10 us more for each MiB. 0 if it is not known.
 */
static inline size_t resident_bytes(void)
{
    int file = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
    char text[4096], *line;
    ssize_t length;

    if (file < 0)
        return 0;
    length = read(file, text, sizeof(text) - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    line = strstr(text, "\nAnonymous:");
    return line ? 1024 * strtoul(line + strlen("\nAnonymous:"), NULL, 10) : 0;
}

/* Those that were not resident before. */
static inline size_t resident_beyond(size_t before)
{
    size_t now = resident_bytes();

    return now > before ? now - before : 0;
}

#endif
