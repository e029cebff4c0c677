/* vmstat.h - what the kernel says of its memory
 *
 * Lines have the format of the files that Linux has for them.
 */
#ifndef VMSTAT_H
#define VMSTAT_H

#include <stdio.h>

/* /proc/buddyinfo: the number of free blocks of each order, from 0 on. */
void buddyinfo_show(FILE *file);

/* The share of free memory, in thousandths, that no request of this order can
 * use, since it lies in smaller blocks. If nothing is free, that is all. */
int unusable_free_index(unsigned order);

/* /sys/kernel/debug/extfrag/unusable_index: that share for each order. */
void unusable_index_show(FILE *file);

/* The first lines of /proc/zoneinfo: free frames, and the watermarks. */
void zoneinfo_show(FILE *file);

/* /proc/slabinfo: objects and slabs of each cache. */
void slabinfo_show(FILE *file);

#endif
