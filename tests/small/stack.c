/* stack.c - a thread with as small a stack as the system allows
 *
 * It calls each function of malloc's family. None may need more than is there,
 * because nobody who chose the size of a stack has thought of what they need.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* mallinfo() is to be called, however old it is. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static FILE *out;

static void allocate_all(size_t size)
{
    void *payload[9] = {NULL};

    payload[0] = malloc(size);
    payload[1] = calloc(1, size);
    payload[2] = realloc(malloc(size), size * 2);
    payload[3] = reallocarray(malloc(size * 2), 1, size);
    payload[4] = memalign(4096, size);
    payload[5] = aligned_alloc(4096, size);
    if (posix_memalign(&payload[6], 4096, size) != 0)
        printf("posix_memalign() fails\n");
    payload[7] = valloc(size);
    payload[8] = pvalloc(size);
    for (int i = 0; i < 9; i++) {
        if (malloc_usable_size(payload[i]) < size)
            printf("payload %d is too short\n", i);
        free(payload[i]);
    }
}

static void *call_the_family(void *unused)
{
    for (size_t size = 1; size < 100000000; size *= 7)
        allocate_all(size);
    mallopt(M_CHECK_ACTION, 1);
    mallinfo();
    mallinfo2();
    malloc_info(0, out);
    malloc_stats();
    malloc_trim(0);
    return unused;
}

int main(void)
{
    static char text[100000], line[1000];
    pthread_attr_t small;
    pthread_t thread;

    setvbuf(stdout, line, _IOLBF, sizeof line);
    out = fmemopen(text, sizeof text, "w");
    if (freopen("/dev/null", "w", stderr) == NULL) /* what it says differs */
        return 1;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, (size_t)sysconf(_SC_THREAD_STACK_MIN));
    if (pthread_create(&thread, &small, call_the_family, NULL) != 0)
        return 1;
    pthread_join(thread, NULL);
    printf("all is well\n");
    return 0;
}
