/* super.c - file systems come and go
 *
 * One at a time is mounted. When it is unmounted, its disk has all that was
 * written to it, and memory has nothing of it.
 */
#include "buddy.h"
#include "disk.h"
#include "diskfs.h"
#include "inode.h"
#include "syscalls.h"
#include "trace.h"
#include "writeback.h"

#include <errno.h>

static struct super_block super;

static int fill_super(struct super_block *sb, struct disk *disk)
{
    struct dir_entry *dir = (struct dir_entry *)__get_free_pages(GFP_KERNEL, 0);

    if (dir == NULL)
        return -ENOMEM;
    disk_read(disk, 0, dir);
    *sb = (struct super_block){
        .s_bdev = disk,
        .s_slot_pages = (disk->blocks - 1) / DIR_ENTRIES,
        .s_dir = dir,
    };
    return 0;
}

int sys_mount(struct disk *disk)
{
    int error = -EBUSY;

    trace(FLOOR_CALL, "mount()");
    pthread_mutex_lock(&fs_lock);
    if (root_sb == NULL) {
        error = disk->blocks > 0 ? fill_super(&super, disk) : -EINVAL;
        if (error == 0)
            root_sb = &super;
    }
    pthread_mutex_unlock(&fs_lock);
    return error;
}

/* While the lock is held nobody can open a file. So if none is in use, no page
 * is changed after it was written. */
static int kill_super(struct super_block *sb)
{
    if (inodes_in_use())
        return -EBUSY;
    wb_writeback();
    evict_inodes();
    write_super(sb);
    free_pages((unsigned long)sb->s_dir, 0);
    return 0;
}

int sys_umount(void)
{
    int error = -EINVAL;

    trace(FLOOR_CALL, "umount()");
    pthread_mutex_lock(&fs_lock);
    if (root_sb != NULL)
        error = kill_super(root_sb);
    if (error == 0)
        root_sb = NULL;
    pthread_mutex_unlock(&fs_lock);
    return error;
}
