/* show.c - the chunks of a small program, before and after each of its calls
 *
 * Linked with a chapter's libmalloc.a by `make show-NN`. Predict what it prints
 * before you run it; then compare two chapters.
 */
#include "inspect.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static void *payloads[4]; /* those of the variables a, b, c and d */

static const char *const kinds[] = {
    [MALLOC_USED] = "used",     [MALLOC_FREE] = "free",
    [MALLOC_CACHED] = "cached", [MALLOC_TOP] = "top",
    [MALLOC_FENCE] = "fence",   [MALLOC_HEADER] = "header",
    [MALLOC_MAPPED] = "mapped",
};

static int show_chunk(const struct malloc_chunk_info *chunk, void *context)
{
    const char **start = context;
    char name = ' ';

    if (*start == NULL)
        *start = chunk->address;
    for (int i = 0; i < 4; i++)
        if (payloads[i] == chunk->payload)
            name = (char)('a' + i);
    if (chunk->kind == MALLOC_MAPPED) /* far away: its offset says nothing */
        printf("  %6s", "");
    else
        printf("  %6td", (const char *)chunk->address - *start);
    printf(name != ' ' ? " %7zu  %-6s %c\n" : " %7zu  %s\n", chunk->size,
           kinds[chunk->kind], name);
    return 0;
}

static void show(const char *what)
{
    const char *start = NULL;

    printf("%s\n", what);
    malloc_walk(show_chunk, &start);
}

static void give_back(int i)
{
    free(payloads[i]);
    payloads[i] = NULL;
}

int main(void)
{
    /* printf() must not allocate: this malloc is the one that it shows. */
    static char buffer[8192];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);

    printf("  offset    size  state\n");
    payloads[0] = malloc(24);
    payloads[1] = malloc(100);
    payloads[2] = malloc(25);
    show("a = malloc(24); b = malloc(100); c = malloc(25);");
    give_back(1);
    show("free(b);");
    payloads[3] = malloc(40);
    show("d = malloc(40);");
    give_back(0);
    give_back(3);
    show("free(a); free(d);");
    payloads[1] = malloc(2000);
    show("b = malloc(2000);");
    return 0;
}
