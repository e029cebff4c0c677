/* k03_price.c - what scattered frames are good for, and what they cost
 *
 *     cc -O2 -iquote kernel/03-kmalloc-vmalloc -o build/k03_price \
 *         docs/show/k03_price.c kernel/03-kmalloc-vmalloc/libkernel.a \
 *         -pthread && build/k03_price
 *
 * With an argument it measures how long it takes to get 64 KiB and to free
 * them.
 */
#include "buddy.h"
#include "init.h"
#include "kmalloc.h"
#include "vmalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FRAMES = 16384, ROUNDS = 2000, SIZE = 16 * 4096 };

/* Take all frames, and free half of them at random. */
static void fragment(void)
{
    static struct page *pages[FRAMES];
    int count = 0;

    while ((pages[count] = alloc_pages(GFP_KERNEL, 0)) != NULL)
        count++;
    srand(1);
    for (int i = 0; i < count; i++)
        if (rand() % 2 == 0)
            __free_pages(pages[i], 0);
}

/* In how many rows of neighbours do the frames of these pages lie? */
static int rows(const char *area, size_t size)
{
    const struct page *before = NULL;
    int count = 0;

    for (size_t i = 0; i < size; i += PAGE_SIZE) {
        const struct page *page = vmalloc_to_page(area + i);
        count += before == NULL || page != before + 1;
        before = page;
    }
    return count;
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void measure(void)
{
    double start = now();
    for (int i = 0; i < ROUNDS; i++)
        kfree(kmalloc(SIZE, GFP_KERNEL));
    double between = now();
    for (int i = 0; i < ROUNDS; i++)
        vfree(vmalloc(SIZE));
    printf("kmalloc and kfree: %.0f ns\n", (between - start) / ROUNDS);
    printf("vmalloc and vfree: %.0f ns\n", (now() - between) / ROUNDS);
}

int main(int argc, char **argv)
{
    size_t size = 4 << 20;

    (void)argv;
    if (start_kernel(FRAMES) != 0)
        return 1;
    if (argc > 1) {
        measure();
        return 0;
    }
    fragment();
    printf("%lu KiB are free\n", normal_zone.free_pages * 4);
    printf("kmalloc of 4096 KiB: %s\n",
           kmalloc(size, GFP_KERNEL) != NULL ? "here they are" : "refused");
    char *area = vmalloc(size);
    printf("vmalloc of 4096 KiB: %s\n",
           area != NULL ? "here they are" : "refused");
    if (area != NULL)
        printf("  %zu pages, in %d rows of neighbouring frames\n",
               size / PAGE_SIZE, rows(area, size));
    return 0;
}
