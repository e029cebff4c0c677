/* read_write.c - files by system calls
 *
 * To read is to copy from the page cache, and to write is to copy to it. Only a
 * page that is not there yet has to be read from the disk: even if all of it is
 * written. (Linux does without that.)
 */
#include "diskfs.h"
#include "file.h"
#include "filemap.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"
#include "trace.h"
#include "uaccess.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int sys_open(const char *name, int flags)
{
    struct inode *inode;

    trace(FLOOR_CALL, "open(\"%s\", %#x)", name, flags);
    int error = diskfs_open(name, flags, &inode);
    if (error != 0)
        return error;
    return fd_install(current_mm, alloc_file(inode));
}

int sys_unlink(const char *name)
{
    trace(FLOOR_CALL, "unlink(\"%s\")", name);
    return diskfs_unlink(name);
}

/* ---- to read and to write ---- */

/* Copy to or from the file, up to the end of a page. Returns how many bytes, or
 * -errno. */
static long copy_part(struct file *file, unsigned long buffer,
                      unsigned long count, bool write)
{
    struct inode *inode = file->f_mapping->host;
    unsigned long offset = file->f_pos % PAGE_SIZE, left;
    struct page *page;

    if (count > PAGE_SIZE - offset)
        count = PAGE_SIZE - offset;
    int error =
        read_cache_page(file->f_mapping, file->f_pos >> PAGE_SHIFT, &page);
    if (error < 0)
        return error;
    char *bytes = (char *)page_address(page) + offset;
    if (write)
        left = copy_from_user(bytes, buffer, count);
    else
        left = copy_to_user(buffer, bytes, count);
    count -= left;
    file->f_pos += count;
    if (write && file->f_pos > inode->i_size)
        i_size_write(inode, file->f_pos);
    if (write && count > 0)
        set_page_dirty(page);
    put_page(page);
    return count > 0 ? (long)count : -EFAULT;
}

/* Up to the end of the file, or to where it must end. */
static long copy_all(struct file *file, unsigned long buffer,
                     unsigned long count, bool write)
{
    struct inode *inode = file->f_mapping->host;
    unsigned long end = write ? max_size(inode) : inode->i_size;
    unsigned long done = 0;
    long part;

    if (file->f_pos >= end)
        return write && count > 0 ? -EFBIG : 0;
    if (count > end - file->f_pos)
        count = end - file->f_pos;
    if (write && file->f_pos > inode->i_size)
        zero_tail(inode);
    for (; done < count; done += (unsigned long)part) {
        part = copy_part(file, buffer + done, count - done, write);
        if (part < 0)
            return done > 0 ? (long)done : part;
    }
    return (long)done;
}

static long read_or_write(int fd, unsigned long buffer, unsigned long count,
                          bool write)
{
    struct file *file = fget(fd);
    if (file == NULL)
        return -EBADF;

    struct inode *inode = file->f_mapping->host;
    pthread_mutex_lock(&inode->i_rwsem);
    long done = copy_all(file, buffer, count, write);
    pthread_mutex_unlock(&inode->i_rwsem);
    fput(file);
    return done;
}

long sys_read(int fd, unsigned long buffer, unsigned long count)
{
    trace(FLOOR_CALL, "read(%d, %#lx, %lu)", fd, buffer, count);
    return read_or_write(fd, buffer, count, false);
}

long sys_write(int fd, unsigned long buffer, unsigned long count)
{
    trace(FLOOR_CALL, "write(%d, %#lx, %lu)", fd, buffer, count);
    return read_or_write(fd, buffer, count, true);
}

/* ---- where ---- */

long sys_lseek(int fd, long offset, int whence)
{
    struct file *file = fget(fd);
    if (file == NULL)
        return -EBADF;

    struct inode *inode = file->f_mapping->host;
    pthread_mutex_lock(&inode->i_rwsem);
    if (whence == SEEK_CUR)
        offset += (long)file->f_pos;
    else if (whence == SEEK_END)
        offset += (long)inode->i_size;
    else if (whence != SEEK_SET)
        offset = -1;
    if (offset >= 0)
        file->f_pos = (unsigned long)offset;
    pthread_mutex_unlock(&inode->i_rwsem);
    fput(file);
    return offset >= 0 ? offset : -EINVAL;
}
