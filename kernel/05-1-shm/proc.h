/* proc.h - what the kernel says of an address space
 *
 * Lines have the format of the files that Linux has for them.
 */
#ifndef PROC_H
#define PROC_H

#include "mm.h"

#include <stdio.h>

/* /proc/PID/maps: a line for each area. */
void maps_show(FILE *file, struct mm_struct *mm);

/* /proc/PID/smaps: the same, and below each line what frames the area has. */
void smaps_show(FILE *file, struct mm_struct *mm);

#endif
