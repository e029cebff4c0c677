/* vmscan.h - reclaim: frames for others, from the page cache
 *
 * Memory that holds nothing is memory wasted, so the page cache takes all of
 * it. When somebody else asks for a frame, one of the cache has to go: one that
 * has not been used for long (lru.h). If it is clean that is free of charge,
 * since the disk has its bytes. If it is dirty it is written first, and whoever
 * needed the frame waits.
 *
 * The frames of processes stay. (Linux writes them to a swap area, too.)
 */
#ifndef VMSCAN_H
#define VMSCAN_H

/* From now on alloc_pages() asks here when free frames run low. */
void vmscan_init(void);

/* /proc/sys/vm/drop_caches: forget pages that are clean and that nobody has
 * mapped (1), files that are not in use and have no pages left (2), or both
 * (3). Returns 0, or -EINVAL. */
int drop_caches(int what);

#endif
