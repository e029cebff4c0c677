/* writeback.h - what was written to files goes to the disk
 *
 * The bytes are in memory at first, and are written later, once for many
 * changes: when somebody waits for it (fsync(), sync()), and when the disk is
 * unmounted.
 */
#ifndef WRITEBACK_H
#define WRITEBACK_H

#include "fs.h"

/* Write the pages of a file that are in memory, from first on, and before end,
 * and wait for the disk. Returns how many they were. */
unsigned long filemap_write_and_wait_range(struct address_space *mapping,
                                           unsigned long first,
                                           unsigned long end);

/* The same for all files, and all of their pages. Names and sizes are written
 * by sync(), fsync() and umount(). */
unsigned long wb_writeback(void);

#endif
