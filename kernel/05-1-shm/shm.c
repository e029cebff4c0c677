/* shm.c - shared memory that other processes can find
 *
 * It is a file with a name, which begins with "/".
 */
#include "file.h"
#include "inode.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

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
