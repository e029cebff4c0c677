/* writeback.c - dirty pages go to the disk
 *
 * Invariant: a PTE lets a process write to a page of a file on a disk only if
 * the page is dirty. So a page stops being dirty in the same moment as its PTEs
 * stop being writable: before its bytes are copied, so that no later store is
 * missed.
 */
#include "writeback.h"
#include "diskfs.h"
#include "file.h"
#include "filemap.h"
#include "inode.h"
#include "rmap.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"
#include "trace.h"
#include "vma.h"

#include <errno.h>
#include <sched.h>

/* ---- one page ---- */

bool write_page(struct page *page)
{
    if (!page_mkclean(page))
        return false;
    clear_page_bit(page, PG_dirty);
    node_stat[NR_FILE_DIRTY]--;
    set_page_bit(page, PG_writeback);
    spin_unlock(&page_cache_lock);
    page->mapping->a_ops->writepage(page);
    spin_lock(&page_cache_lock);
    end_page_bit(page, PG_writeback);
    return true;
}

/* The same, however long it takes. Returns false if it was not dirty. */
static bool write_page_if_dirty(struct page *page)
{
    spin_lock(&page_cache_lock);
    wait_on_page_bit(page, PG_writeback);
    bool dirty = test_page_bit(page, PG_dirty);
    while (test_page_bit(page, PG_dirty) && !write_page(page)) {
        spin_unlock(&page_cache_lock);
        sched_yield();
        spin_lock(&page_cache_lock);
        wait_on_page_bit(page, PG_writeback);
    }
    spin_unlock(&page_cache_lock);
    return dirty;
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
        written += write_page_if_dirty(page);
        put_page(page);
    }
    return written;
}

unsigned long wb_writeback(unsigned long pages)
{
    unsigned long written = 0;

    for (struct inode *inode = next_inode(NULL); inode != NULL;
         inode = next_inode(inode))
        if (written < pages)
            written += filemap_write_and_wait_range(&inode->i_data, 0, -1UL);
    return written;
}

void sys_sync(void)
{
    trace(FLOOR_CALL, "sync()");
    wb_writeback(-1UL);
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

/* ---- a range of addresses ---- */

/* Write what an area shows between two addresses. The lock of the mm is given
 * up while the disk works: anything may have happened to the area since. */
static void msync_area(struct vm_area_struct *vma, unsigned long start,
                       unsigned long end)
{
    struct mm_struct *mm = vma->vm_mm;
    struct file *file = get_file(vma->vm_file);
    unsigned long first =
        vma->vm_pgoff + ((start - vma->vm_start) >> PAGE_SHIFT);

    mmap_write_unlock(mm);
    filemap_write_and_wait_range(file->f_mapping, first,
                                 first + ((end - start) >> PAGE_SHIFT));
    sync_fs();
    fput(file);
    mmap_write_lock(mm);
}

/* Returns -ENOMEM if something in the range is not mapped. The rest is done
 * nevertheless. */
static int do_msync(struct mm_struct *mm, unsigned long start,
                    unsigned long end, int flags)
{
    int error = 0;

    while (start < end) {
        struct vm_area_struct *vma = find_vma(mm, start);
        if (vma == NULL || vma->vm_start >= end)
            return -ENOMEM;
        if (vma->vm_start > start) {
            error = -ENOMEM;
            start = vma->vm_start;
        }
        unsigned long stop = vma->vm_end < end ? vma->vm_end : end;
        if (flags & MS_SYNC && vma->vm_flags & VM_SHARED)
            msync_area(vma, start, stop);
        start = stop;
    }
    return error;
}

/* MS_ASYNC has nothing to do: that pages are dirty is known already, and the
 * flusher writes them. (In Linux since 2.6.19.) */
int sys_msync(unsigned long start, unsigned long length, int flags)
{
    struct mm_struct *mm = current_mm;
    unsigned long end = start + PAGE_ALIGN(length);

    if (start % PAGE_SIZE != 0 || (flags != MS_SYNC && flags != MS_ASYNC))
        return -EINVAL;
    if (end < start || PAGE_ALIGN(length) < length)
        return -ENOMEM;
    trace(FLOOR_CALL, "msync(%#lx, %lu, %s)", start, length,
          flags == MS_SYNC ? "MS_SYNC" : "MS_ASYNC");
    mmap_write_lock(mm);
    int error = do_msync(mm, start, end, flags);
    mmap_write_unlock(mm);
    return error;
}
