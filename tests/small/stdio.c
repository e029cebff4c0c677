/* stdio.c - a program that forks while threads read and flush files
 *
 * A thread that reads a line allocates while it holds the lock of its file. A
 * thread that flushes all files holds the lock of their list, and waits for
 * that of each file. fork() takes the lock of the list too: if it holds the
 * allocator's locks by then, each of the three waits for another.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS = 30 }; /* locks taken in a wrong order hang in the first few */

static atomic_bool stop;

static void *read_lines(void *in)
{
    while (!stop) {
        char *line = NULL;
        size_t size = 0;
        if (getline(&line, &size, in) < 0)
            rewind(in);
        free(line);
    }
    return NULL;
}

static void *flush_all(void *unused)
{
    while (!stop) {
        fflush(NULL);
        usleep(10); /* it would keep the lock from fork() */
    }
    return unused;
}

int main(void)
{
    pthread_t reader, flusher;
    int status = 0;
    FILE *in = tmpfile();

    for (int i = 0; i < 100; i++)
        fprintf(in, "%0*d\n", i * 10, i);
    rewind(in);
    pthread_create(&reader, NULL, read_lines, in);
    pthread_create(&flusher, NULL, flush_all, NULL);
    for (int i = 0; i < FORKS && status == 0; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        waitpid(child, &status, 0);
    }
    stop = true;
    pthread_join(reader, NULL);
    pthread_join(flusher, NULL);
    printf("the last child ends with %d\n", status);
    return 0;
}
