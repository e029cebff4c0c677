/* 01.c - a chunk word by word, and what becomes of one that is freed */
#include "chunks.h"
#include "show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words of a chunk of 32 bytes, and the two that follow it. */
static void show_words(const char *what, const char *payload)
{
    const char *chunk = payload - 16;

    printf("%s\n", what);
    show_word(chunk, "prev_size of a");
    show_word(chunk + 8, "size of a");
    show_word(chunk + 16, "payload of a, first word");
    show_word(chunk + 24, "payload of a, second word");
    show_word(chunk + 32, "payload of a, third word: prev_size of b");
    show_word(chunk + 40, "size of b");
}

int main(void)
{
    show_start();

    show_heap("before the first call");
    char *a = malloc(24);
    show_name('a', a);
    show_heap("a = malloc(24);");
    char *b = malloc(25);
    show_name('b', b);
    show_heap("b = malloc(25);");
    show_words("word by word", a);
    memset(a, 0x11, 24);
    show_words("memset(a, 0x11, 24);", a);
    free(a);
    show_name('a', NULL);
    show_heap("free(a);");
    show_name('c', malloc(24));
    show_heap("c = malloc(24);");
    return 0;
}
