/* kasan_bugs.c - a module that has bugs
 */
#include "kasan_bugs.h"

#include "buddy.h"
#include "kmalloc.h"
#include "vmalloc.h"

#include <string.h>

/* The compiler must not know where this leads, or it would see the bug, too. */
#define HIDE(variable) __asm__("" : "+r"(variable))

/* ---- frames ---- */

void page_read_after_free(void)
{
    volatile char *frame = (char *)__get_free_pages(GFP_KERNEL, 0);

    free_pages((unsigned long)frame, 0);
    frame[100];
}

void page_write_before_block(void)
{
    unsigned long lower = __get_free_pages(GFP_KERNEL, 4);
    long *block = (long *)__get_free_pages(GFP_KERNEL, 4);

    free_pages(lower, 4);
    HIDE(block);
    block[-1] = 1;
}

void page_memset_beyond_block(void)
{
    char *block = (char *)__get_free_pages(GFP_KERNEL, 1);

    memset(block, 0, 2 * PAGE_SIZE + 3);
}

/* ---- data of the program ---- */

static char letters[13] = "twelve bytes";

void global_read_beyond_array(void)
{
    volatile char *letter = letters;
    size_t i = sizeof(letters);

    HIDE(i);
    letter[i];
}

void stack_write_beyond_array(void)
{
    int numbers[5];
    int *number = numbers;

    HIDE(number);
    number[5] = 1;
}

struct large {
    int numbers[10];
};

void copy_of_a_structure_beyond_array(void)
{
    static int numbers[19];
    static struct large copy;
    int *number = numbers + 10;

    HIDE(number);
    copy = *(struct large *)number;
    HIDE(copy.numbers[0]);
}

/* ---- objects of a cache ---- */

static struct kmem_cache *test_cache(void)
{
    return kmem_cache_create("test", 100, 0, NULL);
}

void object_write_beyond(void)
{
    char *object = kmem_cache_alloc(test_cache(), GFP_KERNEL);

    object[100] = 1;
}

void object_read_before(void)
{
    struct kmem_cache *cache = test_cache();

    kmem_cache_alloc(cache, GFP_KERNEL);
    volatile char *second = kmem_cache_alloc(cache, GFP_KERNEL);
    second[-3];
}

void object_read_after_free(void)
{
    struct kmem_cache *cache = test_cache();
    volatile int *object = kmem_cache_alloc(cache, GFP_KERNEL);

    kmem_cache_free(cache, (void *)object);
    object[5];
}

void object_freed_twice(void)
{
    struct kmem_cache *cache = test_cache();
    void *one = kmem_cache_alloc(cache, GFP_KERNEL);
    void *two = kmem_cache_alloc(cache, GFP_KERNEL);

    kmem_cache_free(cache, one);
    kmem_cache_free(cache, two);
    kmem_cache_free(cache, one);
}

void object_freed_within(void)
{
    struct kmem_cache *cache = test_cache();
    char *object = kmem_cache_alloc(cache, GFP_KERNEL);

    kmem_cache_free(cache, object + 8);
}

/* Without a quarantine the object would be in use again, by somebody else. */
void object_read_after_others_were_freed(void)
{
    struct kmem_cache *cache = test_cache();
    volatile char *object = kmem_cache_alloc(cache, GFP_KERNEL);

    kmem_cache_free(cache, (void *)object);
    for (int i = 0; i < 100; i++)
        kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
    object[0];
}

/* ---- what kmalloc() and vmalloc() give out ---- */

/* It gets an object of 128 bytes. */
void kmalloc_write_beyond_request(void)
{
    char *p = kmalloc(115, GFP_KERNEL);

    p[115] = 1;
}

/* It gets four frames. */
void kmalloc_large_write_beyond_request(void)
{
    int *p = kmalloc(9000, GFP_KERNEL);

    p[9000 / sizeof(int)] = 1;
}

void kmalloc_memmove_of_negative_size(void)
{
    char *p = kmalloc(64, GFP_KERNEL);
    long size = -2;

    HIDE(size);
    memmove(p, p + 4, (size_t)size);
}

void krealloc_read_of_the_old_one(void)
{
    volatile char *p = kmalloc(100, GFP_KERNEL);

    krealloc((void *)p, 300, GFP_KERNEL);
    p[0];
}

void krealloc_write_beyond_smaller_request(void)
{
    char *p = krealloc(kmalloc(200, GFP_KERNEL), 60, GFP_KERNEL);

    p[60] = 1;
}

void vmalloc_read_beyond_request(void)
{
    volatile char *p = vmalloc(PAGE_SIZE + 5);

    p[PAGE_SIZE + 5];
}

void vmalloc_read_after_free(void)
{
    volatile char *p = vmalloc(3 * PAGE_SIZE);

    vfree((void *)p);
    p[PAGE_SIZE];
}
