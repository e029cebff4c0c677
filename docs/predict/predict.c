/* predict.c - ask the reader first, then let the stage's real code answer */
#include "predict.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned seed;
static int asked, right;
static bool guessed; /* did the reader answer the last question? */
static long guess;   /* with what? */

void predict_start(int argc, char **argv)
{
    /* Buffers of our own: stdio would allocate its with the malloc that is
     * asked about. */
    static char input[4096], output[4096];

    setvbuf(stdin, input, _IOFBF, sizeof input);
    setvbuf(stdout, output, _IOFBF, sizeof output);
    if (argc == 2)
        seed = (unsigned)strtoul(argv[1], NULL, 10);
    printf("Answer with a whole number, or with nothing to be told. "
           "(Seed %u.)\n",
           seed);
}

size_t pick(size_t low, size_t high)
{
    return low + (size_t)rand_r(&seed) % (high - low + 1);
}

void shuffle(int *order, int count)
{
    for (int i = 0; i < count; i++) {
        int other = (int)pick(0, (size_t)i);
        order[i] = order[other];
        order[other] = i;
    }
}

void ask(const char *question, ...)
{
    va_list arguments;
    char line[64], *end;

    printf("\n%d. ", ++asked);
    va_start(arguments, question);
    vprintf(question, arguments);
    va_end(arguments);
    do {
        printf("\n   Your answer: ");
        fflush(stdout);
        if (fgets(line, sizeof line, stdin) == NULL)
            line[0] = '\0';
        guess = strtol(line, &end, 0);
        guessed = end != line;
        while (isspace((unsigned char)*end))
            end++;
    } while (*end != '\0'); /* not a number: once more */
}

/* What the code returns in a process of its own. */
static long run_apart(long (*run)(void))
{
    int ends[2];
    long result;

    fflush(stdout);
    if (pipe(ends) != 0) {
        perror("predict: pipe");
        exit(1);
    }
    pid_t child = fork();
    if (child == 0) {
        result = run();
        _exit(write(ends[1], &result, sizeof result) != sizeof result);
    }
    close(ends[1]);
    if (child < 0 || read(ends[0], &result, sizeof result) != sizeof result) {
        fputs("predict: the code gave no answer\n", stderr);
        exit(1);
    }
    close(ends[0]);
    waitpid(child, NULL, 0);
    return result;
}

void answer(long (*run)(void), const char *why, ...)
{
    va_list arguments;
    long result = run_apart(run);

    if (guessed && guess == result)
        right++;
    if (guessed)
        printf("   %s ", guess == result ? "Right:" : "No:");
    else
        printf("\n   ");
    printf("the code says %ld. ", result);
    va_start(arguments, why);
    vprintf(why, arguments);
    va_end(arguments);
    putchar('\n');
}

int predict_end(void)
{
    printf("\n%d of %d right.\n", right, asked);
    return 0;
}
