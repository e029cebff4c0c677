/* k06-1.c - what the shadow says of memory, and two accesses that it forbids
 *
 * This program is compiled as the kernel is, so its own accesses are checked,
 * too.
 */
#include "show.h"

#include "buddy.h"
#include "checked.h"
#include "init.h"

static void show_frame(void)
{
    unsigned long frame = __get_free_pages(GFP_KERNEL, 0);

    printf("the first granules of a frame\n");
    show("frame = __get_free_pages(..., 0);", (void *)frame, 8);
    free_pages(frame, 0);
    show("free_pages(frame, 0);", (void *)frame, 8);
}

static void show_where(const char *p)
{
    printf("where the shadow of a is\n");
    printf("  %-26s 0x%012lx\n", "a", (unsigned long)p);
    printf("  %-26s 0x%012lx\n", "divided by 8", (unsigned long)p / 8);
    printf("  %-26s 0x%012lx\n", "and the offset added",
           (unsigned long)p / 8 + KASAN_SHADOW_OFFSET);
    printf("  %-26s 0x%012lx\n", "that of a + 8",
           (unsigned long)(p + 8) / 8 + KASAN_SHADOW_OFFSET);
}

static void show_object(void)
{
    kmalloc(20, GFP_KERNEL); /* the first one lies at the end of its slab */
    char *a = kmalloc(20, GFP_KERNEL);

    show_where(a);
    printf("the granules of a, and of what lies behind it\n");
    show("a = kmalloc(20, GFP_KERNEL);", a, 14);
    krealloc(a, 29, GFP_KERNEL);
    show("krealloc(a, 29, GFP_KERNEL);", a, 14);
    ksize(a);
    show("ksize(a);", a, 14);
    kfree(a);
    show("kfree(a);", a, 14);
    char *b = kmalloc(30, GFP_KERNEL);
    show("b = kmalloc(30, GFP_KERNEL);", a, 14);
    printf("b is %s a\n", b == a ? "the same as" : "another one than");
}

static void show_caches(void)
{
    static const size_t sizes[] = {8, 32, 128, 1024, 4096};

    printf("objects, and from one to the next\n");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        const struct kmem_cache *cache =
            kmalloc_caches[kmalloc_index(sizes[i])];
        printf("  %-13s %4zu %5zu\n", cache->name, cache->object_size,
               cache->size);
    }
}

static void show_large(void)
{
    char *large = kmalloc(9000, GFP_KERNEL);

    printf("around the last byte of large, which has four frames\n");
    show("large = kmalloc(9000, GFP_KERNEL);", large + 9000 - 24, 6);
    kfree(large);
}

int main(void)
{
    show_start();
    if (start_kernel(1024) != 0) {
        fprintf(stderr, "k06-1: the host has no memory for 1024 frames\n");
        return 1;
    }
    show_frame();
    show_object();
    show_caches();
    show_large();
    show_reports();
    return 0;
}
