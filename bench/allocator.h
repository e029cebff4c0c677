/*
 * allocator.h - the allocator that a benchmark is to call, through pointers.
 *
 * On every command line LIBRARY is a path, or `system` for the C library's
 * malloc. A library is opened in a scope of its own, so the program keeps the
 * C library's malloc for itself. The calls that only some allocators have are
 * NULL where they are missing.
 *
 * A library may be broken, crash, or never return from a call. So that this
 * ends in one line on stderr, benchmarks call it in a child process.
 */
#ifndef ALLOCATOR_H
#define ALLOCATOR_H

#include "inspect.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A child that is silent for so long, in seconds, hangs: see alarm(2). */
#define PATIENCE 3

struct allocator {
    const char *name;
    void *(*malloc)(size_t size);
    void (*free)(void *payload);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *payload, size_t size);
    void *(*memalign)(size_t alignment, size_t size);
    size_t (*held)(void);                              /* or NULL */
    int (*walk)(malloc_visitor *visit, void *context); /* or NULL */
    bool shares; /* one payload for all: what is written there is lost */
};

static _Noreturn inline void die(const char *thing, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, thing, what);
    exit(1);
}

/* Memory for the benchmark's own tables, with its pages in place. */
static inline void *map_zeroed(size_t size)
{
    void *map = mmap(NULL, size + 1, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    if (map == MAP_FAILED)
        die("mmap", "no memory for the tables of the benchmark");
    return map;
}

static inline double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The value of an option: a number above zero. */
static inline double number_of(const char *option, const char *text)
{
    char *end;
    double number = text ? strtod(text, &end) : 0;

    if (!(number > 0 && number <= 1e6) || *end != '\0')
        die(option, "needs a number above 0");
    return number;
}

/* --- none: the cost of the benchmark itself ----------------------------- */

static void *shared_payload;

static inline void *none_malloc(size_t size)
{
    (void)size;
    return shared_payload;
}

static inline void none_free(void *payload)
{
    (void)payload;
}

static inline void *none_pair(size_t count_or_alignment, size_t size)
{
    (void)count_or_alignment;
    (void)size;
    return shared_payload;
}

static inline void *none_realloc(void *payload, size_t size)
{
    (void)size;
    return payload;
}

static inline size_t none_held(void)
{
    return 0;
}

/* An allocator that hands out the same bytes to everybody, in no time. */
static inline void open_none(struct allocator *allocator, size_t largest)
{
    shared_payload = mmap(NULL, largest + 1, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (shared_payload == MAP_FAILED)
        die("none", "no memory for the largest payload");
    *allocator = (struct allocator){
        .name = "none",
        .malloc = none_malloc,
        .free = none_free,
        .calloc = none_pair,
        .realloc = none_realloc,
        .memalign = none_pair,
        .held = none_held,
        .shares = true,
    };
}

/* --- a library, and the system's ---------------------------------------- */

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
static inline size_t system_held(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.arena + info.hblkhd;
}
#else
#define system_held NULL
#endif

/*
 * The library's own function of that name. Asked for a name that a library
 * lacks, dlsym answers with libc's, which the library depends on.
 */
static inline void *find(const struct allocator *allocator, void *library,
                         const char *name)
{
    void *function = dlsym(library, name);
    char what[64];

    if (!function ||
        (library != RTLD_DEFAULT && function == dlsym(RTLD_DEFAULT, name))) {
        snprintf(what, sizeof(what), "has no %s", name);
        die(allocator->name, what);
    }
    return function;
}

static inline void open_library(struct allocator *allocator, const char *name)
{
    bool is_system = strcmp(name, "system") == 0;
    void *library = RTLD_DEFAULT;

    if (!is_system)
        library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library && !is_system) {
        fprintf(stderr, "%s: %s\n", program_invocation_short_name, dlerror());
        exit(1);
    }
    allocator->name = name;
    *(void **)&allocator->malloc = find(allocator, library, "malloc");
    *(void **)&allocator->free = find(allocator, library, "free");
    *(void **)&allocator->calloc = find(allocator, library, "calloc");
    *(void **)&allocator->realloc = find(allocator, library, "realloc");
    *(void **)&allocator->memalign = find(allocator, library, "memalign");
    *(void **)&allocator->held = dlsym(library, "malloc_held");
    *(void **)&allocator->walk = dlsym(library, "malloc_walk");
    if (is_system)
        allocator->held = system_held;
}

/*
 * Calls work(context) in a child process, which begins with a fresh allocator
 * and is ended after PATIENCE seconds unless it sets another alarm. If it does
 * not end well, neither does this process.
 */
static inline void in_child(const struct allocator *allocator,
                            void (*work)(void *context), void *context)
{
    char what[80];
    int status;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        alarm(PATIENCE);
        work(context);
        exit(fflush(stdout) == 0 ? 0 : 1);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        die("fork", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    if (WIFEXITED(status))
        exit(1); /* the child has said why */
    snprintf(what, sizeof(what), "crashed (%s)", strsignal(WTERMSIG(status)));
    if (WTERMSIG(status) == SIGALRM)
        snprintf(what, sizeof(what), "one call does not end");
    die(allocator->name, what);
}

#endif
