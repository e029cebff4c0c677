/* shmem.c - files of frames: what can be mapped
 *
 * Invariant: the file is a user of each frame that it has got, so that frames
 * stay when nobody maps them.
 */
#include "shmem.h"
#include "inode.h"
#include "slab.h"

#include <errno.h>

static struct kmem_cache *filp_cachep;

int files_init(void)
{
    filp_cachep = kmem_cache_create("filp", sizeof(struct file), 0, NULL);
    return filp_cachep != NULL ? 0 : -ENOMEM;
}

struct inode *shmem_get_inode(const char *name, int nlink, unsigned long size)
{
    static atomic_ulong last_ino;
    struct inode *inode = new_inode(NULL, ++last_ino, name, nlink, NULL);

    if (inode != NULL)
        inode->i_size = size;
    return inode;
}

struct file *alloc_file(struct inode *inode)
{
    struct file *file = kmem_cache_alloc(filp_cachep, GFP_KERNEL);

    if (file == NULL) {
        iput(inode);
        return NULL;
    }
    *file = (struct file){.f_count = 1, .f_mapping = &inode->i_data};
    return file;
}

struct file *shmem_file_setup(const char *name, unsigned long size)
{
    struct inode *inode = shmem_get_inode(name, 0, size);

    return inode != NULL ? alloc_file(inode) : NULL;
}

struct file *get_file(struct file *file)
{
    file->f_count++;
    return file;
}

void fput(struct file *file)
{
    if (--file->f_count > 0)
        return;
    iput(file->f_mapping->host);
    kmem_cache_free(filp_cachep, file);
}
