/* pair.c - a malloc and a free, many times; see the script instructions
 *
 *     pair SIZE COUNT [threads]
 *
 * With `threads` a second thread has been there before, so that the allocator
 * takes its locks.
 */
#include <pthread.h>
#include <stdlib.h>

static void *volatile payload;

static void *end_at_once(void *unused)
{
    return unused;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    size_t size = strtoul(argv[1], NULL, 10);
    long count = strtol(argv[2], NULL, 10);

    if (argc > 3) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, end_at_once, NULL) != 0)
            return 1;
        pthread_join(thread, NULL);
    }
    for (long i = 0; i < count; i++) {
        payload = malloc(size);
        free(payload);
    }
    return 0;
}
