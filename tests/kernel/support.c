/* support.c - small things that many cases of the kernel need
 */
#include "suite.h"

#include "init.h"
#include "memory.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void must_start(unsigned long frames)
{
    int error = start_kernel(frames);
    ck_assert_msg(error == 0, "start_kernel(%lu): %s", frames,
                  strerror(-error));
    must_be_sound("the start");
}

void must_be_sound(const char *after)
{
    const char *broken = kernel_check();
    ck_assert_msg(broken == NULL, "after %s: %s (seed %u)", after, broken,
                  seed);
}

void must_be_found(void (*breaking)(void), const char *words)
{
    must_be_sound("the preparation");
    breaking();
    const char *found = kernel_check();
    ck_assert_msg(found != NULL, "\"%s\" is not found", words);
    ck_assert_msg(strstr(found, words) != NULL, "it finds \"%s\", not \"%s\"",
                  found, words);
}

/* From now on, what this process writes to frames is seen by no other. */
static void make_frames_private(void)
{
    if (mem_map != NULL)
        mmap(direct_map, max_pfn << PAGE_SHIFT, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_FIXED, memory_fd(), 0);
}

/* What a child writes to this file until it ends, without the newline. */
static void read_line(int file, char *line, size_t size)
{
    size_t length = 0;
    ssize_t got;

    while ((got = read(file, line + length, size - length - 1)) > 0)
        length += (size_t)got;
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

bool child_must_report(const char *message, ...)
{
    char said[500], wanted[500] = "BUG: ";
    va_list arguments;
    int err[2], status = 0;

    va_start(arguments, message);
    vsnprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted), message,
              arguments);
    va_end(arguments);
    ck_assert_msg(pipe(err) == 0, "there is no pipe");
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(err[1], STDERR_FILENO);
        make_frames_private();
        return true;
    }
    close(err[1]);
    read_line(err[0], said, sizeof(said));
    close(err[0]);
    waitpid(child, &status, 0);
    ck_assert_msg(!WIFEXITED(status), "not noticed, instead of \"%s\"", wanted);
    ck_assert_msg(WTERMSIG(status) == SIGABRT, "it dies of signal %d",
                  WTERMSIG(status));
    ck_assert_msg(strcmp(said, wanted) == 0, "it says \"%s\", not \"%s\"", said,
                  wanted);
    return false;
}

/* A linear congruential generator; its upper bits are the random ones. */
size_t random_below(uint64_t *state, size_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(*state >> 33) % limit;
}

static unsigned char colour(size_t place, unsigned tag)
{
    return (unsigned char)(tag * 167 + place * 13 + place / 256);
}

void paint(void *start, size_t size, unsigned tag)
{
    unsigned char *bytes = start;
    for (size_t i = 0; i < size; i++)
        bytes[i] = colour(i, tag);
}

bool is_painted(const void *start, size_t size, unsigned tag)
{
    const unsigned char *bytes = start;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != colour(i, tag))
            return false;
    return true;
}
