/* locked.c - a program that forks while a thread uses the library in locks.c
 *
 * Nothing may wait for ever. tests/programs stops it if it does.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The lock is mostly held, so that a wrong order hangs in the first few. */
enum { FORKS = 20 };

void allocate_locked(void); /* locks.c */

static atomic_bool stop;

static void *allocate_until_stopped(void *unused)
{
    while (!stop)
        allocate_locked();
    return unused;
}

/* Fork a child that uses the library, and return how it ends. */
static int fork_a_child(void)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        allocate_locked();
        _exit(0);
    }
    waitpid(child, &status, 0);
    return status;
}

int main(void)
{
    pthread_t thread;
    int status = 0;

    free(malloc(1));
    pthread_create(&thread, NULL, allocate_until_stopped, NULL);
    for (int i = 0; i < FORKS && status == 0; i++)
        status = fork_a_child();
    stop = true;
    pthread_join(thread, NULL);
    printf("the last child ends with %d\n", status);
    return 0;
}
