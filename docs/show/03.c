/* 03.c - a chunk is split, its neighbours are merged, and top goes back */
#include "chunks.h"
#include "show.h"

#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The chunks of payloads of 248 bytes are 256 bytes long, 0x100: their
 * addresses can be added up in one's head. */
static char *payload[6];

static char *chunk_of(char name)
{
    return payload[name - 'a'] - 16;
}

static void show_link(const char *address, const char *meaning)
{
    const struct chunk *link;

    memcpy(&link, address, sizeof link);
    if (link == list_head(&main_arena.free_list))
        printf("  %-16p %18s  %s\n", (const void *)address, "the list's head",
               meaning);
    else
        show_word(address, meaning);
}

/* The first words of b's chunk, and the two that follow it. */
static void show_words_of_b(void)
{
    printf("b, word by word:\n");
    show_word(chunk_of('b'), "prev_size of b");
    show_word(chunk_of('b') + 8, "size of b");
    show_link(chunk_of('b') + 16, "payload, first word: fd");
    show_link(chunk_of('b') + 24, "payload, second word: bk");
    show_word(chunk_of('c'), "payload, last word: prev_size of c");
    show_word(chunk_of('c') + 8, "size of c");
}

static void show_links(void)
{
    printf("the list:\n");
    show_link(chunk_of('d') + 16, "fd of d");
    show_link(chunk_of('d') + 24, "bk of d");
    show_link(chunk_of('b') + 16, "fd of b");
    show_link(chunk_of('b') + 24, "bk of b");
}

static void show_merged(void)
{
    printf("around the merged chunk:\n");
    show_word(chunk_of('b') + 8, "size of b");
    show_word(chunk_of('c'), "what was prev_size of c");
    show_word(chunk_of('c') + 8, "what was size of c");
    show_word(chunk_of('e'), "prev_size of e");
    show_word(chunk_of('e') + 8, "size of e");
}

static void free_and_show(char name)
{
    char what[] = "free(?);";

    what[5] = name;
    free(payload[name - 'a']);
    show_name(name, NULL);
    show_heap(what);
}

int main(void)
{
    show_start();

    for (int i = 0; i < 6; i++) {
        payload[i] = malloc(248);
        show_name((char)('a' + i), payload[i]);
    }
    show_heap("a to f = malloc(248);");
    memset(payload[1], 0x11, 248);
    show_words_of_b();
    free_and_show('b');

    show_words_of_b();

    char *x = malloc(100);
    show_name('x', x);
    show_heap("x = malloc(100);");
    free(x);
    show_name('x', NULL);
    show_heap("free(x);");

    free_and_show('d');
    show_links();
    free_and_show('c');
    show_merged();
    free_and_show('e');
    free_and_show('f');

    char *y = malloc(1000000);
    show_name('y', y);
    show_heap("y = malloc(1000000);");
    free(y);
    show_name('y', NULL);
    show_heap("free(y);");
    return 0;
}
