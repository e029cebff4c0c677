/* 04.c - free chunks on their way through the bins */
#include "show.h"

#include "fastbin.h"

#include <stdio.h>
#include <stdlib.h>

/* The library hides it. Yet a chunk in a fast bin has in bk the address of the
 * bin, which lies in the arena. (Inlined, gcc would see that this reads what
 * lies before a payload, and warn.) */
static const struct arena *arena;

__attribute__((noinline)) static void find_arena(void *freed)
{
    struct chunk *c = payload_to_chunk(freed);
    size_t index = (chunk_size(c) - MINSIZE) / MALLOC_ALIGNMENT;

    arena = (struct arena *)((char *)c->bk -
                             offsetof(struct arena, fastbins[index]));
}

/* The number of the bin that this free chunk is in; 0 if it is in none. */
static size_t find_bin(const struct chunk *c)
{
    for (size_t i = UNSORTED_BIN; i < NBINS - 1; i++) {
        const struct chunk *head = list_head(&arena->bins[i]);
        for (const struct chunk *at = head->fd; at != head; at = at->fd)
            if (at == c)
                return i;
    }
    return 0;
}

static size_t find_fastbin(const struct chunk *c)
{
    for (size_t i = 0; i < NFASTBINS; i++)
        for (const struct chunk *at = arena->fastbins[i]; at != NULL;
             at = fastbin_next(at))
            if (at == c)
                return fastbin_size(i);
    return 0;
}

/* In which bin is this chunk? */
static const char *bin_of(const void *chunk)
{
    static char note[64];
    size_t index, size;

    if (arena == NULL)
        return NULL;
    if ((size = find_fastbin(chunk)) != 0)
        snprintf(note, sizeof note, "fast bin for %zu", size);
    else if ((index = find_bin(chunk)) == 0)
        return NULL;
    else if (index == UNSORTED_BIN)
        snprintf(note, sizeof note, "unsorted bin%s",
                 chunk == arena->last_remainder ? ", last remainder" : "");
    else
        snprintf(note, sizeof note, "%s bin %zu",
                 index < FIRST_LARGE_BIN ? "small" : "large", index);
    return note;
}

/* The words of a chunk in a fast bin. */
static void show_fast(const char *what, const char *payload)
{
    printf("%s\n", what);
    show_word(payload - 8, "size");
    show_word(payload, "fd: the next chunk in the bin, mixed");
    show_word(payload + 8, "bk: the address of the bin");
}

/* The chunks, and the bins that may have some as the bin map says. */
static void show(const char *what)
{
    const char *before = "  bits set in the bin map: ";

    show_heap(what);
    for (size_t i = 0; arena != NULL && i < NBINS; i++)
        if ((arena->binmap[i / 32] >> i % 32 & 1) != 0) {
            printf("%s%zu", before, i);
            before = ", ";
        }
    if (before[0] == ',')
        putchar('\n');
}

/* Free a payload, which then has no name any more. */
static void free_named(char name, void *payload)
{
    free(payload);
    show_name(name, NULL);
}

int main(void)
{
    show_start();
    show_note = bin_of;

    char *a = malloc(400), *b = malloc(100), *c = malloc(2000);
    show_name('a', a);
    show_name('b', b);
    show_name('c', c);
    show_name('d', malloc(24));
    show("a = malloc(400); b = malloc(100); c = malloc(2000); "
         "d = malloc(24);");

    free_named('b', b);
    find_arena(b);
    show("free(b);");
    free_named('a', a);
    free_named('c', c);
    show("free(a); free(c);");
    b = malloc(100);
    show_name('b', b);
    show("b = malloc(100);");
    free_named('b', b);

    show_name('e', malloc(600));
    show("free(b); e = malloc(600);");
    show_name('f', malloc(300));
    show("f = malloc(300);");
    show_name('g', malloc(1200));
    show("g = malloc(1200);");
    show_name('h', malloc(520));
    show("h = malloc(520);");

    char *i = malloc(24), *j = malloc(24);
    free(i);
    free(j);
    show("i = malloc(24); j = malloc(24); free(i); free(j);");
    show_fast("the chunk of j", j);
    show_fast("the chunk of i", i);
    return 0;
}
