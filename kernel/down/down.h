/* down.h - what a program of `make down` is written in
 *
 * malloc() and the like are those of the chapter. All else is libc's: what
 * printf() needs comes from the machine's own memory.
 */
#ifndef DOWN_H
#define DOWN_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The program: what RUN= says. */
void program(void);

/* Say which statement comes now, and what the process has got after it. */
void begin(const char *statement);
void end(void);

void *down_malloc(size_t size);
void *down_calloc(size_t count, size_t size);
void *down_realloc(void *payload, size_t size);
void *down_aligned_alloc(size_t alignment, size_t size);
void down_free(void *payload);
int down_malloc_trim(size_t pad);

#define malloc(size)               down_malloc(size)
#define calloc(count, size)        down_calloc(count, size)
#define realloc(payload, size)     down_realloc(payload, size)
#define aligned_alloc(align, size) down_aligned_alloc(align, size)
#define free(payload)              down_free(payload)
#define malloc_trim(pad)           down_malloc_trim(pad)

#endif
