/* file.c - the open files of a process
 *
 * A process knows an open file by a small number, its index in fd_array.
 */
#include "file.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"
#include "trace.h"

#include <errno.h>

int fd_install(struct mm_struct *mm, struct file *file)
{
    if (file == NULL)
        return -ENOMEM;
    mmap_write_lock(mm);
    int fd = 0;
    while (fd < NR_OPEN && mm->fd_array[fd] != NULL)
        fd++;
    if (fd < NR_OPEN)
        mm->fd_array[fd] = file;
    mmap_write_unlock(mm);
    if (fd < NR_OPEN)
        return fd;
    fput(file);
    return -EMFILE;
}

struct file *fget(int fd)
{
    struct mm_struct *mm = current_mm;
    struct file *file = NULL;

    if (fd < 0 || fd >= NR_OPEN)
        return NULL;
    mmap_write_lock(mm);
    if (mm->fd_array[fd] != NULL)
        file = get_file(mm->fd_array[fd]);
    mmap_write_unlock(mm);
    return file;
}

int sys_close(int fd)
{
    struct mm_struct *mm = current_mm;
    struct file *file = NULL;

    trace(FLOOR_CALL, "close(%d)", fd);
    if (fd >= 0 && fd < NR_OPEN) {
        mmap_write_lock(mm);
        file = mm->fd_array[fd];
        mm->fd_array[fd] = NULL;
        mmap_write_unlock(mm);
    }
    if (file == NULL)
        return -EBADF;
    fput(file);
    return 0;
}

void dup_fd(struct mm_struct *mm, struct mm_struct *from)
{
    for (int fd = 0; fd < NR_OPEN; fd++)
        if (from->fd_array[fd] != NULL)
            mm->fd_array[fd] = get_file(from->fd_array[fd]);
}

void exit_files(struct mm_struct *mm)
{
    for (int fd = 0; fd < NR_OPEN; fd++)
        if (mm->fd_array[fd] != NULL)
            fput(mm->fd_array[fd]);
}

unsigned long sys_mmap(unsigned long address, unsigned long length, int prot,
                       int flags, int fd, unsigned long offset)
{
    struct file *file = fget(fd);

    address = vm_mmap(file, address, length, prot, flags, offset);
    if (file != NULL)
        fput(file);
    return address;
}
