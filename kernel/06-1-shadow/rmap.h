/* rmap.h - from a page of a file to the PTEs that lead to it
 *
 * A page table leads from an address to a frame. To take a frame away the way
 * back is needed: all PTEs of all processes that lead to it. For a page of a
 * file it is found without any record of PTEs: each file has a list of the
 * areas that show it (i_mmap). Where an area would show a page follows from
 * vm_start and vm_pgoff, and there the page table is asked. (In Linux, i_mmap
 * is a tree. Anonymous pages have another way back, which is needed for swap.)
 *
 * Whoever looks for PTEs has page_cache_lock, and may have the lock of an mm.
 * So it cannot wait for another mm: of that, nothing is changed. All functions
 * then return false, and the caller goes without the page, or tries again when
 * it has given up page_cache_lock for a moment.
 */
#ifndef RMAP_H
#define RMAP_H

#include "mm.h"

/* The area shows this file from now on, or until now. */
void vma_link_file(struct vm_area_struct *vma);
void vma_unlink_file(struct vm_area_struct *vma);

/* No PTE leads to the page any more. */
bool try_to_unmap(struct page *page);

/* Nobody can write to the page any more without a page fault. */
bool page_mkclean(struct page *page);

/* Was the page used through a PTE since this was asked last? PG_referenced says
 * the same afterwards. An mm that cannot be asked has not used it. */
bool page_referenced(struct page *page);

#endif
