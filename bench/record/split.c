/*
 * split.c - makes traces of what recorded processes left in the spool.
 *
 * Usage: split SPOOL FOLDER
 *
 * Each trace becomes a file in FOLDER: PROGRAM.PID.trace, or
 * PROGRAM.PID.2.trace if there is one already, as after an exec. PROGRAM is the
 * last part of the first word of the command; bytes that would make a bad file
 * name become `_`. The windows of a trace are copied one after the other. The
 * last one, which nobody has declared full, is copied up to its zeroes. A trace
 * that is still being written is taken as it is. A line on stderr says what is
 * missing. If a trace cannot be written, the rest is left out and the status is
 * 1.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "spool.h"
#include "trace.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME = 64 }; /* bytes of a program's name are enough */

struct header { /* what a trace begins with, see trace.h */
    unsigned long pid;
    unsigned char *command, *end;
};

static uint64_t get_number(unsigned char **at)
{
    uint64_t number = 0;

    for (int shift = 0; shift < 64; shift += 7) {
        number |= (uint64_t)(**at & 0x7f) << shift;
        if (*(*at)++ < 0x80)
            break;
    }
    return number;
}

/* A window can be trusted only as far as the program did not write to it. */
static bool read_header(unsigned char *at, struct header *header)
{
    unsigned char *limit = at + sizeof(((struct window *)0)->bytes);
    uint64_t length;

    if (memcmp(at, TRACE_MAGIC, sizeof(TRACE_MAGIC) - 1) != 0)
        return false;
    at += sizeof(TRACE_MAGIC);
    header->pid = (unsigned long)get_number(&at);
    length = get_number(&at);
    header->command = at;
    header->end = at + length;
    return length <= (uint64_t)(limit - at);
}

static bool is_sane(unsigned char c)
{
    return isascii(c) && (isalnum(c) || strchr("._+-", c) != NULL);
}

/* The name of a program: of `a/b/` it is b, and it never begins with `-` or
 * `.`. */
static void name_program(const struct header *header, char name[NAME + 1])
{
    const unsigned char *at = header->command, *end = header->end, *zero;
    int length = 0;

    zero = memchr(at, '\0', (size_t)(end - at));
    if (zero)
        end = zero;
    while (end > at && end[-1] == '/')
        end--;
    for (const unsigned char *slash;
         (slash = memrchr(at, '/', (size_t)(end - at)));)
        at = slash + 1;
    while (at < end && length < NAME) {
        name[length++] = (char)(is_sane(*at) ? *at : '_');
        at++;
    }
    if (name[0] == '.' || name[0] == '-')
        name[0] = '_';
    name[length] = '\0';
    if (length == 0)
        strcpy(name, "unnamed");
}

/* Puts spaces between the words, and leaves out a last byte that ends a
 * word. */
static size_t copy_header(unsigned char *out, const unsigned char *bytes,
                          const struct header *header)
{
    size_t length = (size_t)(header->end - header->command);
    unsigned char *at;

    if (length > 0 && header->end[-1] == '\0')
        length--;
    at = mempcpy(out, bytes, sizeof(TRACE_MAGIC)); /* and the version */
    at = trace_put(at, header->pid);
    at = trace_put(at, length);
    for (size_t i = 0; i < length; i++)
        *at++ = header->command[i] ? header->command[i] : ' ';
    return (size_t)(at - out);
}

/* Opens the file, and writes its name to path. */
static int create_file(const char *folder, const struct header *header,
                       char path[PATH_MAX])
{
    char program[NAME + 1], number[16] = "";
    int file = -1;

    name_program(header, program);
    for (int n = 2; file < 0; n++) {
        snprintf(path, PATH_MAX, "%s/%s.%lu%s.trace", folder, program,
                 header->pid, number);
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file < 0 && errno != EEXIST)
            break;
        snprintf(number, sizeof(number), ".%d", n);
    }
    return file;
}

static bool write_all(int file, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);

        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return true;
}

/* An event may end with three zero bytes; one more is the end. */
static size_t end_of_window(const struct window *window)
{
    size_t end = sizeof(window->bytes) - 4;

    while (end > 0 && window->bytes[end - 1] == 0)
        end--;
    return end + 4;
}

/* What is left of the trace; number is the window where it begins. */
static bool copy_events(int file, const struct window *windows, uint32_t count,
                        uint32_t number, const unsigned char *from)
{
    const unsigned char cut = TRACE_CUT;

    for (;;) {
        const struct window *window = &windows[number];
        uint32_t next = __atomic_load_n(&window->next, __ATOMIC_ACQUIRE);
        bool more = next > number && (next < count || next == CUT) &&
                    window->used <= sizeof(window->bytes);
        const unsigned char *end =
            window->bytes + (more ? window->used : end_of_window(window));

        if (end > from && !write_all(file, from, (size_t)(end - from)))
            return false;
        if (!more)
            return true;
        if (next == CUT)
            return write_all(file, &cut, 1);
        number = next;
        from = windows[number].bytes;
    }
}

/* Reports calls that are missing, and whether the trace is cut. */
static void tell_losses(const char *path, const struct window *windows,
                        uint32_t count, uint32_t number, const char *reason)
{
    unsigned long lost = 0;
    const char *name = strrchr(path, '/') + 1;

    for (; number < count; number = windows[number].next) {
        lost += windows[number].lost;
        if (windows[number].next <= number)
            break;
    }
    if (lost > 0)
        fprintf(stderr,
                "record: %s: %lu calls are missing, made in signal handlers\n",
                name, lost);
    if (number == CUT)
        fprintf(stderr, "record: %s: cut where no more could be recorded: %s\n",
                name, reason);
}

static void make_trace(const char *folder, struct window *windows,
                       uint32_t count, uint32_t number, const char *reason)
{
    unsigned char out[WINDOW], *bytes = windows[number].bytes;
    struct header header;
    char path[PATH_MAX];
    int file;

    if (!read_header(bytes, &header)) {
        warnx("a trace is damaged, and left out");
        return;
    }
    file = create_file(folder, &header, path);
    if (file < 0 || !write_all(file, out, copy_header(out, bytes, &header)) ||
        !copy_events(file, windows, count, number, header.end) ||
        close(file) != 0) {
        warn("%s", path);
        unlink(path);
        exit(1);
    }
    tell_losses(path, windows, count, number, reason);
}

/* Why is there no trace, or one fewer than there were processes? */
static void tell_absences(const struct spool *spool, uint32_t traces,
                          const char *reason)
{
    if (spool->unrecorded > 0)
        fprintf(stderr,
                "record: processes that could not be recorded: %u: %s\n",
                spool->unrecorded, reason);
    else if (spool->images == 0)
        fprintf(
            stderr,
            "record: no program loaded the recorder; a statically linked or "
            "set-uid one does not\n");
    else if (traces == 0)
        fprintf(stderr, "record: there was no call to record\n");
}

/* Maps the spool. *count is the number of windows that can be looked at. */
static struct spool *map_spool(const char *path, uint32_t *count)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    struct stat status;
    struct spool *spool;

    if (file < 0 || fstat(file, &status) != 0)
        err(1, "%s", path);
    if (status.st_size < WINDOW)
        errx(1, "%s: not a spool", path);
    spool = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE,
                 MAP_SHARED, file, 0);
    if (spool == MAP_FAILED)
        err(1, "%s", path);
    close(file);
    *count = (uint32_t)(status.st_size / WINDOW);
    if (*count > spool->taken)
        *count = spool->taken;
    return spool;
}

int main(int argc, char **argv)
{
    struct spool *spool;
    struct window *windows;
    uint32_t count, nothing = 0, traces = 0;
    const char *reason;

    if (argc != 3)
        errx(2, "usage: split SPOOL FOLDER");
    spool = map_spool(argv[1], &count);
    windows = (struct window *)spool;
    __atomic_compare_exchange_n(&spool->full, &nothing, ESHUTDOWN, false,
                                __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    reason = strerror(spool->full == ESHUTDOWN ? ENOMEM : (int)spool->full);
    for (uint32_t i = 1; i < count; i++) {
        if (!__atomic_load_n(&windows[i].begins, __ATOMIC_ACQUIRE))
            continue;
        make_trace(argv[2], windows, count, i, reason);
        traces++;
    }
    tell_absences(spool, traces, reason);
    return 0;
}
