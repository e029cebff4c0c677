/*
 * pattern.c - what the programs of the race share; see pattern.h.
 *
 * None of this calls malloc, as printf, dprintf and fopen would: a call between
 * two phases of a memory row may be what makes an allocator give memory back.
 * So lines are made on the stack and go out through write, and what the kernel
 * says about memory comes in through read.
 */
#define _GNU_SOURCE

#include "pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static void print(int file, const char *format, ...)
{
    char line[200];
    va_list values;
    int length;

    va_start(values, format);
    length = vsnprintf(line, sizeof(line), format, values);
    va_end(values);
    if (write(file, line, (size_t)length) != length)
        _exit(1);
}

/* Of two threads that fail, one says so. */
_Noreturn void fail(const char *what)
{
    static atomic_flag failed = ATOMIC_FLAG_INIT;

    while (atomic_flag_test_and_set(&failed))
        pause();
    print(STDERR_FILENO, "%s: %s\n", program_invocation_short_name, what);
    _exit(1);
}

long scale(int argc, char **argv)
{
    char *end;
    long number = 10;

    if (argc > 1) {
        number = strtol(argv[1], &end, 10);
        if (*end || number < 1 || number > 1000000)
            fail("SCALE is a whole number from 1");
    }
    return number;
}

int done(uint64_t checksum)
{
    print(STDOUT_FILENO, "done %016llx\n", (unsigned long long)checksum);
    return 0;
}

void *notes(size_t bytes)
{
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        fail("out of memory");
    return pages;
}

/* --- threads --------------------------------------------------------------*/

struct start {
    uint64_t (*work)(int thread);
    int thread;
    bool alone_on_core;
    uint64_t result;
};

/* Tie this thread to the one processor, of those that the program may use, that
 * has its number. */
static void keep_to_core(int number)
{
    cpu_set_t allowed, mine;

    sched_getaffinity(0, sizeof(allowed), &allowed);
    for (int core = 0; core < CPU_SETSIZE; core++) {
        if (CPU_ISSET(core, &allowed) && number-- == 0) {
            CPU_ZERO(&mine);
            CPU_SET(core, &mine);
            sched_setaffinity(0, sizeof(mine), &mine);
        }
    }
}

static void *run(void *argument)
{
    struct start *start = argument;

    if (start->alone_on_core)
        keep_to_core(start->thread);
    start->result = start->work(start->thread);
    return NULL;
}

uint64_t in_threads(int threads, uint64_t (*work)(int thread))
{
    pthread_t ids[threads];
    struct start starts[threads];
    uint64_t sum = 0;

    for (int i = 0; i < threads; i++) {
        starts[i] = (struct start){work, i, threads == THREADS, 0};
        if (pthread_create(&ids[i], NULL, run, &starts[i]) != 0)
            fail("cannot start a thread");
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        sum += starts[i].result;
    }
    return sum;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t counted = PTHREAD_COND_INITIALIZER;

void count_one(struct counter *counter)
{
    pthread_mutex_lock(&lock);
    counter->count++;
    pthread_cond_broadcast(&counted);
    pthread_mutex_unlock(&lock);
}

void wait_for(struct counter *counter, long count)
{
    if (counter->count >= count)
        return;
    pthread_mutex_lock(&lock);
    while (counter->count < count)
        pthread_cond_wait(&counted, &lock);
    pthread_mutex_unlock(&lock);
}

/* --- memory ---------------------------------------------------------------*/

static size_t base;

/* The anonymous bytes of this process, as /proc/self/smaps_rollup counts
 * them: exactly, where the numbers of statm may be some pages behind. */
static size_t anonymous(void)
{
    char text[4096];
    int file = open("/proc/self/smaps_rollup", O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
    char *line;

    close(file);
    if (length < 0)
        fail("cannot read /proc/self/smaps_rollup");
    text[length] = '\0';
    line = strstr(text, "\nAnonymous:");
    if (!line)
        fail("no line Anonymous in /proc/self/smaps_rollup");
    return strtoul(strchr(line, ':') + 1, NULL, 10) * 1024;
}

void resident_base(void)
{
    base = anonymous();
}

size_t resident_bytes(void)
{
    size_t now = anonymous();

    return now > base ? now - base : 0;
}

void report(const char *phase, size_t bytes, size_t live)
{
    print(STDOUT_FILENO, "resident %s %zu\nlive %s %zu\n", phase, bytes, phase,
          live);
}

void resident(const char *phase, size_t live)
{
    report(phase, resident_bytes(), live);
}
