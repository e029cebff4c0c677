/* rmap.h - the areas that show a file
 *
 * An area leads to its file by vm_file. The way back is a list of the areas
 * that show the file (i_mmap). (In Linux it is a tree.)
 */
#ifndef RMAP_H
#define RMAP_H

#include "mm.h"

/* The area shows this file from now on, or until now. */
void vma_link_file(struct vm_area_struct *vma);
void vma_unlink_file(struct vm_area_struct *vma);

#endif
