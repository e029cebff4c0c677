/* inode.h - the files that the kernel knows
 *
 * A file that was opened stays known when it is closed, with its pages: the
 * next one who opens it finds them in memory. It is forgotten when it has no
 * name any more, or when its disk is unmounted.
 */
#ifndef INODE_H
#define INODE_H

#include "fs.h"

int inode_init(void); /* 0, or -ENOMEM */

/* A file that was not known, for one user. It has a name, unless nlink is 0;
 * then the name is one to show only. Returns NULL if there is no memory. */
struct inode *new_inode(struct super_block *sb, unsigned long ino,
                        const char *name, int nlink,
                        const struct address_space_operations *a_ops);

/* A known file of this file system by its name, or by its number, for one user;
 * or NULL. */
struct inode *find_inode(const struct super_block *sb, const char *name);
struct inode *ilookup(const struct super_block *sb, unsigned long ino);

/* Does some file have this number, even if it is on its way out? */
bool ino_in_use(const struct super_block *sb, unsigned long ino);

/* All known files, one after another: start with NULL. The last one is for one
 * user; the one before is given back. */
struct inode *next_inode(struct inode *inode);

/* A user does not need the file any more. */
void iput(struct inode *inode);

/* The file loses its name. It goes with its last user. */
void drop_nlink(struct inode *inode);

/* Is a file on the disk in use? If not: forget them all, with their
 * pages. */
bool inodes_in_use(void);
void evict_inodes(void);

#endif
