/* foot.c - is a free chunk marked as free, and has it a foot?
 *
 *     cc -O1 -fno-builtin -o build/foot docs/show/foot.c
 *     build/foot                                              # the system's
 *     tools/preload chapters/NN-name/libmalloc.so build/foot  # a chapter's
 *
 * Of two payloads next to each other the first is freed. Printed are the words
 * between them, on any malloc whose chunks are those of this book and of glibc.
 * The sizes are above what a thread's cache or a fast bin keeps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(const char *what, const char *b)
{
    size_t prev_size, size;

    memcpy(&prev_size, b - 16, sizeof prev_size);
    memcpy(&size, b - 8, sizeof size);
    printf("%-9s prev_size %4zu, size %zu, P %zu\n", what, prev_size,
           size & ~(size_t)7, size & 1);
}

int main(void)
{
    static char buffer[256]; /* printf() must not allocate */

    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    char *a = malloc(2000), *b = malloc(3000), *c = malloc(4000);
    malloc(24);
    show("b in use:", b);
    free(a);
    show("free(a):", b);
    free(b);
    show("free(b):", c);
    return 0;
}
