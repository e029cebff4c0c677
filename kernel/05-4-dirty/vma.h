/* vma.h - the areas of an address space
 *
 * The caller of all functions here holds the lock of the mm.
 */
#ifndef VMA_H
#define VMA_H

#include "mm.h"

/* An mm has at most so many areas. */
extern unsigned long sysctl_max_map_count;

int vma_init(void); /* 0, or -ENOMEM */

/* An area that nothing is known of yet; NULL if there is no memory. */
struct vm_area_struct *vm_area_alloc(void);

/* The neighbours of an area; NULL: there is none on that side. */
struct vm_area_struct *vma_next(const struct vm_area_struct *vma);
struct vm_area_struct *vma_prev(const struct vm_area_struct *vma);

/* The first area that ends above this address; NULL: none does. The address may
 * lie in it or before it. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long address);

/* The first area of which something lies in this range, or NULL. */
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm,
                                             unsigned long start,
                                             unsigned long end);

/* Where an area begins, with what is kept free below it. */
unsigned long vm_start_gap(const struct vm_area_struct *vma);

/* The highest place below mmap_base that has room for length bytes, whole
 * pages. Returns its address, or -ENOMEM. */
unsigned long unmapped_area_topdown(struct mm_struct *mm, unsigned long length);

/* Make this range, where nothing is, an area, or a part of its neighbours if
 * they are alike. The file gets one user more if need be. Returns NULL if there
 * is no memory. */
struct vm_area_struct *vma_add(struct mm_struct *mm, unsigned long start,
                               unsigned long end, unsigned long vm_flags,
                               struct file *file, unsigned long pgoff);

/* Put an area in its place in the list. */
void insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma);

/* Make two of an area; it keeps what is below the address. Returns 0, or
 * -ENOMEM. */
int split_vma(struct vm_area_struct *vma, unsigned long address);

/* Make one area of this and the next one if they are neighbours and alike. */
void vma_merge_next(struct vm_area_struct *vma);

/* Take this range, of which some is the area's, away from it. Only if it lies
 * within the area, with something left on both sides, this can fail. Returns
 * 0, or -ENOMEM. */
int vma_cut(struct vm_area_struct *vma, unsigned long start, unsigned long end);

/* Change where an area begins or ends: the one place where total_vm changes. */
void vma_adjust(struct vm_area_struct *vma, unsigned long start,
                unsigned long end);

#endif
