/* mm.h - an address space: what a process may use
 *
 * A process sees addresses, not frames. What it may use is written down as
 * areas: ranges of addresses with the same rights and the same contents. An
 * area costs a struct, however long it is.
 *
 *   TASK_MIN                                 mmap_base       TASK_SIZE
 *   |                                    <-[ mappings ]             |
 *
 * All processes use the same addresses. Each has an mm of its own, in which
 * they mean something else. (In Linux the rest of a process stands in its
 * task_struct. Here there is no rest: a process is its mm.)
 */
#ifndef MM_H
#define MM_H

#include "list.h"
#include "memory.h"
#include "spinlock.h"

#include <sys/mman.h> /* PROT_READ, MAP_PRIVATE ...: the host's are Linux's */

/* Addresses of processes. Below them, and above, lies what the host has. */
#define TASK_MIN  0x10000000UL
#define TASK_SIZE 0x70000000UL

/* So much below TASK_SIZE is kept for a stack. */
#define STACK_ROOM 0x800000UL

/* What may be done with an area (vm_flags). */
#define VM_READ  0x1UL
#define VM_WRITE 0x2UL
#define VM_EXEC  0x4UL

struct vm_area_struct {
    unsigned long vm_start; /* its first address, */
    unsigned long vm_end;   /* and the first one after it: whole pages */
    struct list_head vm_list;
    struct mm_struct *vm_mm;
    unsigned long vm_flags;
};

struct mm_struct {
    pthread_mutex_t mmap_lock; /* guards all of the mm, and of its areas */
    struct list_head mmap;     /* its areas, from low addresses to high */
    unsigned long map_count;   /* how many they are */
    unsigned long total_vm;    /* and their pages */
    unsigned long mmap_base;   /* mappings go below */
    int pid;
    struct list_head mmlist; /* the link in the list of all */
};

/* One thread works on an mm at a time. (Linux has a reader-writer lock here,
 * called mmap_sem before 5.8.) Whoever holds it may sleep. */
static inline void mmap_write_lock(struct mm_struct *mm)
{
    pthread_mutex_lock(&mm->mmap_lock);
}

static inline void mmap_write_unlock(struct mm_struct *mm)
{
    pthread_mutex_unlock(&mm->mmap_lock);
}

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
    return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* Up to the next start of a page. */
static inline unsigned long PAGE_ALIGN(unsigned long address)
{
    return (address + PAGE_SIZE - 1) & -PAGE_SIZE;
}

/* A system call that returns an address returns -errno if it fails. */
static inline bool IS_ERR_VALUE(unsigned long value)
{
    return value >= -4095UL;
}

#endif
