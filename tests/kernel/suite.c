/* suite.c - run all cases of the kernel's stages up to one
 *
 *     kernel-NN [--seed N] [--tap FILE]
 *
 * The suite of stage NN is linked with its libkernel.a, and with the files of
 * cases of the stages up to it (tests/kernel/build). FILE gets a line for each
 * case. The exit status is 0 if all pass. The variable CK_RUN_CASE names a
 * group; then only that one is run.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned seed = 1;

/* What a file of cases adds to the suite. Those of later stages are not linked:
 * a weak name that nobody defines is NULL. */
#define CASES_OF(stage) void add_##stage(Suite *suite) __attribute__((weak))
CASES_OF(k01);
CASES_OF(k02_1);
CASES_OF(k02);
CASES_OF(k03);
CASES_OF(k04_1);
CASES_OF(k04_2);
CASES_OF(k04_3);
CASES_OF(k04_4);
CASES_OF(k04);
CASES_OF(k05_1);
CASES_OF(k05_2);
CASES_OF(k05_3);
CASES_OF(k05_4);
CASES_OF(k05);
CASES_OF(k06_1);
CASES_OF(k06);

static void (*const add_cases[])(Suite *suite) = {
    add_k01,   add_k02_1, add_k02,   add_k03,   add_k04_1, add_k04_2,
    add_k04_3, add_k04_4, add_k04,   add_k05_1, add_k05_2, add_k05_3,
    add_k05_4, add_k05,   add_k06_1, add_k06,
};

static Suite *make_suite(void)
{
    Suite *suite = suite_create("kernel");

    for (size_t i = 0; i < LENGTH(add_cases); i++)
        if (add_cases[i] != NULL)
            add_cases[i](suite);
    return suite;
}

int main(int argc, char **argv)
{
    const char *tap = NULL;
    int i = 1;

    for (; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            seed = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--tap") == 0)
            tap = argv[i + 1];
        else
            break;
    }
    if (i != argc) {
        fprintf(stderr, "usage: %s [--seed N] [--tap FILE]\n", argv[0]);
        return 2;
    }

    SRunner *runner = srunner_create(make_suite());
    srunner_set_fork_status(runner, CK_FORK);
    if (tap != NULL)
        srunner_set_tap(runner, tap);
    srunner_run_all(runner, tap != NULL ? CK_SILENT : CK_NORMAL);
    return srunner_ntests_run(runner) == 0 || srunner_ntests_failed(runner) > 0;
}
