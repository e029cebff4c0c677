/* diskfs.h - a file system: which blocks of a disk are which file
 *
 * It is as simple as can be. A file has a slot on the disk, which is as long as
 * a file may become. Block 0 says what the slots hold:
 *
 *   [directory][slot 0              ][slot 1              ][slot 2 ...
 *    name, size  pages 0, 1, 2 ...    pages 0, 1, 2 ...
 *    of each
 *
 * A disk of zeros is an empty file system. (Real ones give a file blocks as it
 * grows, and have directories that are files. None of that is about memory.)
 */
#ifndef DISKFS_H
#define DISKFS_H

#include "fs.h"

struct dir_entry {
    char name[FILE_NAME_SIZE]; /* "": the slot is free */
    unsigned long size;
};

#define DIR_ENTRIES (PAGE_SIZE / sizeof(struct dir_entry))

struct super_block {
    struct disk *s_bdev;
    unsigned long s_slot_pages; /* how long a slot is */
    struct dir_entry *s_dir;    /* block 0, in a frame */
    bool s_dirt;                /* the disk has an older one */
};

/* The file system that is mounted; NULL: there is none. The lock guards it, and
 * all of the struct. Whoever holds it may wait for the disk. */
extern struct super_block *root_sb;
extern pthread_mutex_t fs_lock;

/* The file of this name, for one user. With O_CREAT it is made if there is
 * none; with O_CREAT | O_EXCL there may be none. Returns 0, -ENOENT, -EEXIST,
 * -ENAMETOOLONG, -ENOSPC, -ENOMEM. */
int diskfs_open(const char *name, int flags, struct inode **inode);
int diskfs_unlink(const char *name); /* 0, -ENOENT or -ENOMEM */

/* What the disk has of a page, to look at: it takes no time. */
const void *diskfs_block(const struct page *page);

/* How long may it become? */
unsigned long max_size(const struct inode *inode);

/* It becomes longer, but not too long. With i_rwsem. */
void i_size_write(struct inode *inode, unsigned long size);

/* Write the directory if the disk has an older one: with fs_lock, or that of
 * the file system that is mounted. */
void write_super(struct super_block *sb);
void sync_fs(void);

#endif
