/* workers.h - several threads that do the collector's work side by side */
#ifndef WORKERS_H
#define WORKERS_H

#include <stddef.h>

/* Returns 0, or an errno. */
int workers_start(size_t count);
void workers_stop(void);

/* Let each of them do this, and wait until all have. */
void workers_run(void (*work)(void));

/* Call this for each of them, while they have nothing to do. */
struct thread;
void workers_each(void (*call)(struct thread *t));

#endif
