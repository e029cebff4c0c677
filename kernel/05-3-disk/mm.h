/* mm.h - an address space: what a process may use, and what it has got
 *
 * A process sees addresses, not frames. What it may use is written down as
 * areas: ranges of addresses with the same rights and the same contents. What
 * it has got is written down in its page table: which frame stands behind an
 * address. An area costs a struct, however long it is; frames come only when
 * the process touches its pages.
 *
 *   TASK_MIN     start_brk    brk            mmap_base       TASK_SIZE
 *   |            [   heap     ]->        <-[ mappings ]  <-[ stack ]|
 *
 * All processes use the same addresses. Each has an mm of its own, in which
 * they mean something else. (In Linux the rest of a process stands in its
 * task_struct. Here there is no rest: a process is its mm.)
 */
#ifndef MM_H
#define MM_H

#include "list.h"
#include "memory.h"
#include "pgtable.h"
#include "spinlock.h"

#include <sys/mman.h> /* PROT_READ, MAP_SHARED ...: the host's are Linux's */

/* Addresses of processes. Below them, and above, lies what the host has. */
#define TASK_MIN  0x10000000UL
#define TASK_SIZE 0x70000000UL

/* So much below TASK_SIZE is kept for a stack. */
#define STACK_ROOM 0x800000UL

/* How close to a stack, which grows downwards, nothing is put. */
#define STACK_GUARD_GAP (256 * PAGE_SIZE)

/* A process can have so many open files. */
#define NR_OPEN 16

/* What may be done with an area (vm_flags). */
#define VM_READ  0x1UL
#define VM_WRITE 0x2UL
#define VM_EXEC  0x4UL
#define VM_SHARED                                                              \
    0x8UL                    /* writes are for all who map the same; not set:  \
                              * they are for this process alone */
#define VM_GROWSDOWN 0x100UL /* a stack: a fault just below it extends it */

struct vm_area_struct {
    unsigned long vm_start; /* its first address, */
    unsigned long vm_end;   /* and the first one after it: whole pages */
    struct list_head vm_list;
    struct mm_struct *vm_mm;
    unsigned long vm_flags;
    struct file *vm_file;   /* what it shows; NULL: nothing, it is anonymous */
    unsigned long vm_pgoff; /* its first page is this page of the file, or 0 */

    struct list_head shared; /* the link in the i_mmap of the file */
};

/* What the frames hold that a process has got. */
enum mm_counter { MM_FILEPAGES, MM_ANONPAGES, NR_MM_COUNTERS };

struct mm_struct {
    pthread_mutex_t mmap_lock; /* guards all of the mm, and of its areas */
    struct list_head mmap;     /* its areas, from low addresses to high */
    unsigned long map_count;   /* how many they are */
    unsigned long total_vm;    /* and their pages */
    pte_t *pgd;                /* the root of the page table */
    unsigned long nr_tables;   /* frames that the page table takes */
    unsigned long rss[NR_MM_COUNTERS]; /* frames that it has (resident) */
    unsigned long min_flt;             /* page faults met without a disk, */
    unsigned long maj_flt;             /* and with one (major) */
    unsigned long start_brk, brk;      /* the heap; brk may be within a page */
    unsigned long mmap_base;           /* mappings go below */
    struct file *fd_array[NR_OPEN];    /* its open files */
    int pid;
    struct list_head mmlist; /* the link in the list of all */
};

/* One thread works on an mm at a time. (Linux has a reader-writer lock here,
 * called mmap_sem before 5.8. Page faults take it for reading, as they do not
 * change areas; since 6.4 most of them lock one area only. Changes of the page
 * table have further locks there.) Whoever holds it may sleep. */
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
