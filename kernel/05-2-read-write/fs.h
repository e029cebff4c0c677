/* fs.h - a file, and an open file
 *
 * A file is one thing (an inode), however often it is opened. It has a size,
 * and pages, of which some have frames (struct address_space). Each open makes
 * a struct file, which has a position in the file. A mapping needs an open
 * file, too.
 *
 *   fd 3 --> struct file --+
 *   fd 4 --> struct file --+--> struct address_space --> pages in memory
 *   area --> struct file --+    (in the struct inode)
 */
#ifndef FS_H
#define FS_H

#include "memory.h"
#include "spinlock.h"

#include <stdatomic.h>

/* The pages of a file that are in memory. */
struct address_space {
    struct inode *host;      /* the file */
    unsigned long nrpages;   /* how many pages there are in the cache */
    struct list_head i_mmap; /* the areas that show the file, by vma->shared */
};

#define FILE_NAME_SIZE 56
#define MAX_FILE_SIZE  (1UL << 40)

struct inode {
    unsigned long i_ino; /* its number */
    char i_name[FILE_NAME_SIZE];
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
