/* suite.c - run the cases of an appendix
 *
 *     build/tests/appendices/NAME [--seed N] [--tap FILE]
 *
 * It is linked with the appendix's library and with its files of cases,
 * NAME*.c, one of which defines add_cases(). FILE gets a line for each case. The
 * exit status is 0 if all pass. The variable CK_RUN_CASE names a group; then only
 * that one is run.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned seed = 1;

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

    Suite *suite = suite_create("appendix");
    add_cases(suite);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK);
    if (tap != NULL)
        srunner_set_tap(runner, tap);
    srunner_run_all(runner, tap != NULL ? CK_SILENT : CK_NORMAL);
    return srunner_ntests_run(runner) == 0 || srunner_ntests_failed(runner) > 0;
}
