/* real.c - facts and how they are printed, and what Linux says of a process */
#include "real.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FAILED  1
#define SKIPPED 77

/* ---- to say what is shown ---- */

void step(const char *what)
{
    printf("%s\n", what);
}

static void judge(bool good, const char *what, const char *bound, long expected,
                  long got)
{
    fflush(stdout);
    if (!good)
        errx(FAILED, "%s: expected %s%s%ld, got %ld", what, bound,
             *bound == '\0' ? "" : " ", expected, got);
    printf("    %-50s %8s %6ld\n", what, bound, expected);
}

void equals(const char *what, long expected, long got)
{
    judge(got == expected, what, "", expected, got);
}

void about(const char *what, long expected, long got)
{
    judge(got >= expected && got <= expected + 16, what, "about", expected,
          got);
}

void at_least(const char *what, long least, long got)
{
    judge(got >= least, what, "at least", least, got);
}

void at_most(const char *what, long most, long got)
{
    judge(got <= most, what, "at most", most, got);
}

void holds(const char *what, bool expected, bool got)
{
    static const char *const words[] = {"no", "yes"};

    fflush(stdout);
    if (got != expected)
        errx(FAILED, "%s: expected %s, got %s", what, words[expected],
             words[got]);
    printf("    %-50s %15s\n", what, words[got]);
}

void require(bool done, const char *call)
{
    if (done)
        return;
    fflush(stdout);
    err(FAILED, "%s", call);
}

void skip(const char *format, ...)
{
    char why[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    fflush(stdout);
    errx(SKIPPED, "not shown here: %s", why);
}

/* ---- to make something that can be looked at ---- */

size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

char *map_alone(size_t pages, int flags, int fd)
{
    size_t page = page_size();
    char *fence = mmap(NULL, (pages + 2) * page, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    require(fence != MAP_FAILED, "mmap");
    flags |= MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);
    char *start =
        mmap(fence + page, pages * page, PROT_READ | PROT_WRITE, flags, fd, 0);
    require(start != MAP_FAILED, "mmap");
    madvise(start, pages * page, MADV_NOHUGEPAGE); /* not every kernel has it */
    return start;
}

void write_pages(char *start, size_t pages)
{
    size_t page = page_size();

    for (size_t i = 0; i < pages; i++)
        *(volatile char *)(start + i * page) = 'w';
}

void read_pages(const char *start, size_t pages)
{
    size_t page = page_size();

    for (size_t i = 0; i < pages; i++)
        (void)*(const volatile char *)(start + i * page);
}

int scratch_file(size_t pages)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 16);

    require(length > 0, "/proc/self/exe");
    path[length] = '\0';
    strcpy(strrchr(path, '/'), "/scratch-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0)
        skip("%s: %s", path, strerror(errno));
    unlink(path);

    size_t page = page_size();
    char *text = malloc(page);
    require(text != NULL, "malloc");
    memset(text, 'f', page);
    for (size_t i = 0; i < pages; i++)
        require(write(fd, text, page) == (ssize_t)page, path);
    free(text);
    return fd;
}

void require_disk(int fd)
{
    struct statfs file_system;

    require(fstatfs(fd, &file_system) == 0, "fstatfs");
    if (file_system.f_type == TMPFS_MAGIC || file_system.f_type == RAMFS_MAGIC)
        skip("the program lies on a tmpfs, below which there is no disk");
}

pid_t start_child(void)
{
    pid_t parent = getpid();

    fflush(stdout);
    pid_t child = fork();
    require(child >= 0, "fork");
    alarm(10); /* if one dies, the other does not wait for it for ever */
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(FAILED);
    }
    return child;
}

void end_child(pid_t child)
{
    int status;

    require(waitpid(child, &status, 0) == child, "waitpid");
    if (!WIFEXITED(status))
        errx(FAILED, "the child died of signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        exit(WEXITSTATUS(status));
}

/* ---- to look at it ---- */

long minor_faults(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

long major_faults(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_majflt;
}

long in_memory(const void *start, size_t pages)
{
    unsigned char in[pages];
    long count = 0;

    if (mincore((void *)start, pages * page_size(), in) != 0) {
        require(errno == ENOMEM, "mincore");
        return -1;
    }
    for (size_t i = 0; i < pages; i++)
        count += in[i] & 1;
    return count;
}

/* A file of /proc/self, or none here. */
static FILE *open_own(const char *path)
{
    FILE *file = fopen(path, "r");

    if (file == NULL)
        skip("%s: %s", path, strerror(errno));
    return file;
}

/* An area has a line that begins with its addresses, "start-end ", and then a
 * line for each field, "Rss:   64 kB". */
long smaps(const void *address, const char *field)
{
    FILE *file = open_own("/proc/self/smaps");
    size_t length = strlen(field);
    bool inside = false;
    long kilobytes = -1;
    char line[512];

    while (kilobytes < 0 && fgets(line, sizeof line, file) != NULL) {
        uintptr_t start, end;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            inside = start <= (uintptr_t)address && (uintptr_t)address < end;
        else if (inside && strncmp(line, field, length) == 0 &&
                 line[length] == ':')
            kilobytes = atol(line + length + 1);
    }
    fclose(file);
    if (kilobytes < 0)
        skip("/proc/self/smaps has no %s", field);
    return kilobytes * 1024 / (long)page_size();
}

/* The file has a word for each page: bit 63 says that there is a frame, and
 * the bits from 0 to 54 which one. Who may not know reads 0 there. */
long frame_of(const void *address)
{
    FILE *file = open_own("/proc/self/pagemap");
    uint64_t word = 0;

    off_t place = (off_t)((uintptr_t)address / page_size() * sizeof word);
    ssize_t got = pread(fileno(file), &word, sizeof word, place);
    require(got == sizeof word, "/proc/self/pagemap");
    fclose(file);
    if (!(word >> 63))
        return -1;
    long frame = (long)(word & ((UINT64_C(1) << 55) - 1));
    if (frame == 0)
        skip("/proc/self/pagemap tells frame numbers to root alone");
    return frame;
}

long copied(void)
{
    FILE *file = open_own("/proc/self/io");
    long read = 0, written = 0;

    int found = fscanf(file, "rchar: %ld wchar: %ld", &read, &written);
    fclose(file);
    require(found == 2, "/proc/self/io");
    return read + written;
}

double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
