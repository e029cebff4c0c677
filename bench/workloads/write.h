/*
 * write.h - writes a trace that nobody recorded, to stdout.
 *
 * Objects are numbers that the caller chooses and may use again after they are
 * freed. Each has an address of its own, made from its number, so that the
 * loader finds again which call belongs to which object. All calls are made by
 * one thread, and pid is 0: the same calls give the same bytes. If stdout takes
 * no more (full disk, closed pipe), the program ends with one line and status
 * 1; the file then has no end mark, and the loader refuses it.
 */
#ifndef WRITE_H
#define WRITE_H

#include <stddef.h>
#include <stdint.h>

/* Call this first: it writes the header, with the command that the trace is to
 * name. */
void write_header(const char *command);

void write_malloc(uint32_t object, size_t size);
void write_aligned(uint32_t object, size_t size, size_t alignment);
void write_realloc(uint32_t object, size_t size);
void write_free(uint32_t object);

/* Call this last: it writes the mark of the end. */
void write_end(void);

#endif
