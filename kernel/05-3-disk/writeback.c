/* writeback.c - what was written to files goes to the disk
 *
 * Nobody knows which pages have been changed since they were read: a store of a
 * process is no call. So all pages of a file are written that are in memory.
 */
#include "writeback.h"
#include "diskfs.h"
#include "file.h"
#include "filemap.h"
#include "inode.h"
#include "shmem.h"
#include "syscalls.h"
#include "trace.h"

#include <errno.h>

/* ---- one page ---- */

/* A page that is being read has no bytes of the file yet. */
static void write_page(struct page *page)
{
    spin_lock(&page_cache_lock);
    wait_on_page_bit(page, PG_locked);
    spin_unlock(&page_cache_lock);
    page->mapping->a_ops->writepage(page);
}

/* ---- files ---- */

unsigned long filemap_write_and_wait_range(struct address_space *mapping,
                                           unsigned long first,
                                           unsigned long end)
{
    unsigned long written = 0;

    if (mapping->a_ops == NULL)
        return 0;
    for (; first < end && first < i_pages(mapping->host); first++) {
        struct page *page = find_get_page(mapping, first);
        if (page == NULL)
            continue;
        write_page(page);
        written++;
        put_page(page);
    }
    return written;
}

unsigned long wb_writeback(void)
{
    unsigned long written = 0;

    for (struct inode *inode = next_inode(NULL); inode != NULL;
         inode = next_inode(inode))
        written += filemap_write_and_wait_range(&inode->i_data, 0, -1UL);
    return written;
}

void sys_sync(void)
{
    trace(FLOOR_CALL, "sync()");
    wb_writeback();
    sync_fs();
}

int sys_fsync(int fd)
{
    struct file *file = fget(fd);

    if (file == NULL)
        return -EBADF;
    trace(FLOOR_CALL, "fsync(%d)", fd);
    filemap_write_and_wait_range(file->f_mapping, 0, -1UL);
    sync_fs();
    fput(file);
    return 0;
}
