/* show.h - print the memory of a running stage
 *
 * Each stage has a small program here, NN.c or kNN.c, in which its own idea
 * shows: `make show-NN` links it with the stage's code and runs it. What is
 * printed is what the stage's real code has written into memory. These
 * functions allocate nothing, since the malloc that they would use may be the
 * one that they show.
 */
#ifndef SHOW_H
#define SHOW_H

/* The first call of a program: from here on printf() allocates nothing. */
void show_start(void);

/* Print one word of memory and what it is. */
void show_word(const void *address, const char *meaning);

#endif
