/* inode.c - the files that the kernel knows
 *
 * Invariant: a file on the list has users, or a name. (Linux finds an inode by
 * a hash table, and a name by the cache of names: struct dentry.)
 */
#include "inode.h"
#include "filemap.h"
#include "slab.h"

#include <errno.h>
#include <string.h>

static struct list_head inodes;
static spinlock_t inode_lock; /* guards the list, and i_count and i_nlink */
static struct kmem_cache *inode_cachep;

int inode_init(void)
{
    INIT_LIST_HEAD(&inodes);
    spin_lock_init(&inode_lock);
    inode_cachep =
        kmem_cache_create("inode_cache", sizeof(struct inode), 0, NULL);
    return inode_cachep != NULL ? 0 : -ENOMEM;
}

struct inode *new_inode(unsigned long ino, const char *name, int nlink)
{
    struct inode *inode = kmem_cache_alloc(inode_cachep, GFP_KERNEL);

    if (inode == NULL)
        return NULL;
    *inode = (struct inode){
        .i_ino = ino,
        .i_count = 1,
        .i_nlink = nlink,
        .i_data = {.host = inode},
    };
    strncpy(inode->i_name, name, FILE_NAME_SIZE - 1);
    pthread_mutex_init(&inode->i_rwsem, NULL);
    spin_lock(&inode_lock);
    list_add(&inode->i_list, &inodes);
    spin_unlock(&inode_lock);
    return inode;
}

/* ---- to find one ---- */

struct inode *find_inode(const char *name)
{
    struct inode *inode, *found = NULL;

    spin_lock(&inode_lock);
    list_for_each_entry(inode, &inodes, i_list) {
        if (inode->i_nlink > 0 && strcmp(inode->i_name, name) == 0)
            found = inode;
    }
    if (found != NULL)
        found->i_count++;
    spin_unlock(&inode_lock);
    return found;
}

/* Nobody uses it any more, and nobody may. */
static bool is_dying(const struct inode *inode)
{
    return inode->i_count == 0 && inode->i_nlink == 0;
}

/* ---- to forget one ---- */

static void evict(struct inode *inode)
{
    truncate_inode_pages(&inode->i_data);
    spin_lock(&inode_lock);
    list_del(&inode->i_list);
    spin_unlock(&inode_lock);
    kmem_cache_free(inode_cachep, inode);
}

void iput(struct inode *inode)
{
    spin_lock(&inode_lock);
    inode->i_count--;
    bool last = is_dying(inode);
    spin_unlock(&inode_lock);
    if (last)
        evict(inode);
}

void drop_nlink(struct inode *inode)
{
    spin_lock(&inode_lock);
    inode->i_nlink = 0;
    spin_unlock(&inode_lock);
}
