/*
 * allocator.h - the allocator that a benchmark is to call, through pointers.
 *
 * On every command line LIBRARY is a path, or `system` for the C library's
 * malloc. A library is opened in a scope of its own, so the program keeps the
 * C library's malloc for itself. The calls that only some allocators have are
 * NULL where they are missing.
 *
 * A library may be broken: it may crash, or never return from a call. So that
 * this ends in one line on stderr, benchmarks call it in a child process.
 */
#ifndef ALLOCATOR_H
#define ALLOCATOR_H

#include "inspect.h"
#include "tool.h"

#include <dlfcn.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

/* A child that is silent for this many seconds hangs: see alarm(2). */
#define PATIENCE 3

struct allocator {
    const char *name;
    void *(*malloc)(size_t size);
    void (*free)(void *payload);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *payload, size_t size);
    void *(*memalign)(size_t alignment, size_t size);
    size_t (*usable_size)(void *payload);              /* or NULL */
    size_t (*held)(void);                              /* or NULL */
    int (*walk)(malloc_visitor *visit, void *context); /* or NULL */
    bool shares; /* one payload for all: what is written there is lost */
};

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

/* An allocator that hands out the same bytes to everybody, in no time. They
 * are not anonymous: resident_bytes() does not count them. */
static inline void open_none(struct allocator *allocator, size_t largest)
{
    shared_payload = map_memory(largest, MAP_SHARED | MAP_NORESERVE);
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
#define HAVE_MALLINFO2
static inline size_t system_held(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.arena + info.hblkhd;
}
#else
#define system_held NULL
#endif

/*
 * The library's own function of that name, or NULL. For a name that the library
 * lacks, dlsym answers with libc's, because the library depends on libc.
 */
static inline void *own(void *library, const char *name)
{
    void *function = dlsym(library, name);

    if (library != RTLD_DEFAULT && function == dlsym(RTLD_DEFAULT, name))
        return NULL;
    return function;
}

static inline void *find(const struct allocator *allocator, void *library,
                         const char *name)
{
    void *function = own(library, name);
    char what[64];

    if (!function) {
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
    *(void **)&allocator->usable_size = own(library, "malloc_usable_size");
    if (is_system) { /* a name that is missing would make dlsym() allocate */
        allocator->held = system_held;
        return;
    }
    *(void **)&allocator->held = own(library, "malloc_held");
    *(void **)&allocator->walk = own(library, "malloc_walk");
}

/*
 * Calls work(context) in a child process, which begins with a fresh allocator
 * and is stopped after PATIENCE seconds unless it sets another alarm. If it
 * does not end well, this process ends with an error too.
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
        close_output();
        exit(0);
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
