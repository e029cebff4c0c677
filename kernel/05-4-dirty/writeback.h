/* writeback.h - dirty pages go to the disk
 *
 * A page that has been written to is dirty: the disk has older bytes. It is
 * written later, once for many changes: when somebody waits for it (fsync(),
 * msync(MS_SYNC), sync()), or when the flusher comes by. (In Linux the flusher
 * is a thread that wakes up every five seconds and writes what has been dirty
 * for thirty. Here it is a function for whoever plays that thread.)
 *
 * How does the kernel know of a store? A shared page is mapped without the
 * right to write, so the first store is a page fault, and marks it dirty. The
 * right is taken away again before the page is written.
 */
#ifndef WRITEBACK_H
#define WRITEBACK_H

#include "fs.h"

/* Write a dirty page, and wait for the disk. The caller is a user of the page
 * and has page_cache_lock, which is given up meanwhile. Returns false if that
 * must wait for a process that is changing its page table. */
bool write_page(struct page *page);

/* Write the dirty pages of a file from first on, and before end, and wait for
 * the disk. Returns how many they were. */
unsigned long filemap_write_and_wait_range(struct address_space *mapping,
                                           unsigned long first,
                                           unsigned long end);

/* The flusher: write dirty pages of one file after another until they are so
 * many, and finish the file that it is at. Returns how many they were. Names
 * and sizes are written by sync(), fsync(), msync() and umount(). */
unsigned long wb_writeback(unsigned long pages);

#endif
