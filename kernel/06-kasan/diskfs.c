/* diskfs.c - a file system: which blocks of a disk are which file
 *
 * The directory is in memory as long as the file system is mounted. The numbers
 * of files are those of their slots.
 */
#include "diskfs.h"
#include "disk.h"
#include "filemap.h"
#include "inode.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

struct super_block *root_sb;
pthread_mutex_t fs_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- pages and blocks ---- */

static unsigned long block_of_page(const struct page *page)
{
    const struct inode *inode = page->mapping->host;
    return 1 + inode->i_ino * inode->i_sb->s_slot_pages + page->index;
}

const void *diskfs_block(const struct page *page)
{
    return disk_block(page->mapping->host->i_sb->s_bdev, block_of_page(page));
}

static void diskfs_readpage(struct page *page)
{
    disk_read(page->mapping->host->i_sb->s_bdev, block_of_page(page),
              page_address(page));
}

/* What a process has written beyond the end of the file, in its last page, does
 * not get to the disk. */
static void diskfs_writepage(struct page *page)
{
    const struct inode *inode = page->mapping->host;
    unsigned long bytes = inode->i_size - (page->index << PAGE_SHIFT);

    disk_write(inode->i_sb->s_bdev, block_of_page(page), page_address(page),
               bytes < PAGE_SIZE ? bytes : PAGE_SIZE);
}

static const struct address_space_operations diskfs_aops = {
    .readpage = diskfs_readpage,
    .writepage = diskfs_writepage,
};

/* ---- the directory; with fs_lock ---- */

static struct dir_entry *find_entry(struct super_block *sb, const char *name)
{
    for (unsigned long slot = 0; slot < DIR_ENTRIES; slot++)
        if (strcmp(sb->s_dir[slot].name, name) == 0)
            return &sb->s_dir[slot];
    return NULL;
}

/* A free slot, which no file has that is still open; it is given this name. */
static struct dir_entry *add_entry(struct super_block *sb, const char *name)
{
    for (unsigned long slot = 0; slot < DIR_ENTRIES; slot++) {
        struct dir_entry *entry = &sb->s_dir[slot];
        if (entry->name[0] != '\0' || ino_in_use(sb, slot))
            continue;
        strcpy(entry->name, name);
        entry->size = 0;
        sb->s_dirt = true;
        disk_discard(sb->s_bdev, 1 + slot * sb->s_slot_pages, sb->s_slot_pages);
        return entry;
    }
    return NULL;
}

/* The file of an entry. */
static struct inode *iget(struct super_block *sb, const struct dir_entry *entry)
{
    struct inode *inode = find_inode(sb, entry->name);

    if (inode != NULL)
        return inode;
    inode = new_inode(sb, (unsigned long)(entry - sb->s_dir), entry->name, 1,
                      &diskfs_aops);
    if (inode != NULL)
        inode->i_size = entry->size;
    return inode;
}

static int open_entry(struct super_block *sb, const char *name, int flags,
                      struct inode **inode)
{
    struct dir_entry *entry = find_entry(sb, name);
    bool new = entry == NULL;

    if (new && !(flags & O_CREAT))
        return -ENOENT;
    if (flags & O_CREAT && flags & O_EXCL && !new)
        return -EEXIST;
    if (new)
        entry = add_entry(sb, name);
    if (entry == NULL)
        return -ENOSPC;
    *inode = iget(sb, entry);
    if (*inode == NULL && new)
        entry->name[0] = '\0';
    return *inode != NULL ? 0 : -ENOMEM;
}

int diskfs_open(const char *name, int flags, struct inode **inode)
{
    int error = -ENOENT;

    if (strlen(name) >= FILE_NAME_SIZE)
        return -ENAMETOOLONG;
    pthread_mutex_lock(&fs_lock);
    if (root_sb != NULL && name[0] != '\0')
        error = open_entry(root_sb, name, flags, inode);
    pthread_mutex_unlock(&fs_lock);
    return error;
}

static int unlink_entry(struct super_block *sb, const char *name)
{
    struct dir_entry *entry = find_entry(sb, name);
    if (entry == NULL)
        return -ENOENT;
    struct inode *inode = iget(sb, entry);
    if (inode == NULL)
        return -ENOMEM;
    entry->name[0] = '\0';
    sb->s_dirt = true;
    drop_nlink(inode);
    iput(inode);
    return 0;
}

int diskfs_unlink(const char *name)
{
    int error = -ENOENT;

    pthread_mutex_lock(&fs_lock);
    if (root_sb != NULL && name[0] != '\0')
        error = unlink_entry(root_sb, name);
    pthread_mutex_unlock(&fs_lock);
    return error;
}

unsigned long max_size(const struct inode *inode)
{
    if (inode->i_sb == NULL)
        return MAX_FILE_SIZE;
    return inode->i_sb->s_slot_pages << PAGE_SHIFT;
}

void i_size_write(struct inode *inode, unsigned long size)
{
    struct super_block *sb = inode->i_sb;

    if (sb != NULL) {
        pthread_mutex_lock(&fs_lock);
        sb->s_dir[inode->i_ino].size = size;
        sb->s_dirt = true;
        pthread_mutex_unlock(&fs_lock);
    }
    inode->i_size = size;
}

void write_super(struct super_block *sb)
{
    if (sb->s_dirt)
        disk_write(sb->s_bdev, 0, sb->s_dir, PAGE_SIZE);
    sb->s_dirt = false;
}

void sync_fs(void)
{
    pthread_mutex_lock(&fs_lock);
    if (root_sb != NULL)
        write_super(root_sb);
    pthread_mutex_unlock(&fs_lock);
}
