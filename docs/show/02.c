/* 02.c - a free list that grows in memory, and what first fit takes from it */
#include "chunks.h"
#include "show.h"

#include "arena.h"

#include <stdio.h>
#include <stdlib.h>

static void show_list(void)
{
    const struct freelist *list = &main_arena.free_list;
    struct chunk *c = NULL;

    printf("  the list:");
    while ((c = freelist_next(list, c)) != NULL)
        printf(" %p (%zu) ->", (void *)c, chunk_size(c));
    printf(" NULL\n");
}

int main(void)
{
    show_start();

    char *a = malloc(24), *b = malloc(100), *c = malloc(24), *d = malloc(200);
    char *e = malloc(24);
    show_name('a', a);
    show_name('b', b);
    show_name('c', c);
    show_name('d', d);
    show_name('e', e);
    show_heap("five payloads, of 24, 100, 24, 200 and 24 bytes");
    free(b);
    show_name('b', NULL);
    show_heap("free(b);");
    show_list();
    free(d);
    show_name('d', NULL);
    show_heap("free(d);");
    show_list();
    show_word(d - 8, "size of d's chunk, and P");
    show_word(d, "fd, where d's payload was");
    show_name('f', malloc(100));
    show_heap("f = malloc(100);");
    show_list();
    show_name('g', malloc(150));
    show_heap("g = malloc(150);");
    show_list();
    return 0;
}
