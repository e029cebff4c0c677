/* zmalloc.c - what the layer counts, with what malloc has given beside it
 *
 * Compiled with NO_MALLOC_USABLE_SIZE, as the library has to be then, it shows
 * the header in front of a payload as well.
 */
#include "show.h"

#include "size.h"
#include "zmalloc.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static size_t before;

/* Print what was done, and what that has changed. */
static void show(const char *what)
{
    size_t used = zmalloc_used_memory();

    printf("  %-30s %+8zd  %8zu\n", what, (ssize_t)(used - before), used);
    before = used;
}

static void *free_elsewhere(void *payload)
{
    zfree(payload);
    return NULL;
}

static void forgive(size_t size)
{
    printf("  the handler: %zu bytes are not there\n", size);
}

int main(void)
{
    pthread_t thread;

    show_start();
    printf("  %-30s %8s  %8s\n", "", "change", "used");
    char *a = zmalloc(100);
    show("a = zmalloc(100);");
    char *b = zstrdup("a line of 26 characters...");
    show("b = zstrdup(\"a line ...\");");
    char *c = zmalloc(0);
    show("c = zmalloc(0);");
    a = zrealloc(a, 1000);
    show("a = zrealloc(a, 1000);");
    memset(a, 0x11, 1000);
    b = zrealloc(b, 0);
    show("b = zrealloc(b, 0);");
    pthread_create(&thread, NULL, free_elsewhere, c);
    pthread_join(thread, NULL);
    show("zfree(c), in another thread;");
    zmalloc_set_oom_handler(forgive);
    b = zmalloc((size_t)1 << 62);
    show("b = zmalloc(1 << 62);");

    printf("a, and what lies in front of it:\n");
    show_word(a - 16, PREFIX_SIZE > 0 ? "the chunk's size, of malloc"
                                      : "prev_size of the chunk");
    show_word(a - 8, PREFIX_SIZE > 0 ? "the header: what was asked for"
                                     : "the chunk's size, of malloc");
    show_word(a, "payload");
    zfree(a);
    show("zfree(a);");
    return 0;
}
