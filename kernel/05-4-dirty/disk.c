/* disk.c - a disk: blocks that stay, and that take their time
 *
 * The host keeps the bytes, in memory that is no frame of ours.
 */
#define _GNU_SOURCE
#include "disk.h"
#include "bug.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

atomic_ulong jiffies;

struct disk *disk_create(unsigned long blocks)
{
    struct disk *disk = calloc(1, sizeof(*disk));
    if (disk == NULL)
        return NULL;
    disk->data = mmap(NULL, blocks << PAGE_SHIFT, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (disk->data == MAP_FAILED) {
        free(disk);
        return NULL;
    }
    disk->blocks = blocks;
    disk->ticks = 10;
    pthread_mutex_init(&disk->lock, NULL);
    return disk;
}

void disk_destroy(struct disk *disk)
{
    munmap(disk->data, disk->blocks << PAGE_SHIFT);
    free(disk);
}

static char *block_of_disk(const char *where, const struct disk *disk,
                           unsigned long block)
{
    if (block >= disk->blocks)
        bug(where, "block %lu of a disk of %lu", block, disk->blocks);
    return disk->data + (block << PAGE_SHIFT);
}

static void transfer(struct disk *disk, atomic_ulong *counter, void *to,
                     const void *from, unsigned long bytes)
{
    pthread_mutex_lock(&disk->lock);
    if (disk->sleep_us > 0)
        usleep(disk->sleep_us);
    memcpy(to, from, bytes);
    memset((char *)to + bytes, 0, PAGE_SIZE - bytes);
    jiffies += disk->ticks;
    ++*counter;
    pthread_mutex_unlock(&disk->lock);
}

void disk_read(struct disk *disk, unsigned long block, void *to)
{
    transfer(disk, &disk->reads, to, block_of_disk("disk_read", disk, block),
             PAGE_SIZE);
}

void disk_write(struct disk *disk, unsigned long block, const void *from,
                unsigned long bytes)
{
    transfer(disk, &disk->writes, block_of_disk("disk_write", disk, block),
             from, bytes);
}

void disk_discard(struct disk *disk, unsigned long block, unsigned long count)
{
    madvise(block_of_disk("disk_discard", disk, block), count << PAGE_SHIFT,
            MADV_DONTNEED);
}

const void *disk_block(const struct disk *disk, unsigned long block)
{
    return block_of_disk("disk_block", disk, block);
}
