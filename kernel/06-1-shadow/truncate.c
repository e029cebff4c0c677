/* truncate.c - a file becomes longer
 *
 * No page is needed for that. What nobody has written is a hole, and a hole is
 * read as zeros.
 */
#include "diskfs.h"
#include "file.h"
#include "filemap.h"
#include "shmem.h"
#include "syscalls.h"
#include "trace.h"

#include <errno.h>

static int extend(struct inode *inode, unsigned long size)
{
    if (size < inode->i_size)
        return -EINVAL;
    if (size > max_size(inode))
        return -EFBIG;
    zero_tail(inode);
    i_size_write(inode, size);
    return 0;
}

int sys_ftruncate(int fd, unsigned long size)
{
    struct file *file = fget(fd);
    if (file == NULL)
        return -EBADF;

    struct inode *inode = file->f_mapping->host;
    trace(FLOOR_CALL, "ftruncate(%d, %lu)", fd, size);
    pthread_mutex_lock(&inode->i_rwsem);
    int error = extend(inode, size);
    pthread_mutex_unlock(&inode->i_rwsem);
    fput(file);
    return error;
}
