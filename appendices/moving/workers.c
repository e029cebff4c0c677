/* workers.c - several threads that do the collector's work side by side */
#include "workers.h"

#include "thread.h"

#include <errno.h>
#include <stdlib.h>

struct worker {
    pthread_t id;
    struct thread thread; /* no mutator: without roots, never paused */
};

static struct worker *workers;
static size_t count;

/* Guards what follows. A null pointer as work is the end. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static void (*current)(void);
static size_t round_number, busy;

static void *worker_main(void *argument)
{
    struct worker *worker = argument;

    self = &worker->thread;
    pthread_mutex_lock(&lock);
    for (size_t done = 0;; done = round_number) {
        while (round_number == done)
            pthread_cond_wait(&changed, &lock);
        void (*work)(void) = current;
        pthread_mutex_unlock(&lock);
        if (work != NULL)
            work();
        pthread_mutex_lock(&lock);
        if (--busy == 0)
            pthread_cond_broadcast(&changed);
        if (work == NULL)
            break;
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

void workers_run(void (*work)(void))
{
    pthread_mutex_lock(&lock);
    current = work;
    busy = count;
    round_number++;
    pthread_cond_broadcast(&changed);
    while (busy > 0)
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

void workers_stop(void)
{
    workers_run(NULL);
    for (size_t i = 0; i < count; i++)
        pthread_join(workers[i].id, NULL);
    free(workers);
    workers = NULL;
    count = 0;
}

int workers_start(size_t wanted)
{
    int error = 0;

    workers = calloc(wanted, sizeof *workers);
    if (workers == NULL)
        return ENOMEM;
    round_number = 0;
    for (count = 0; count < wanted && error == 0; count++)
        error = pthread_create(&workers[count].id, NULL, worker_main,
                               &workers[count]);
    if (error != 0) {
        count--;
        workers_stop();
    }
    return error;
}

void workers_each(void (*call)(struct thread *t))
{
    for (size_t i = 0; i < count; i++)
        call(&workers[i].thread);
}
