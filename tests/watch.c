/* watch.c - what a case was doing when it died
 *
 * Invariant: the notes lie in shared memory, and the process of a case writes
 * only its own. As long as there are enough slots, each thread has one of its
 * own, so that no thread waits for another to note a call.
 */
#define _GNU_SOURCE
#include "suite.h"
#include "watch.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum {
    CASES = 1024,
    GROUPS = 64,
    SLOTS = 8,
    PATIENCE = 6, /* this many stopped cases, and the rest is given up */
};

struct call {
    const char *format; /* of its name and arguments; NULL: no call yet */
    uintptr_t argument[3];
    bool inside; /* it has not returned */
} __attribute__((aligned(64)));

struct notes {
    double began;
    double seconds; /* after which it is stopped */
    struct call calls[SLOTS];
};

static struct {
    int begun;   /* cases */
    int stopped; /* of them */
    struct notes cases[CASES];
} * shared;

static struct notes *notes; /* of the case under way */
static pid_t process;       /* its own */
static atomic_uint threads;
static _Thread_local struct call *mine;

/* ---- the calls */

static struct call *note(const char *format, const uintptr_t *argument)
{
    if (mine == NULL)
        mine = &notes->calls[atomic_fetch_add(&threads, 1) % SLOTS];
    mine->format = format;
    memcpy(mine->argument, argument, sizeof(mine->argument));
    mine->inside = true;
    return mine;
}

static struct allocator real; /* without notes */

/* NOTED(type, name, format, (parameters), (arguments), numbers...) defines
 * noted_name(), which makes the call; the numbers are for the note. */
#define NOTED(type, name, text, parameters, arguments, ...)                    \
    static type noted_##name parameters                                        \
    {                                                                          \
        struct call *call = note(text, (uintptr_t[3]){__VA_ARGS__});           \
        type answer = real.name arguments;                                     \
        call->inside = false;                                                  \
        return answer;                                                         \
    }

NOTED(void *, malloc, "malloc(%zu)", (size_t size), (size), size)
NOTED(void *, calloc, "calloc(%zu, %zu)", (size_t count, size_t size),
      (count, size), count, size)
NOTED(void *, realloc, "realloc(%#zx, %zu)", (void *payload, size_t size),
      (payload, size), (uintptr_t)payload, size)
NOTED(void *, reallocarray, "reallocarray(%#zx, %zu, %zu)",
      (void *payload, size_t count, size_t size), (payload, count, size),
      (uintptr_t)payload, count, size)
NOTED(void *, memalign, "memalign(%zu, %zu)", (size_t alignment, size_t size),
      (alignment, size), alignment, size)
NOTED(int, posix_memalign, "posix_memalign(%#zx, %zu, %zu)",
      (void **payload, size_t alignment, size_t size),
      (payload, alignment, size), (uintptr_t)payload, alignment, size)
NOTED(void *, aligned_alloc, "aligned_alloc(%zu, %zu)",
      (size_t alignment, size_t size), (alignment, size), alignment, size)
NOTED(void *, valloc, "valloc(%zu)", (size_t size), (size), size)
NOTED(void *, pvalloc, "pvalloc(%zu)", (size_t size), (size), size)
NOTED(size_t, malloc_usable_size, "malloc_usable_size(%#zx)", (void *payload),
      (payload), (uintptr_t)payload)
NOTED(int, malloc_trim, "malloc_trim(%zu)", (size_t pad), (pad), pad)
NOTED(int, malloc_walk, "malloc_walk()",
      (malloc_visitor * visit, void *context), (visit, context), 0)
NOTED(size_t, malloc_held, "malloc_held()", (void), (), 0)
NOTED(const char *, malloc_check, "malloc_check()", (void), (), 0)

static void noted_free(void *payload)
{
    struct call *call = note("free(%#zx)", (uintptr_t[3]){(uintptr_t)payload});
    real.free(payload);
    call->inside = false;
}

void watch_calls(void)
{
    real = lib;
    lib.malloc = noted_malloc;
    lib.free = noted_free;
    lib.calloc = noted_calloc;
    lib.realloc = noted_realloc;
    lib.reallocarray = noted_reallocarray;
    lib.memalign = noted_memalign;
    lib.posix_memalign = noted_posix_memalign;
    lib.aligned_alloc = noted_aligned_alloc;
    lib.valloc = noted_valloc;
    lib.pvalloc = noted_pvalloc;
    lib.malloc_usable_size = noted_malloc_usable_size;
    lib.malloc_trim = noted_malloc_trim;
    lib.malloc_walk = noted_malloc_walk;
    lib.malloc_held = noted_malloc_held;
    lib.malloc_check = noted_malloc_check;
}

/* ---- the cases */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double limits[GROUPS]; /* of the groups, in the order they run in */
static int groups_watched, groups_begun;

/* Called in the runner, before the cases of a group. */
static void begin_group(void)
{
    groups_begun++;
}

/* Called in the process of a case, before it. Was the last one stopped? */
static void begin_case(void)
{
    process = getpid();
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* end with the runner */
    if (shared->begun == CASES)
        ck_abort_msg("there are more than %d cases: see watch.c", CASES);
    notes = &shared->cases[shared->begun++];
    notes->began = now();
    notes->seconds = limits[groups_begun - 1];
    if (shared->begun > 1 && now() - notes[-1].began >= notes[-1].seconds)
        shared->stopped++;
    if (shared->stopped >= PATIENCE)
        ck_abort_msg("not run: %d cases had to be stopped", PATIENCE);
}

/* Called after the case: the status says that it came to its end. Children of a
 * case may come here too. */
static void end_case(void)
{
    _exit(getpid() == process ? CASE_ENDS : 0);
}

void watch_group(TCase *group, double seconds)
{
    if (shared == NULL)
        shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    limits[groups_watched++] = seconds;
    tcase_set_timeout(group, seconds);
    tcase_add_unchecked_fixture(group, begin_group, NULL);
    tcase_add_checked_fixture(group, begin_case, end_case);
}

/* ---- the dead */

/* Print how a case ended, in Check's terms: with a signal or a status, or
 * because its time was over. */
static void print_end(FILE *out, const char *message, double seconds)
{
    int number;
    if (sscanf(message, "Received signal %d", &number) == 1)
        fprintf(out, "crashed (signal %d)", number);
    else if (sscanf(message, "Early exit with return value %d", &number) == 1)
        fprintf(out, "ended the process (exit status %d)", number);
    else
        fprintf(out, "stopped after %g s", seconds);
}

/* Print the call that it was in or, if it was in none, its last one. */
static void print_call(FILE *out, const struct notes *notes)
{
    const struct call *call = &notes->calls[0];
    for (int i = 0; i < SLOTS; i++) {
        if (notes->calls[i].inside) {
            call = &notes->calls[i];
            break;
        }
    }
    if (call->format == NULL)
        return;
    fputs(call->inside ? " in " : ", the last call was ", out);
    fprintf(out, call->format, call->argument[0], call->argument[1],
            call->argument[2]);
}

/* Print the line of a case. If it died, the message says how. */
static void print_line(FILE *out, char *line, TestResult *result,
                       const struct notes *notes)
{
    char *message = strstr(line, ": ");
    if (tr_rtype(result) != CK_ERROR || message == NULL) {
        fputs(line, out);
        return;
    }
    fprintf(out, "%.*s: ", (int)(message - line), line);
    print_end(out, tr_msg(result), notes->seconds);
    print_call(out, notes);
    fputc('\n', out);
}

bool explain_deaths(const char *path, SRunner *runner)
{
    char *line = NULL, *copy = NULL;
    size_t size = 0;
    TestResult **results = srunner_results(runner);
    int count = srunner_ntests_run(runner);

    if (asprintf(&copy, "%s.new", path) < 0)
        return false;
    FILE *in = fopen(path, "r");
    FILE *out = fopen(copy, "w");
    if (in == NULL || out == NULL)
        return false;
    for (int i = 0; getline(&line, &size, in) > 0; i++) {
        if (i < count)
            print_line(out, line, results[i], &shared->cases[i]);
        else
            fputs(line, out);
    }
    fclose(in);
    return fclose(out) == 0 && rename(copy, path) == 0;
}
