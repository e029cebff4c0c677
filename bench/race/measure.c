/*
 * measure.c - what did a command cost?
 *
 *     measure SECONDS FILE COMMAND [ARGUMENT...]
 *
 * Runs the command, stops it after so many seconds, and writes a line into
 * FILE: the seconds of processor time that it and its children took, in user
 * and in system mode together; the seconds on the clock; and the largest
 * resident set that any of them had, in bytes. Ends as the command did: with
 * its status, or with 128 and the number of the signal, or with 124 if it had
 * to be stopped.
 *
 * The kernel counts from fork on, so that this program's own size is the least
 * that can come out: it has to be small, and calls no malloc. The times have
 * microseconds; GNU time, which does the same, shows hundredths of a second.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile pid_t child;
static volatile sig_atomic_t stopped_by;

static void complain(const char *what, const char *why)
{
    dprintf(STDERR_FILENO, "measure: %s: %s\n", what, why);
}

/* The time is over, or somebody has pressed Ctrl-C. */
static void stop(int signal)
{
    stopped_by = signal;
    if (child > 0)
        kill(-child, SIGKILL);
}

/* The child leads a process group, so that all of it can be ended. */
static void start(char **command)
{
    child = fork();
    if (child < 0) {
        complain(command[0], strerror(errno));
        exit(125);
    }
    if (child == 0) {
        setpgid(0, 0);
        execvp(command[0], command);
        complain(command[0], strerror(errno));
        _exit(127);
    }
    setpgid(child, child);
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Linux gives the resident set in KiB. */
static bool report(const char *file, const struct rusage *used, double wall)
{
    int out = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    return out >= 0 &&
           dprintf(out, "%.6f %.6f %ld\n",
                   seconds(used->ru_utime) + seconds(used->ru_stime), wall,
                   used->ru_maxrss * 1024) > 0;
}

int main(int argc, char **argv)
{
    struct rusage used;
    double began;
    int status;

    if (argc < 4 || atoi(argv[1]) <= 0) {
        complain("usage", "measure SECONDS FILE COMMAND [ARGUMENT...]");
        return 125;
    }
    signal(SIGALRM, stop);
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    began = now();
    start(argv + 3);
    alarm((unsigned)atoi(argv[1]));
    while (wait4(child, &status, 0, &used) < 0 && errno == EINTR)
        ;
    kill(-child, SIGKILL); /* what it has left behind */
    if (!report(argv[2], &used, now() - began)) {
        complain(argv[2], strerror(errno));
        return 125;
    }
    if (stopped_by)
        return stopped_by == SIGALRM ? 124 : 128 + stopped_by;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
