/* shmem.h - files of frames: what can be mapped
 *
 * A file is a row of pages that outlives the mappings that show it. This one
 * has no disk: it is as long as it was made, holds zeros, and gets a frame for
 * a page when that page is first needed. Memory that is shared is such a file,
 * without a name that anybody could open.
 *
 * What all open files have in common is here, too.
 */
#ifndef SHMEM_H
#define SHMEM_H

#include "fs.h"

int files_init(void); /* 0, or -ENOMEM */

/* A new file, for one user; NULL if there is no memory. */
struct file *shmem_file_setup(const char *name, unsigned long size);

/* The same as an inode, whose name can be found if nlink is not 0. */
struct inode *shmem_get_inode(const char *name, int nlink, unsigned long size);

/* Open a file, for one user, and take the caller's use of the inode over. NULL
 * if there is no memory; then the inode is given back, too. */
struct file *alloc_file(struct inode *inode);

struct file *get_file(struct file *file); /* for one user more */
void fput(struct file *file);             /* one less; the last frees it */

#endif
