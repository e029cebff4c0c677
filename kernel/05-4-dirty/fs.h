/* fs.h - a file, and an open file
 *
 * A file is one thing (an inode), however often it is opened. It has a size,
 * and pages, of which some are in memory: this is its page cache (struct
 * address_space). Each open() makes a struct file, which has a position in the
 * file. A mapping needs an open file, too.
 *
 *   fd 3 --> struct file --+
 *   fd 4 --> struct file --+--> struct address_space --> pages in memory
 *   area --> struct file --+    (in the struct inode)         |
 *                                                        blocks of a disk
 *
 * A file of no disk (shmem.h) is the same without the last step.
 */
#ifndef FS_H
#define FS_H

#include "memory.h"
#include "spinlock.h"

#include <stdatomic.h>

/* How pages get from the disk, and to it. The caller has the page for itself
 * (PG_locked, or PG_writeback). */
struct address_space_operations {
    void (*readpage)(struct page *page);
    void (*writepage)(struct page *page);
};

/* The pages of a file that are in memory. */
struct address_space {
    struct inode *host;                           /* the file */
    const struct address_space_operations *a_ops; /* NULL: it has no disk */
    unsigned long nrpages;   /* how many pages there are in the cache */
    struct list_head i_mmap; /* the areas that show the file, by vma->shared */
};

#define FILE_NAME_SIZE 56
#define MAX_FILE_SIZE  (1UL << 40) /* if no disk says that it is less */

struct inode {
    unsigned long i_ino; /* its number */
    char i_name[FILE_NAME_SIZE];
    struct super_block *i_sb;    /* its file system; NULL: none */
    atomic_ulong i_size;         /* in bytes; it never shrinks */
    int i_count;                 /* how many use it now */
    int i_nlink;                 /* 0: it has no name, and goes unused */
    pthread_mutex_t i_rwsem;     /* held to read, to write and to extend it */
    struct address_space i_data; /* its pages */
    struct list_head i_list;     /* the link in the list of all */
};

struct file {
    atomic_int f_count; /* how many use it */
    struct address_space *f_mapping;
    unsigned long f_pos; /* the next byte to read or write; with i_rwsem */
};

/* How many pages the file has, in memory or not. */
static inline unsigned long i_pages(const struct inode *inode)
{
    return (inode->i_size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

#endif
