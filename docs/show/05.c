/* 05.c - a mapped chunk word by word, and the threshold as it moves */
#define _DEFAULT_SOURCE /* for mincore() */
#include "chunks.h"
#include "show.h"

#include "mapped.h"
#include "os.h"
#include "params.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static struct mapping *mapping_at(void *payload)
{
    struct chunk *c = payload_to_chunk(payload);

    return (struct mapping *)((char *)c - c->prev_size);
}

/* What was done, and how many pages of this payload's mapping are in memory. */
static void show_pages(const char *what, void *payload)
{
    static unsigned char in_memory[2048]; /* more pages than we need here */
    struct mapping *m = mapping_at(payload);
    size_t pages = m->length / os_page_size(), count = 0;

    mincore(m, m->length, in_memory);
    for (size_t i = 0; i < pages; i++)
        count += in_memory[i] & 1;
    printf("%s\n  %zu pages, %zu of them in memory\n", what, pages, count);
}

/* The first words of a mapping, and those of its chunk. */
static void show_words(void *payload)
{
    struct chunk *c = payload_to_chunk(payload);
    struct mapping *m = mapping_at(payload);

    puts("word by word");
    show_word(&m->next, "the next mapping on the ring");
    show_word(&m->before, "the one before");
    show_word(&m->length, "length of this mapping");
    show_word(&m->chunk, "where its chunk is");
    show_word(&c->prev_size, "prev_size of the chunk");
    show_word(&c->size, "size of the chunk, with its flags");
    show_word(payload, "first word of the payload");
}

/* Every chunk, and the two thresholds. */
static void show(const char *what)
{
    show_heap(what);
    printf("  mmap_threshold %zu, trim_threshold %zu\n",
           (size_t)params.mmap_threshold, (size_t)params.trim_threshold);
}

/* Free a payload, which then has no name any more. */
static void free_named(char name, void *payload)
{
    free(payload);
    show_name(name, NULL);
}

int main(void)
{
    char *a, *d, *e, *f;

    show_start();

    show("before the first call");
    show_name('a', a = malloc(1 << 20));
    show("a = malloc(1 << 20);");
    show_words(a);

    show_pages("nothing written yet", a);
    a[500000] = 1;
    show_pages("a[500000] = 1;", a);
    memset(a, 1, 1 << 20);
    show_pages("memset(a, 1, 1 << 20);", a);
    show_name('a', a = realloc(a, 3 << 20));
    show_pages("a = realloc(a, 3 << 20);", a);
    show_words(a);

    show_name('b', malloc(24));
    show("b = malloc(24);");
    show_name('c', malloc(131072));
    show("c = malloc(131072);");
    show_name('d', d = malloc(200000));
    show("d = malloc(200000);");
    free_named('d', d);
    show("free(d);");
    show_name('d', d = malloc(200000));
    show("d = malloc(200000);");
    free_named('d', d);
    show("free(d);");
    free_named('a', a);
    show("free(a);");

    show_name('e', e = aligned_alloc(4096, 4 << 20));
    show("e = aligned_alloc(4096, 4 << 20);");
    show_words(e);

    mallopt(M_PERTURB, 0x55);
    puts("mallopt(M_PERTURB, 0x55); f = malloc(200);");
    f = malloc(200);
    show_word(f + 96, "in the middle of f");
    free(f);
    show_word(f + 96, "the same, after free(f);");
    return 0;
}
