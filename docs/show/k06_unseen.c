/* k06_unseen.c - four bugs that are not noticed before the sixth stage
 *
 *     cc $(make -s -C kernel/06-kasan module-flags) -iquote kernel/06-kasan \
 *         -o build/k06_unseen docs/show/k06_unseen.c \
 *         kernel/06-kasan/libkernel.a -pthread && build/k06_unseen again
 */
#include "init.h"
#include "kmalloc.h"

#include <stdio.h>
#include <string.h>

/* The compiler must not know where this leads, or it would see the bug, too. */
#define HIDE(variable) __asm__("" : "+r"(variable))

/* It was freed, and somebody else has got it. */
static void again(void)
{
    char *p = kmalloc(20, GFP_KERNEL);

    kfree(p);
    kmalloc(20, GFP_KERNEL);
    p[0] = 1;
}

static void twice(void)
{
    char *p = kmalloc(20, GFP_KERNEL), *other = kmalloc(20, GFP_KERNEL);

    kfree(p);
    kfree(other);
    kfree(p);
}

static void global(void)
{
    static char name[13];
    char *p = name;

    HIDE(p);
    p[13] = 1;
}

static void stack(void)
{
    char name[13];
    char *p = name;

    HIDE(p);
    p[13] = 1;
}

static const struct {
    const char *name;
    void (*commit)(void);
} bugs[] = {
    {"again", again},
    {"twice", twice},
    {"global", global},
    {"stack", stack},
};

int main(int argc, char **argv)
{
    if (start_kernel(1024) != 0)
        return 1;
    for (size_t i = 0; i < sizeof bugs / sizeof *bugs; i++)
        if (argc == 2 && strcmp(argv[1], bugs[i].name) == 0) {
            bugs[i].commit();
            printf("%s: not noticed\n", argv[1]);
            return 0;
        }
    fprintf(stderr, "usage: %s BUG\n", argv[0]);
    return 2;
}
