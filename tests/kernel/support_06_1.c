/* support_06_1.c - what the cases of the checked kernel share
 */
#include "kasan_reports.h"

#include "kasan.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Cases of the stages before count objects, slabs and frames. So they run
 * without redzones, which are for those that ask for them. */
__attribute__((constructor)) static void leave_slabs_as_they_were(void)
{
    kasan_redzones = false;
}

void must_start_with_redzones(void)
{
    kasan_redzones = true;
    must_start(4096);
}

char *report_of(void (*bug)(void))
{
    static char said[10000];
    FILE *file = tmpfile();
    int status = 0;

    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(fileno(file), STDERR_FILENO);
        bug();
        _exit(0);
    }
    waitpid(child, &status, 0);
    rewind(file);
    said[fread(said, 1, sizeof(said) - 1, file)] = '\0';
    fclose(file);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
                  "it ends with status %d, and says: %s", status, said);
    return said;
}

void must_say(const char *said, const char *const *words)
{
    for (const char *at = said; *words != NULL; words++) {
        at = strstr(at, *words);
        ck_assert_msg(at != NULL, "\"%s\" is missing in: %s", *words, said);
    }
}
