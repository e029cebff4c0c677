/* suite.c - run all cases on one allocator
 *
 *     suite [--seed N] [--tap FILE] LIB
 *
 * LIB is the path of a library, with a slash in it, or `system` for the C
 * library's own malloc. FILE gets a line for each case: ok or not ok, group,
 * case and message. The cases are not judged here, because not all of them must
 * pass everywhere: the exit status is 0 when all have run, whatever the
 * results. The variable CK_RUN_CASE names a group; then only that one is run.
 */
#include "suite.h"
#include "watch.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

unsigned seed = 1;

static const struct {
    const char *name;
    void (*add)(TCase *group);
    double seconds; /* after which a case is stopped */
} groups[] = {
    {"contract", add_contract, 3},     {"aligned", add_aligned, 3},
    {"errors", add_errors, 3},         {"inspect", add_inspect, 3},
    {"lessons", add_lessons, 5},       {"random", add_random, 5},
    {"threads", add_threads, 5},       {"process", add_process, 8},
    {"misuse", add_misuse, 3},         {"bins", add_bins, 3},
    {"thresholds", add_thresholds, 3}, {"control", add_control, 3},
    {"report", add_report, 3},         {"arenas", add_arenas, 5},
    {"tcache", add_tcache, 5},         {"slabs", add_slabs, 8},
    {"slots", add_slots, 5},
};

static void complain(const char *what)
{
    fprintf(stderr, "suite: %s\n", what);
    exit(2);
}

static Suite *make_suite(void)
{
    const char *only = getenv("CK_RUN_CASE");
    bool found = only == NULL;
    Suite *suite = suite_create("malloc");
    for (size_t i = 0; i < LENGTH(groups); i++) {
        if (only != NULL && strcmp(only, groups[i].name) != 0)
            continue;
        found = true;
        TCase *group = tcase_create(groups[i].name);
        watch_group(group, groups[i].seconds);
        groups[i].add(group);
        suite_add_tcase(suite, group);
    }
    if (!found)
        complain("there is no such group of cases (suite.c has their names)");
    return suite;
}

static void give_up(int signal)
{
    static const char text[] = "suite: stopped after 5 s while it was loaded\n";
    (void)signal;
    _exit(write(STDERR_FILENO, text, sizeof(text) - 1) > 0 ? 2 : 3);
}

/* A library may run code of its own when it is opened, and never return. */
static void load(const char *path)
{
    signal(SIGALRM, give_up);
    alarm(5);
    const char *trouble = open_allocator(path);
    alarm(0);
    if (trouble != NULL)
        complain(trouble);
}

int main(int argc, char **argv)
{
    const char *tap = NULL;
    int i = 1;

    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            seed = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--tap") == 0)
            tap = argv[i + 1];
        else
            break;
    }
    if (i + 1 != argc)
        complain("usage: suite [--seed N] [--tap FILE] LIB");

    register_fork_handlers();
    load(argv[i]);
    watch_calls();

    SRunner *runner = srunner_create(make_suite());
    srunner_set_fork_status(runner, CK_FORK);
    if (tap != NULL)
        srunner_set_tap(runner, tap);
    srunner_run_all(runner, tap != NULL ? CK_SILENT : CK_NORMAL);
    if (tap != NULL && !explain_deaths(tap, runner))
        complain("the results cannot be written");
    return 0;
}
