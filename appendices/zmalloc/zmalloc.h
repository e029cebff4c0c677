/* zmalloc.h - a layer over any malloc that counts, and does not fail quietly
 *
 * A server that keeps all its data in memory must know at each moment how much
 * that is, so that it can stop in time. malloc does not say. So each call goes
 * through one of these functions, which adds up what was handed out. And where
 * malloc returns NULL, a handler is called, so that no caller has to ask.
 *
 * The names and their meanings are those of Redis.
 */
#ifndef ZMALLOC_H
#define ZMALLOC_H

#include <stddef.h>

/* Where there is too little memory, these call the handler. If that returns,
 * they return NULL. Nobody is handed SIZE_MAX / 2 bytes or more. zcalloc()
 * gives zeroes. */
void *zmalloc(size_t size);
void *zcalloc(size_t size);
void *zrealloc(void *payload, size_t size);
char *zstrdup(const char *string);

/* As calloc(). It is an error here to ask for elements of no size. */
void *zcalloc_num(size_t count, size_t size);

/* The same without the handler. */
void *ztrymalloc(size_t size);
void *ztrycalloc(size_t size);
void *ztryrealloc(void *payload, size_t size);

/* Give back what one of the functions above has returned, or NULL. */
void zfree(void *payload);

/* Give back what the C library has allocated by itself, as getline() does. It
 * was not counted. */
void zlibc_free(void *payload);

/* What a payload counts for, in bytes; and how many of them may be used. */
size_t zmalloc_size(void *payload);
size_t zmalloc_usable_size(void *payload);

/* The sum of zmalloc_size() over all that was handed out and not given back. */
size_t zmalloc_used_memory(void);

/* Set what is called when there is too little memory, with the size that was
 * asked for. The one that is there at first prints a line and aborts. */
void zmalloc_set_oom_handler(void (*handler)(size_t size));

/* The bytes of the whole process that are in memory, or 0 if nobody knows. */
size_t zmalloc_get_rss(void);

/* The sum of one field of /proc/PID/smaps over all mappings, in bytes. The
 * field is given with its colon, "Rss:" for one. With -1 it is this process. 0
 * if there is no such process or field. */
size_t zmalloc_get_smap_bytes_by_field(const char *field, long pid);

/* The bytes of pages that the process has written and shares with nobody. */
size_t zmalloc_get_private_dirty(long pid);

/* The bytes of memory that the machine has. */
size_t zmalloc_get_memory_size(void);

/* Ask the allocator below how it stands; see allocator.c for what the numbers
 * mean. A number that it does not know is 0. The last three pointers may be
 * NULL. Returns 1. */
int zmalloc_get_allocator_info(int refresh, size_t *allocated, size_t *active,
                               size_t *resident, size_t *retained,
                               size_t *muzzy, size_t *frag_smallbins_bytes);

#endif
