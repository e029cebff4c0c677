/* chunks.h - print all chunks of a running chapter
 *
 * For the programs of part one, beside show.h: what malloc_walk() meets, and
 * the variables that point there.
 */
#ifndef CHUNKS_H
#define CHUNKS_H

/* A payload is shown with the name of its variable; with NULL no more. */
void show_name(char name, const void *payload);

/* Print what was just done, and then every chunk: its address, its size in
 * bytes, its flags (P, M, A), its state, and the variable that points to it. */
void show_heap(const char *what);

/* What to print behind a chunk, in which bin it is, say; NULL for nothing. A
 * program that has something to say of chunks sets it. */
extern const char *(*show_note)(const void *chunk);

#endif
