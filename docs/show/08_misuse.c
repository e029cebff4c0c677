/* 08_misuse.c - misuse of payloads that lie in slabs
 *
 *     cc -O1 -fno-builtin -o build/08_misuse docs/show/08_misuse.c
 *     tools/preload chapters/08-slabs/libmalloc.so build/08_misuse NAME
 *
 * As misuse.c, but so many payloads of the size are allocated before that those
 * that follow are slots.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *a, *b; /* neighbours */

static void twice(void)
{
    free(a);
    free(a);
}

static void inside(void)
{
    free(a + 16);
}

static void overrun(void) /* into the neighbour, which is in use */
{
    memset(a, 'x', 160);
    free(a);
    free(b);
}

static void dangling(void) /* the link of a free slot is overwritten */
{
    free(a);
    memset(a, 'x', 8);
    malloc(100);
    malloc(100);
}

static void into_a_free_one(void) /* an overrun that meets a free slot */
{
    free(b);
    memset(a, 'x', 128);
    malloc(100);
    malloc(100);
}

static void never_given(void) /* in a page that has no slots yet */
{
    free(a + 256 * 1024);
}

static const struct {
    const char *name;
    void (*misuse)(void);
} all[] = {
    {"twice", twice},          {"inside", inside},
    {"overrun", overrun},      {"dangling", dangling},
    {"free", into_a_free_one}, {"never-given", never_given},
};

int main(int argc, char **argv)
{
    static char buffer[256]; /* printf() must not allocate */

    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    for (int call = 1; call <= 100 || b - a != 112; call++) {
        a = b;
        b = malloc(100);
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (argc == 2 && strcmp(argv[1], all[i].name) == 0) {
            all[i].misuse();
            printf("%s: not noticed\n", argv[1]);
            return 0;
        }
    fputs("usage: 08_misuse twice|inside|overrun|dangling|free|never-given\n",
          stderr);
    return 2;
}
