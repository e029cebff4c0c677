/* inode.h - the files that the kernel knows
 *
 * A file is known as long as somebody uses it, or it has a name by which it can
 * be found.
 */
#ifndef INODE_H
#define INODE_H

#include "fs.h"

int inode_init(void); /* 0, or -ENOMEM */

/* A file that was not known, for one user. It has a name, unless nlink is 0;
 * then the name is one to show only. Returns NULL if there is no memory. */
struct inode *new_inode(unsigned long ino, const char *name, int nlink);

/* A known file by its name, for one user; or NULL. */
struct inode *find_inode(const char *name);

/* A user does not need the file any more. */
void iput(struct inode *inode);

/* The file loses its name. It goes with its last user. */
void drop_nlink(struct inode *inode);

#endif
