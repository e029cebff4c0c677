/* 05.c - a mapped chunk word by word, and the threshold as it moves */
#define _DEFAULT_SOURCE /* for mincore() */
#include "show.h"

#include "mapped.h"
#include "os.h"
#include "params.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* How many pages of this payload's mapping are in memory? */
static void show_pages(const char *what, void *payload)
{
    static unsigned char resident[4096];
    struct chunk *c = payload_to_chunk(payload);
    struct mapping *m = (struct mapping *)((char *)c - c->prev_size);
    size_t pages = m->length / os_page_size(), present = 0;

    if (pages <= sizeof resident && mincore(m, m->length, resident) == 0)
        for (size_t i = 0; i < pages; i++)
            present += resident[i] & 1;
    printf("%s\n  pages: %zu, in memory: %zu\n", what, pages, present);
}

/* The words at the start of a mapping, up to the payload. */
static void show_words(const char *what, void *payload)
{
    struct chunk *c = payload_to_chunk(payload);
    struct mapping *m = (struct mapping *)((char *)c - c->prev_size);

    printf("%s\n", what);
    show_word(&m->next, "next mapping on the ring");
    show_word(&m->before, "the one before");
    show_word(&m->length, "length of the mapping");
    show_word(&m->chunk, "its chunk");
    show_word(&c->prev_size, "prev_size of the chunk");
    show_word(&c->size, "size of the chunk, and the flags");
    show_word(payload, "the payload begins");
}

/* Every chunk, and the two thresholds. */
static void show(const char *what)
{
    show_heap(what);
    printf("  mmap_threshold %zu, trim_threshold %zu\n",
           (size_t)params.mmap_threshold, (size_t)params.trim_threshold);
}

int main(void)
{
    char *a, *b, *c, *d;

    show_start();
    show("before the first call");
    show_name('a', a = malloc(1 << 20));
    show("a = malloc(1 << 20);");
    show_words("the first words of the mapping", a);

    show_pages("before anything is written", a);
    a[500000] = 1;
    show_pages("a[500000] = 1;", a);
    memset(a, 1, 1 << 20);
    show_pages("memset(a, 1, 1 << 20);", a);
    show_name('a', a = realloc(a, 3 << 20));
    show_pages("a = realloc(a, 3 << 20);", a);
    show_words("the first words of the mapping", a);

    show_name('b', b = malloc(24));
    show("b = malloc(24);");
    show_name('c', c = malloc(131072));
    show("c = malloc(131072);");
    show_name('d', d = malloc(200000));
    show("d = malloc(200000);");
    free(d);
    show_name('d', NULL);
    show("free(d);");
    show_name('d', d = malloc(200000));
    show("d = malloc(200000);");
    free(d);
    show_name('d', NULL);
    show("free(d);");
    free(a);
    show_name('a', NULL);
    show("free(a);");

    show_name('e', a = aligned_alloc(1 << 16, 4 << 20));
    show("e = aligned_alloc(1 << 16, 4 << 20);");
    show_words("the first words of the mapping", a);

    mallopt(M_PERTURB, 0x55);
    show_name('f', b = malloc(200));
    show("mallopt(M_PERTURB, 0x55); f = malloc(200);");
    show_word(b + 24, "in the middle of f");
    free(b);
    show_word(b + 24, "the same, after free(f)");
    return 0;
}
