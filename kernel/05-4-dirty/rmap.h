/* rmap.h - from a page of a file to the PTEs that lead to it
 *
 * A page table leads from an address to a frame. To take a right away the way
 * back is needed: all PTEs of all processes that lead to it. For a page of a
 * file it is found without any record of PTEs: each file has a list of the
 * areas that show it (i_mmap). Where an area would show a page follows from
 * vm_start and vm_pgoff, and there the page table is asked. (In Linux, i_mmap
 * is a tree.)
 *
 * Whoever looks for PTEs has page_cache_lock, which comes after the lock of an
 * mm. So it cannot wait for an mm: of that, nothing is changed. The function
 * then returns false, and the caller tries again when it has given up
 * page_cache_lock for a moment.
 */
#ifndef RMAP_H
#define RMAP_H

#include "mm.h"

/* The area shows this file from now on, or until now. */
void vma_link_file(struct vm_area_struct *vma);
void vma_unlink_file(struct vm_area_struct *vma);

/* Nobody can write to the page any more without a page fault. */
bool page_mkclean(struct page *page);

#endif
