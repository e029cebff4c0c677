/* file.h - the open files of a process
 */
#ifndef FILE_H
#define FILE_H

#include "fs.h"
#include "mm.h"

/* Give a process a number for an open file, and the use of it. Returns the
 * smallest one that is free; or -EMFILE, or -ENOMEM if the file is NULL, and
 * then the use is given back. */
int fd_install(struct mm_struct *mm, struct file *file);

/* The open file of this number of the process that runs, for one user; or
 * NULL. */
struct file *fget(int fd);

/* A child has the same open files as its parent. With the locks of both. */
void dup_fd(struct mm_struct *mm, struct mm_struct *from);

/* The process ends. */
void exit_files(struct mm_struct *mm);

#endif
