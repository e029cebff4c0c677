/* mmap.h - areas come and go
 *
 * The caller of all functions here holds the lock of the mm.
 */
#ifndef MMAP_H
#define MMAP_H

#include "mm.h"

/* VM_READ ... of PROT_READ ... */
unsigned long calc_vm_prot_bits(int prot);

/* A place for a mapping: at the address, if flags say so or if there is room;
 * else where there is. Returns -errno if there is none. */
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long address,
                                unsigned long length, int flags);

/* Map a file from page pgoff on, or nothing if it is NULL. Returns the address,
 * or -errno. */
unsigned long do_mmap(struct mm_struct *mm, struct file *file,
                      unsigned long address, unsigned long length, int prot,
                      int flags, unsigned long pgoff);

/* Nothing is to be in this range. Returns 0, or -errno. */
int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long length);

#endif
