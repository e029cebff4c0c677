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

/* The area below this one; NULL: there is none. */
struct vm_area_struct *vma_prev(const struct vm_area_struct *vma);

/* The first area that ends above this address; NULL: none does. The address may
 * lie in it or before it. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long address);

/* The first area of which something lies in this range, or NULL. */
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm,
                                             unsigned long start,
                                             unsigned long end);

/* The highest place below mmap_base that has room for length bytes, whole
 * pages. Returns its address, or -ENOMEM. */
unsigned long unmapped_area_topdown(struct mm_struct *mm, unsigned long length);

/* Make this range, where nothing is, an area. Returns NULL if there is no
 * memory. */
struct vm_area_struct *vma_add(struct mm_struct *mm, unsigned long start,
                               unsigned long end, unsigned long vm_flags);

/* Put an area in its place in the list. */
void insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma);

/* Take it out of there, and free it. */
void remove_vma(struct vm_area_struct *vma);

#endif
