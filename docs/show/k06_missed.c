/* k06_missed.c - bad accesses that the shadow does not show
 *
 *     cc $(make -s -C kernel/06-kasan module-flags) -iquote kernel/06-kasan \
 *         -o build/k06_missed docs/show/k06_missed.c \
 *         kernel/06-kasan/libkernel.a -pthread && build/k06_missed far
 */
#include "buddy.h"
#include "init.h"
#include "kmalloc.h"

#include <stdio.h>
#include <string.h>

/* So far beyond the one that it is in the other. */
static void far(void)
{
    char *other = kmalloc(32, GFP_KERNEL), *p = kmalloc(32, GFP_KERNEL);

    p[other - p] = 1;
}

/* From one member into the next. */
static void member(void)
{
    struct {
        char name[8];
        long number;
    } *thing = kmalloc(sizeof(*thing), GFP_KERNEL);
    char *name = thing->name;

    __asm__("" : "+r"(name)); /* or the compiler would see it, too */
    name[8] = 1;
}

/* After the quarantine let it go. */
static void late(void)
{
    char *p = kmalloc(32, GFP_KERNEL), *next;

    kfree(p);
    while ((next = kmalloc(32, GFP_KERNEL)) != p)
        kfree(next);
    p[0] = 1;
}

/* A frame does not wait. */
static void frame(void)
{
    char *p = (char *)__get_free_pages(GFP_KERNEL, 0);

    free_pages((unsigned long)p, 0);
    __get_free_pages(GFP_KERNEL, 0);
    p[0] = 1;
}

/* Nobody has ever written what is read here. */
static void unset(void)
{
    volatile char *p = kmalloc(32, GFP_KERNEL);

    p[0];
}

/* In code that was compiled without the checks. */
static __attribute__((no_sanitize("kernel-address"))) void unchecked(void)
{
    char *p = kmalloc(32, GFP_KERNEL);

    p[32] = 1;
}

static const struct {
    const char *name;
    void (*commit)(void);
} bugs[] = {
    {"far", far},     {"member", member}, {"late", late},
    {"frame", frame}, {"unset", unset},   {"unchecked", unchecked},
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
