/* misuse.c - do one thing that no program may do, and see what malloc says
 *
 *     cc -O1 -fno-builtin -o build/misuse docs/show/misuse.c
 *     tools/preload chapters/NN-name/libmalloc.so build/misuse NAME
 *
 * If malloc notices, it prints one line and aborts. If not, the program says
 * so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void twice(void)
{
    char *a = malloc(100);
    free(a);
    free(a);
}

static void twice_with_another_between(void)
{
    char *a = malloc(100), *b = malloc(100);
    free(a);
    free(b);
    free(a);
}

static void inside(void) /* of a payload, not at its start */
{
    char *a = malloc(100);
    free(a + 16);
}

static void misaligned(void)
{
    char *a = malloc(100);
    free(a + 1);
}

static void stack(void)
{
    char local[64] = {0};
    char *p = local + -(size_t)local % 16; /* aligned, at least */
    p[8] = 0x20;                           /* with a size in front of it */
    free(p + 16);
}

static void overrun(void) /* into the size of the next chunk */
{
    char *a = malloc(24), *b = malloc(24);
    memset(a, 'x', 40);
    free(a);
    free(b);
}

static void underrun(void) /* two words in front of a payload of its own */
{
    long *a = malloc(1 << 20);
    a[-2] = 7;
    free(a);
}

static void twice_large(void)
{
    char *a = malloc(1 << 20);
    free(a);
    free(a);
}

static void flag(void) /* A, which says that the chunk lies in a heap */
{
    char *a = malloc(100);
    a[-8] |= 4;
    free(a);
}

static void terminator(void) /* a string that is one character too long */
{
    char *a = malloc(24), *b = malloc(248);
    strcpy(a, "twenty-four characters!!");
    free(b);
    free(a);
}

static void dangling(void) /* a link is written into what was freed */
{
    void **a = malloc(2000), **b = malloc(2000), **c = malloc(2000);
    free(a);
    *a = c;
    free(b);
}

static const struct {
    const char *name;
    void (*misuse)(void);
} all[] = {
    {"twice", twice},       {"aba", twice_with_another_between},
    {"inside", inside},     {"misaligned", misaligned},
    {"stack", stack},       {"overrun", overrun},
    {"underrun", underrun}, {"twice-large", twice_large},
    {"flag", flag},         {"terminator", terminator},
    {"dangling", dangling},
};

int main(int argc, char **argv)
{
    static char buffer[256]; /* printf() must not allocate */

    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (argc == 2 && strcmp(argv[1], all[i].name) == 0) {
            all[i].misuse();
            printf("%s: not noticed\n", argv[1]);
            return 0;
        }
    fputs("usage: misuse twice|aba|inside|misaligned|stack|overrun|underrun|"
          "twice-large|flag|terminator|dangling\n",
          stderr);
    return 2;
}
