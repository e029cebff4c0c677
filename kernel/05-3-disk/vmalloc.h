/* vmalloc.h - memory of any size, in frames from anywhere
 *
 * A large block of neighbouring frames is hard to find once memory is
 * fragmented; single frames are not. vmalloc() takes single frames and maps
 * them one behind the other into a range of addresses that is kept for that:
 *
 *   addresses   [area: 0 1 2 |guard][area: 0 1 |guard]       [area: 0 |guard]
 *   frames             17 4 99             5 80                      3
 *
 * So neighbours by address need not be neighbours by number. Behind each area
 * lies a page where nothing is mapped, so that who runs over its end is stopped
 * there and does not meet the next one. To map takes time, for each page. (It
 * takes more here, where each page is a call of the host; Linux writes an entry
 * of its page table.)
 *
 * The list of an area's frames comes from kmalloc(). So for more than 512 pages
 * it takes a block of neighbouring frames itself, if a small one: 2 for each
 * 1024 pages. (Linux takes a list that is longer than a page from vmalloc(),
 * whose own list is 512 times shorter.)
 */
#ifndef VMALLOC_H
#define VMALLOC_H

#include "list.h"
#include "memory.h"
#include "spinlock.h"

#define VMALLOC_SIZE (1UL << 26) /* bytes of addresses. (Linux: 32 TiB) */

struct vm_struct {
    struct list_head list; /* the link in vmap_area_list */
    char *addr;
    unsigned nr_pages;   /* without the guard */
    struct page **pages; /* their frames */
};

extern char *vmalloc_start; /* where the addresses begin */

/* All areas, by address. */
extern struct list_head vmap_area_list;
extern spinlock_t vmap_area_lock; /* guards it */

/* Returns 0, or what the host has against it. kmalloc_init() comes before. */
int vmalloc_init(void);

/* Give all addresses back to the host. */
void vmalloc_stop(void);

/* So many bytes, at the start of a page. They are not cleared. It may sleep.
 * Returns NULL if there is no memory, or if size is 0. */
void *vmalloc(size_t size);

/* For NULL nothing is done. It may sleep. (In Linux it need not: in an
 * interrupt it leaves the work to a kernel thread.) */
void vfree(const void *addr);

/* The frame that is mapped at this address, or NULL if there is none. */
struct page *vmalloc_to_page(const void *addr);

static inline bool is_vmalloc_addr(const void *addr)
{
    return (unsigned long)addr - (unsigned long)vmalloc_start < VMALLOC_SIZE;
}

#endif
