/* shmem.h - files of frames: what can be mapped
 *
 * A file is a row of pages that outlives the mappings that show it. This one
 * has no disk: it is as long as it was made, holds zeros, and gets a frame for
 * a page when that page is first needed. Memory that is shared is such a file,
 * without a name that anybody could open.
 */
#ifndef SHMEM_H
#define SHMEM_H

#include "memory.h"
#include "spinlock.h"

#include <stdatomic.h>

struct file {
    atomic_int f_count; /* how many use it */
    const char *name;
    unsigned long ino;   /* its number, as /proc/PID/maps shows it */
    unsigned long size;  /* in bytes */
    spinlock_t lock;     /* guards pages */
    struct page **pages; /* the frames that it has got; NULL: a hole */
};

/* A new file, for one user; NULL if there is no memory. The name must last as
 * long as the file. */
struct file *shmem_file_setup(const char *name, unsigned long size);

struct file *get_file(struct file *file); /* for one user more */
void fput(struct file *file);             /* one less; the last frees it */

/* The frame of a page of the file, for one user; it is made if there is none.
 * Returns 0, -ENOMEM, or -EINVAL beyond the file's end. */
int shmem_getpage(struct file *file, unsigned long index, struct page **page);

#endif
