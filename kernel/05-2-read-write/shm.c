/* shm.c - shared memory that other processes can find
 *
 * It is a file with a name: by POSIX, one that begins with "/"; by System V, a
 * number, the key, of which a name is made. Below these two ways to find it
 * there is no difference.
 */
#include "file.h"
#include "filemap.h"
#include "inode.h"
#include "mmap.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"
#include "trace.h"
#include "vma.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>

/* Between the search for a name and its use nobody else makes it. */
static pthread_mutex_t shm_lock = PTHREAD_MUTEX_INITIALIZER;

/* The file of this name, for one user. flags: O_CREAT, O_EXCL. */
static int shm_find(const char *name, int flags, unsigned long size,
                    struct inode **inode)
{
    int error = 0;

    pthread_mutex_lock(&shm_lock);
    *inode = find_inode(name);
    if (*inode != NULL && flags & O_CREAT && flags & O_EXCL) {
        iput(*inode);
        error = -EEXIST;
    } else if (*inode == NULL && !(flags & O_CREAT)) {
        error = -ENOENT;
    } else if (*inode == NULL) {
        *inode = shmem_get_inode(name, 1, size);
        error = *inode != NULL ? 0 : -ENOMEM;
    }
    pthread_mutex_unlock(&shm_lock);
    return error;
}

/* ---- POSIX ---- */

int sys_shm_open(const char *name, int flags)
{
    struct inode *inode;

    trace(FLOOR_CALL, "shm_open(\"%s\", %#x)", name, flags);
    if (name[0] != '/')
        return -EINVAL;
    if (strlen(name) >= FILE_NAME_SIZE)
        return -ENAMETOOLONG;
    int error = shm_find(name, flags, 0, &inode);
    return error != 0 ? error : fd_install(current_mm, alloc_file(inode));
}

int sys_shm_unlink(const char *name)
{
    struct inode *inode;

    trace(FLOOR_CALL, "shm_unlink(\"%s\")", name);
    int error = name[0] == '/' ? shm_find(name, 0, 0, &inode) : -ENOENT;
    if (error == 0) {
        drop_nlink(inode);
        iput(inode);
    }
    return error;
}

/* ---- System V ---- */

int sys_shmget(int key, unsigned long size, int flags)
{
    char name[FILE_NAME_SIZE];
    struct inode *inode;
    int error = 0;

    trace(FLOOR_CALL, "shmget(%#x, %lu, %#x)", key, size, flags);
    if (size == 0 && (flags & IPC_CREAT || key == IPC_PRIVATE))
        return -EINVAL;
    snprintf(name, sizeof(name), "SYSV%08x", key);
    if (key == IPC_PRIVATE)
        inode = shmem_get_inode(name, 1, size);
    else
        error = shm_find(name,
                         (flags & IPC_CREAT ? O_CREAT : 0) |
                             (flags & IPC_EXCL ? O_EXCL : 0),
                         size, &inode);
    if (error != 0 || inode == NULL)
        return error != 0 ? error : -ENOMEM;
    int id = size > inode->i_size ? -EINVAL : (int)inode->i_ino;
    iput(inode);
    return id;
}

static bool is_segment(const struct inode *inode)
{
    return strncmp(inode->i_name, "SYSV", 4) == 0;
}

/* The segment of this number, for one user, or NULL. */
static struct inode *segment_of(int id)
{
    struct inode *inode = ilookup((unsigned long)id);

    if (inode == NULL || is_segment(inode))
        return inode;
    iput(inode);
    return NULL;
}

unsigned long sys_shmat(int id, unsigned long address)
{
    struct inode *inode = segment_of(id);
    if (inode == NULL)
        return -EINVAL;
    unsigned long size = inode->i_size;
    struct file *file = alloc_file(inode);
    if (file == NULL)
        return -ENOMEM;

    trace(FLOOR_CALL, "shmat(%d, %#lx)", id, address);
    address = vm_mmap(file, address, size, PROT_READ | PROT_WRITE,
                      MAP_SHARED | (address != 0 ? MAP_FIXED : 0), 0);
    fput(file);
    return address;
}

int sys_shmdt(unsigned long address)
{
    struct mm_struct *mm = current_mm;
    int error = -EINVAL;

    trace(FLOOR_CALL, "shmdt(%#lx)", address);
    mmap_write_lock(mm);
    struct vm_area_struct *vma = find_vma(mm, address);
    if (vma != NULL && vma->vm_start == address && vma->vm_file != NULL &&
        is_segment(vma->vm_file->f_mapping->host))
        error = do_munmap(mm, address, vma->vm_end - vma->vm_start);
    mmap_write_unlock(mm);
    return error;
}

/* How many areas show it. */
static unsigned long count_areas(struct address_space *mapping)
{
    struct vm_area_struct *vma;
    unsigned long areas = 0;

    spin_lock(&page_cache_lock);
    list_for_each_entry(vma, &mapping->i_mmap, shared)
        areas++;
    spin_unlock(&page_cache_lock);
    return areas;
}

int sys_shmctl(int id, int command, struct shmid_ds *state)
{
    struct inode *inode = segment_of(id);
    int error = 0;

    if (inode == NULL)
        return -EINVAL;
    trace(FLOOR_CALL, "shmctl(%d, %d)", id, command);
    if (command == IPC_RMID) {
        drop_nlink(inode);
    } else if (command == IPC_STAT) {
        *state = (struct shmid_ds){
            .shm_segsz = inode->i_size,
            .shm_nattch = count_areas(&inode->i_data),
        };
    } else {
        error = -EINVAL;
    }
    iput(inode);
    return error;
}
