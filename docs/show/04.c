/* 04.c - free chunks on their way through the bins */
#include "chunks.h"
#include "show.h"

#include "bins.h"
#include "fastbin.h"

#include <stdio.h>
#include <stdlib.h>

/* The size that the fast bin with this chunk is for; 0 if none has it. */
static size_t find_fastbin(const struct chunk *chunk)
{
    for (size_t i = 0; i < NFASTBINS; i++)
        for (struct chunk *c = main_arena.fastbins[i]; c != NULL;
             c = fastbin_next(c))
            if (c == chunk)
                return fastbin_size(i);
    return 0;
}

/* The number of the bin with this chunk; 0 if none has it. */
static size_t find_bin(const struct chunk *chunk)
{
    for (size_t i = UNSORTED_BIN; i < NBINS; i++) {
        struct chunk *c = NULL;
        while ((c = freelist_next(&main_arena.bins[i], c)) != NULL)
            if (c == chunk)
                return i;
    }
    return 0;
}

/* In which bin is this chunk? */
static const char *bin_of(const void *chunk)
{
    static char note[64];
    size_t size = find_fastbin(chunk), index = find_bin(chunk);

    if (size != 0)
        snprintf(note, sizeof note, "fast bin for %zu", size);
    else if (index == UNSORTED_BIN)
        snprintf(note, sizeof note, "unsorted bin%s",
                 chunk == main_arena.last_remainder ? ", last remainder" : "");
    else if (index != 0)
        snprintf(note, sizeof note, "%s bin %zu",
                 index < FIRST_LARGE_BIN ? "small" : "large", index);
    return size != 0 || index != 0 ? note : NULL;
}

static void show_map(void)
{
    const uint32_t *map = main_arena.binmap;

    printf("  set in the bin map:");
    for (size_t i = 0; i < NBINS; i++)
        if ((map[i / 32] & 1u << i % 32) != 0)
            printf(" %zu", i);
    printf("\n");
}

/* Free a payload; its variable is shown no more. */
static void free_named(char name, void *payload)
{
    free(payload);
    show_name(name, NULL);
}

static void show_first_half(void)
{
    char *a = malloc(400), *b = malloc(100), *c = malloc(2000);

    show_name('a', a);
    show_name('b', b);
    show_name('c', c);
    show_name('d', malloc(24));
    show_heap("four payloads, of 400, 100, 2000 and 24 bytes");
    free_named('b', b);
    show_heap("free(b);");
    free_named('a', a);
    free_named('c', c);
    show_heap("free(a); free(c);");
    b = malloc(100);
    show_name('b', b);
    show_heap("b = malloc(100);");
    free_named('b', b);
    show_name('e', malloc(600));
    show_heap("free(b); e = malloc(600);");
    show_map();
}

static void show_second_half(void)
{
    show_name('f', malloc(300));
    show_heap("f = malloc(300);");
    show_map();
    show_name('g', malloc(1200));
    show_heap("g = malloc(1200);");
    show_map();
    show_name('h', malloc(520));
    show_heap("h = malloc(520);");
    show_map();
}

/* The words of a chunk in a fast bin. */
static void show_fast(const char *payload)
{
    show_word(payload - 8, "size");
    show_word(payload, "fd, mixed");
    show_word(payload + 8, "bk, the mark");
}

static void show_links(void)
{
    char *i = malloc(24), *j = malloc(24);

    free(i);
    free(j);
    show_heap("i = malloc(24); j = malloc(24); free(i); free(j);");
    show_map();
    printf("the chunk of j, then that of i\n");
    show_fast(j);
    show_fast(i);
}

int main(void)
{
    show_start();
    show_note = bin_of;

    show_first_half();
    show_second_half();
    show_links();
    return 0;
}
