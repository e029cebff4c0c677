/* discard.c - a program on a system that keeps what is to be thrown away
 *
 * Its madvise() returns success and does nothing, as in emulators and sandboxes
 * that know the call only by name. So pages that were given back are not zero,
 * and calloc() must not count on it, in any thread.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 20, SIZE = 100 * 1024 };

int madvise(void *start, size_t size, int advice)
{
    (void)start, (void)size, (void)advice;
    return 0;
}

/* Returns the first byte that is not zero, or NULL. */
static void *dirty_and_clear(void *unused)
{
    char *payload[COUNT];

    for (int i = 0; i < COUNT; i++)
        payload[i] = memset(malloc(SIZE), 1, SIZE);
    for (int i = COUNT; i-- > 0;)
        free(payload[i]);
    for (int i = 0; i < COUNT; i++) {
        payload[i] = calloc(1, SIZE);
        for (int j = 0; j < SIZE; j++)
            if (payload[i][j] != 0)
                return &payload[i][j];
    }
    return unused;
}

int main(void)
{
    pthread_t thread;
    void *dirty;

    printf("the first thread finds all zero: %d\n",
           dirty_and_clear(NULL) == NULL);
    pthread_create(&thread, NULL, dirty_and_clear, NULL);
    pthread_join(thread, &dirty);
    printf("another thread does: %d\n", dirty == NULL);
    return 0;
}
