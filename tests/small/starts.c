/* starts.c - a library that is at work before the program's first line
 *
 * Its constructor sets a parameter of malloc, and starts threads that allocate.
 * Constructors of libraries run one after the other, and the allocator's may
 * run after this one: nothing that the allocator has to set up may come too
 * late.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 10 };

void *first_of_a_thread; /* a payload, for started.c to look at */

static void *allocate(void *unused)
{
    (void)unused;
    return malloc(5000);
}

__attribute__((constructor)) static void begin(void)
{
    mallopt(M_MMAP_THRESHOLD, 1000000);
    free(malloc(1)); /* so that this thread is in the main arena */
    for (int i = 0; i < THREADS; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, allocate, NULL);
        pthread_join(thread, &first_of_a_thread);
    }
}
