/* thread.c - threads, their roots, and the pauses in which they stand still */
#include "thread.h"

#include "die.h"
#include "mark.h"

_Thread_local struct thread *self;

struct thread *mutators;
atomic_bool pause_wanted;

/* Guards the list of mutators, and how many of them are not away. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_stand = PTHREAD_COND_INITIALIZER;
static pthread_cond_t go_on = PTHREAD_COND_INITIALIZER;
static size_t running;

/* ---- being away ---- */

static void leave_locked(void)
{
    if (--running == 0)
        pthread_cond_signal(&all_stand);
}

static void return_locked(void)
{
    while (atomic_load_explicit(&pause_wanted, memory_order_relaxed))
        pthread_cond_wait(&go_on, &lock);
    running++;
}

void thread_leave(void)
{
    pthread_mutex_lock(&lock);
    leave_locked();
    pthread_mutex_unlock(&lock);
}

void thread_return(void)
{
    pthread_mutex_lock(&lock);
    return_locked();
    pthread_mutex_unlock(&lock);
}

/* ---- mutators ---- */

void thread_attach(void)
{
    struct thread *t = calloc(1, sizeof *t);

    if (t == NULL)
        die("there is no memory for a thread");
    pthread_mutex_lock(&lock);
    return_locked();
    t->next = mutators;
    mutators = t;
    pthread_mutex_unlock(&lock);
    self = t;
}

/* What it has marked must still be followed. Its page is left as it is. */
void thread_detach(void)
{
    struct thread **link = &mutators;

    mark_hand_over(self);
    pthread_mutex_lock(&lock);
    while (*link != self)
        link = &(*link)->next;
    *link = self->next;
    leave_locked();
    pthread_mutex_unlock(&lock);
    free(self);
    self = NULL;
}

/* ---- roots ---- */

struct object **root_push(struct object *o)
{
    if (self->roots == ROOTS)
        die("a thread has more than %d roots", ROOTS);
    struct object **root = &self->root[self->roots++];
    *root = o;
    return root;
}

void root_pop(size_t count)
{
    if (count > self->roots)
        die("%zu roots are to go, and there are %zu", count, self->roots);
    self->roots -= count;
}

/* ---- pauses ---- */

void pause_begin(void)
{
    pthread_mutex_lock(&lock);
    atomic_store_explicit(&pause_wanted, true, memory_order_relaxed);
    while (running > 0)
        pthread_cond_wait(&all_stand, &lock);
    pthread_mutex_unlock(&lock);
}

void pause_end(void)
{
    pthread_mutex_lock(&lock);
    atomic_store_explicit(&pause_wanted, false, memory_order_relaxed);
    pthread_cond_broadcast(&go_on);
    pthread_mutex_unlock(&lock);
}
