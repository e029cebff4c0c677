/* racing.c - threads that pass payloads to each other, for ThreadSanitizer
 *
 *     racing LIBRARY
 *
 * The library is opened beside the C library's malloc, whose place
 * ThreadSanitizer takes. Threads allocate, write, and free what they and others
 * have allocated; they begin and end, and now and then one trims.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 4, GENERATIONS = 20, CALLS = 1000 };

static void *(*allocate)(size_t size);
static void *(*resize)(void *payload, size_t size);
static void (*release)(void *payload);
static int (*trim)(size_t pad);

/* Where threads leave payloads for each other. */
static _Atomic(char *) shelf[64];

static void *work(void *number)
{
    uint64_t state = (uintptr_t)number;

    for (int i = 0; i < CALLS; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        size_t random = (size_t)(state >> 33);
        size_t size = random % 50 != 0 ? random % 2000 : random % 100000;
        char *payload = allocate(size + 1);
        memset(payload, 1, size + 1);
        if (random % 3 == 0)
            payload = atomic_exchange(&shelf[random % 64], payload);
        if (random % 7 == 0)
            payload = resize(payload, random % 5000 + 1);
        release(payload);
        if (random % 1000 == 0)
            trim(0);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;

    if (library == NULL) {
        fprintf(stderr, "racing: %s\n",
                argc == 2 ? dlerror() : "which library?");
        return 2;
    }
    *(void **)&allocate = dlsym(library, "malloc");
    *(void **)&resize = dlsym(library, "realloc");
    *(void **)&release = dlsym(library, "free");
    *(void **)&trim = dlsym(library, "malloc_trim");
    for (uintptr_t generation = 0; generation < GENERATIONS; generation++) {
        pthread_t thread[THREADS];
        for (uintptr_t i = 0; i < THREADS; i++)
            pthread_create(&thread[i], NULL, work,
                           (void *)(generation * THREADS + i));
        for (int i = 0; i < THREADS; i++)
            pthread_join(thread[i], NULL);
    }
    printf("done\n");
    return 0;
}
