/* k01_misuse.c - frames that are freed as they must not be
 *
 *     cc -iquote kernel/01-buddy -o build/k01_misuse docs/show/k01_misuse.c \
 *         kernel/01-buddy/libkernel.a -pthread && build/k01_misuse twice
 */
#include "buddy.h"
#include "init.h"

#include <stdio.h>
#include <string.h>

static struct page *page; /* a block of order 3 */

static void twice(void)
{
    __free_pages(page, 3);
    __free_pages(page, 3);
}

static void order(void)
{
    __free_pages(page, 2);
}

static void within(void)
{
    __free_pages(page + 5, 0);
}

static void bytes(void)
{
    free_pages((unsigned long)page_address(page) + 16, 3);
}

static void foreign(void)
{
    free_pages(4096, 3);
}

static void stale(void)
{
    __free_pages(page, 3);
    memset(page_address(page), 0x11, PAGE_SIZE);
}

static const struct {
    const char *name;
    void (*commit)(void);
} misuses[] = {
    {"twice", twice}, {"order", order},     {"within", within},
    {"bytes", bytes}, {"foreign", foreign}, {"stale", stale},
};

int main(int argc, char **argv)
{
    if (start_kernel(1024) != 0)
        return 1;
    page = alloc_pages(GFP_KERNEL, 3);
    for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++)
        if (argc == 2 && strcmp(argv[1], misuses[i].name) == 0) {
            misuses[i].commit();
            printf("%s: not noticed\n", argv[1]);
            return 0;
        }
    fprintf(stderr, "usage: %s MISUSE\n", argv[0]);
    return 2;
}
