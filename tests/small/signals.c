/* signals.c - a program of one thread that a signal interrupts inside malloc()
 *
 *     signals fork | allocate | abort
 *
 * The signal comes at the worst moments: in the middle of a system call that
 * the allocator makes, and while it holds a lock, just before it releases it.
 * For that, the program has its own sbrk(), mmap(), munmap() and
 * pthread_mutex_unlock(), which raise the signal. (The C library's malloc does
 * not call these, so the signal is also raised between calls.) The handler
 * forks a child that ends at once. Or it allocates. It should not do that, but
 * as long as no chunk is being changed it must not hang: with one thread there
 * is nobody to wait for. Last, abort() may have a handler that allocates, as in
 * programs that report how they ended.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGE = 40 << 20 }; /* no threshold rises so high by itself */

static volatile sig_atomic_t armed; /* is the next call to be interrupted? */
static bool in_sbrk;                /* even one that moves the break? */
static int status;                  /* of the last child */

static void interrupt(void)
{
    if (armed)
        raise(SIGUSR1);
}

void *sbrk(intptr_t more)
{
    char *before = (char *)syscall(SYS_brk, 0);

    if (in_sbrk)
        interrupt();
    return brk(before + more) == 0 ? before : (void *)-1;
}

void *mmap(void *at, size_t size, int rights, int flags, int file, off_t offset)
{
    void *(*real)(void *, size_t, int, int, int, off_t);

    *(void **)&real = dlsym(RTLD_NEXT, "mmap");
    interrupt();
    return real(at, size, rights, flags, file, offset);
}

int munmap(void *start, size_t size)
{
    interrupt();
    return (int)syscall(SYS_munmap, start, size);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int (*real)(pthread_mutex_t *);

    *(void **)&real = dlsym(RTLD_NEXT, "pthread_mutex_unlock");
    interrupt();
    return real(mutex);
}

static void fork_in_handler(int number)
{
    (void)number;
    armed = false; /* fork() makes such calls too */
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, &status, 0);
    armed = true;
}

static void allocate_in_handler(int number)
{
    (void)number;
    armed = false;
    free(malloc(100));
    free(malloc(LARGE));
    armed = true;
}

/* Small and large payloads, and the signal. */
static void run_interrupted(void (*handler)(int))
{
    char *payload[20];

    signal(SIGUSR1, handler);
    armed = true;
    for (int i = 0; i < 20; i++) {
        payload[i] = malloc(i % 2 == 0 ? 50000 : LARGE);
        memset(payload[i], i, 50000);
        interrupt();
    }
    for (int i = 0; i < 20; i++)
        free(payload[i]);
    armed = false;
    printf("all is well, the last child ends with %d\n", status);
}

static void allocate_before_the_end(int number)
{
    (void)number;
    for (size_t size = 1; size < 1000000; size *= 10)
        free(malloc(size));
    if (write(STDOUT_FILENO, "the handler has allocated\n", 26) == 26)
        _exit(0);
    _exit(1);
}

/* The allocator finds out and calls abort(). */
static void free_twice(void)
{
    char *payload = malloc(70000); /* which no cache takes */
    char *volatile wall = malloc(2000);

    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(SIGABRT, allocate_before_the_end);
    free(payload);
    free(payload);
    free(wall);
    printf("nobody has found out\n");
}

int main(int argc, char **argv)
{
    const char *mode = argc == 2 ? argv[1] : "";

    in_sbrk = strcmp(mode, "fork") == 0;
    if (strcmp(mode, "fork") == 0)
        run_interrupted(fork_in_handler);
    else if (strcmp(mode, "allocate") == 0)
        run_interrupted(allocate_in_handler);
    else if (strcmp(mode, "abort") == 0)
        free_twice();
    return 0;
}
