/* k03_misuse.c - memory of any size, used as it must not be
 *
 *     cc -iquote kernel/03-kmalloc-vmalloc -o build/k03_misuse \
 *         docs/show/k03_misuse.c kernel/03-kmalloc-vmalloc/libkernel.a \
 *         -pthread && build/k03_misuse sleep
 */
#include "context.h"
#include "init.h"
#include "kmalloc.h"
#include "vmalloc.h"

#include <stdio.h>
#include <string.h>

static char *small, *large, *area;

static void sleep_in_interrupt(void)
{
    irq_enter();
    kmalloc(100, GFP_KERNEL);
    irq_exit();
}

static void atomic(void)
{
    irq_enter();
    kmalloc(100, GFP_ATOMIC);
    irq_exit();
}

static void area_in_interrupt(void)
{
    irq_enter();
    vmalloc(100);
    irq_exit();
}

static void twice(void)
{
    kfree(large);
    kfree(large);
}

static void within(void)
{
    kfree(small + 8);
}

static void inside(void)
{
    kfree(large + 8192);
}

static void wrong(void)
{
    kfree(area);
}

static void overrun(void)
{
    area[2 * PAGE_SIZE] = 1;
}

static void beyond(void)
{
    memset(small, 1, 128 + 8);
}

static const struct {
    const char *name;
    void (*commit)(void);
} misuses[] = {
    {"sleep", sleep_in_interrupt},
    {"atomic", atomic},
    {"area", area_in_interrupt},
    {"twice", twice},
    {"within", within},
    {"inside", inside},
    {"wrong", wrong},
    {"overrun", overrun},
    {"beyond", beyond},
};

int main(int argc, char **argv)
{
    if (start_kernel(1024) != 0)
        return 1;
    small = kmalloc(100, GFP_KERNEL);
    large = kmalloc(20000, GFP_KERNEL);
    area = vmalloc(2 * PAGE_SIZE);
    for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++)
        if (argc == 2 && strcmp(argv[1], misuses[i].name) == 0) {
            misuses[i].commit();
            printf("%s: not noticed\n", argv[1]);
            return 0;
        }
    fprintf(stderr, "usage: %s MISUSE\n", argv[0]);
    return 2;
}
