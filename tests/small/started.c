/* started.c - a program with a constructor, which uses the library in starts.c
 *
 *     started settings | threads | arenas
 *
 * It prints what has become of what the two constructors did. tests/programs
 * sets the same parameters in the environment, to other values: what a program
 * sets itself must count, because it comes later.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAPPED = 2, ELSEWHERE = 4 }; /* flags in the word before a payload */

extern void *first_of_a_thread; /* starts.c */

__attribute__((constructor)) static void set(void)
{
    mallopt(M_TOP_PAD, 8000000);
}

static int has_flag(void *payload, size_t flag)
{
    return (((size_t *)payload)[-1] & flag) != 0;
}

static void print_settings(void)
{
    char *before = sbrk(0);

    for (int i = 0; i < 60; i++)
        memset(malloc(100000), i, 100000);
    printf("for 6 MB the break moves by more than 8: %d\n",
           (char *)sbrk(0) - before > 8000000);
    printf("9 MB are mapped: %d\n", has_flag(malloc(9000000), MAPPED));
}

/* Threads that have ended must have left their arenas to the next ones. */
static void print_threads(void)
{
    static char text[50000];
    int arenas = 0;
    FILE *out = fmemopen(text, sizeof text, "w");

    malloc_info(0, out);
    fclose(out);
    for (char *at = text; (at = strstr(at, "<heap nr=")) != NULL; at++)
        arenas++;
    printf("there are more than 2 arenas: %d\n", arenas > 2);
}

int main(int argc, char **argv)
{
    const char *mode = argc == 2 ? argv[1] : "";

    if (strcmp(mode, "settings") == 0)
        print_settings();
    else if (strcmp(mode, "threads") == 0)
        print_threads();
    else if (strcmp(mode, "arenas") == 0)
        printf("a thread has another arena: %d\n",
               has_flag(first_of_a_thread, ELSEWHERE));
    return 0;
}
