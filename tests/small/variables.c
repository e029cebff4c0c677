/* variables.c - a program that the settings of malloc are tried on
 *
 *     variables heap | fresh | caches | thread
 *
 * It prints what can be seen from outside of the parameters that a variable
 * like MALLOC_TOP_PAD_ sets, or a tunable in GLIBC_TUNABLES. tests/programs
 * runs it with each of these, on the library and on the C library, which must
 * print the same. Two flags in the word before a payload tell whether it is
 * mapped, and whether it is outside the main arena.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

enum { MAPPED = 2, ELSEWHERE = 4 };

static int has_flag(void *payload, size_t flag)
{
    return (((size_t *)payload)[-1] & flag) != 0;
}

/* 2 MB are allocated below the break. */
static void print_the_rise(void)
{
    enum { COUNT = 20 };
    static void *volatile payload[COUNT];
    char *before = sbrk(0);

    for (int i = 0; i < COUNT; i++)
        payload[i] = malloc(100000);
    printf("for 2 MB the break moves by more than 3: %d\n",
           (char *)sbrk(0) - before > 3000000);
}

/* 40 MB are freed there, the last ones first. */
static void print_the_fall(void)
{
    enum { COUNT = 400 };
    static char *payload[COUNT];

    for (int i = 0; i < COUNT; i++)
        payload[i] = malloc(100000);
    char *highest = sbrk(0);
    for (int i = COUNT; i-- > 0;)
        free(payload[i]);
    printf("after 40 MB the break falls by 1: %d\n",
           highest - (char *)sbrk(0) > 1000000);
}

/* Small neighbours are freed, more of them than a thread cache takes. Those in
 * fast bins stay apart. Others are merged, and a larger one fits between the
 * first and the last. (They may be no neighbours, where each size has a place
 * of its own.) */
static void print_fast_bins(void)
{
    enum { COUNT = 2200 };
    static char *payload[COUNT];

    for (int i = 0; i < COUNT; i++)
        payload[i] = malloc(24);
    free(malloc(70000)); /* or else there might be nothing but fast bins */
    for (int i = 0; i < COUNT; i++)
        free(payload[i]);
    char *larger = malloc(200);
    char *first = payload[0], *last = payload[COUNT - 1];
    printf("small neighbours are merged at once: %d\n",
           larger >= first && larger < last && last - first < 64 * COUNT);
}

/* Three neighbours are freed. Whichever of them a cache takes stays apart. */
static void print_caches(void)
{
    char *payload[3];

    for (int i = 0; i < 3; i++)
        payload[i] = malloc(900);
    char *volatile wall = malloc(24);
    for (int i = 0; i < 3; i++)
        free(payload[i]);
    char *larger = malloc(1500);
    printf("two of three neighbours are merged: %d\n",
           larger >= payload[0] && larger <= payload[2]);
    free(wall);
}

static void print_fresh(void)
{
    unsigned char *payload = malloc(5000);
    printf("a fresh payload holds %d\n", payload[4000]);
}

static void print_heap(void)
{
    print_fresh();
    print_fast_bins();
    print_the_rise();
    printf("1 MB is mapped: %d\n", has_flag(malloc(1000000), MAPPED));
    printf("5 MB are mapped: %d\n", has_flag(malloc(5000000), MAPPED));
    print_the_fall();
    printf("the rights are the user's: %d\n", getauxval(AT_SECURE) == 0);
}

static void *print_arena(void *unused)
{
    printf("a thread is in another arena: %d\n",
           has_flag(malloc(5000), ELSEWHERE));
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    if (argc == 2 && strcmp(argv[1], "heap") == 0) {
        print_heap();
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "fresh") == 0) {
        print_fresh();
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "caches") == 0) {
        print_caches();
        return 0;
    }
    free(malloc(1));
    pthread_create(&thread, NULL, print_arena, NULL);
    pthread_join(thread, NULL);
    return 0;
}
