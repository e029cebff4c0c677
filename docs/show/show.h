/* show.h - print the memory of a running chapter
 *
 * Each chapter has a small program here, NN.c, in which its own idea shows:
 * `make show-NN` links it with the chapter's malloc and runs it. What is
 * printed is what the chapter's real code has written into memory. These
 * functions allocate nothing, since the malloc that they would use is the one
 * that they show.
 */
#ifndef SHOW_H
#define SHOW_H

#include <stddef.h>

/* The first call of a program: from here on printf() allocates nothing. */
void show_start(void);

/* A payload is shown with the name of its variable; with NULL no more. */
void show_name(char name, const void *payload);

/* Print what was just done, and then every chunk: its address, its size in
 * bytes, its flags (P, M, A), its state, and the variable that points to it. */
void show_heap(const char *what);

/* What to print behind a chunk, in which bin it is, say; NULL for nothing. A
 * program that has something to say of chunks sets it. */
extern const char *(*show_note)(const void *chunk);

/* Print one word of memory and what it is. */
void show_word(const void *address, const char *meaning);

#endif
