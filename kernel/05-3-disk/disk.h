/* disk.h - a disk: blocks that stay, and that take their time
 *
 * A disk reads and writes blocks of PAGE_SIZE bytes. What is on it is not in
 * memory: it is there after the kernel has stopped, too. Each block that is
 * read or written costs time. It is counted in ticks of a clock that stands
 * still unless somebody waits for a disk. So what is slow can be counted, and
 * is the same on every machine.
 */
#ifndef DISK_H
#define DISK_H

#include <pthread.h>
#include <stdatomic.h>

struct disk {
    unsigned long blocks;       /* how many it has; at first they are zero */
    atomic_ulong reads, writes; /* how many it has read and written */
    unsigned long ticks;        /* what each takes: 10 at first */
    unsigned sleep_us;          /* and so long, if not 0, the host sleeps */
    pthread_mutex_t lock;       /* it does one thing at a time */
    char *data;
};

/* The clock. */
extern atomic_ulong jiffies;

/* A new disk, which the host keeps. Returns NULL if the host cannot. */
struct disk *disk_create(unsigned long blocks);
void disk_destroy(struct disk *disk);

/* Read or write a block, and wait for it. If only its first bytes are written
 * the others become zero. */
void disk_read(struct disk *disk, unsigned long block, void *to);
void disk_write(struct disk *disk, unsigned long block, const void *from,
                unsigned long bytes);

/* Nobody needs these blocks any more; they are zero again. It takes no time. */
void disk_discard(struct disk *disk, unsigned long block, unsigned long count);

#endif
