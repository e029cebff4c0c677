/* vma.c - the areas of an address space
 *
 * Invariant: areas are whole pages, they stand in the list in the order of
 * their addresses, and no two overlap. An area has the same rights all over,
 * and shows one file from front to back, or none.
 *
 * Areas that touch and are alike become one where that is easily noticed: else
 * a heap that grows step by step would be a thousand areas. But two such areas
 * are no mistake.
 *
 * A search walks along the list. (Some processes have thousands of areas. So
 * Linux had a red-black tree beside the list, and since 6.1 has a maple tree
 * alone.)
 */
#include "vma.h"
#include "rmap.h"
#include "shmem.h"
#include "slab.h"
#include "trace.h"

#include <errno.h>

unsigned long sysctl_max_map_count = 65530;

static struct kmem_cache *vm_area_cachep;

int vma_init(void)
{
    vm_area_cachep = kmem_cache_create("vm_area_struct",
                                       sizeof(struct vm_area_struct), 0, NULL);
    return vm_area_cachep != NULL ? 0 : -ENOMEM;
}

struct vm_area_struct *vm_area_alloc(void)
{
    return kmem_cache_alloc(vm_area_cachep, GFP_KERNEL);
}

/* ---- to find one ---- */

static struct vm_area_struct *vma_at(struct mm_struct *mm,
                                     struct list_head *link)
{
    if (link == &mm->mmap)
        return NULL;
    return list_entry(link, struct vm_area_struct, vm_list);
}

struct vm_area_struct *vma_next(const struct vm_area_struct *vma)
{
    return vma_at(vma->vm_mm, vma->vm_list.next);
}

struct vm_area_struct *vma_prev(const struct vm_area_struct *vma)
{
    return vma_at(vma->vm_mm, vma->vm_list.prev);
}

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long address)
{
    struct vm_area_struct *vma;

    list_for_each_entry(vma, &mm->mmap, vm_list)
        if (address < vma->vm_end)
            return vma;
    return NULL;
}

struct vm_area_struct *find_vma_intersection(struct mm_struct *mm,
                                             unsigned long start,
                                             unsigned long end)
{
    struct vm_area_struct *vma = find_vma(mm, start);
    return vma != NULL && vma->vm_start < end ? vma : NULL;
}

/* ---- to find room ---- */

unsigned long vm_start_gap(const struct vm_area_struct *vma)
{
    if (vma->vm_flags & VM_GROWSDOWN)
        return vma->vm_start - STACK_GUARD_GAP;
    return vma->vm_start;
}

unsigned long unmapped_area_topdown(struct mm_struct *mm, unsigned long length)
{
    unsigned long high = mm->mmap_base; /* where the gap ends */
    struct vm_area_struct *vma = vma_at(mm, mm->mmap.prev);

    for (; vma != NULL; vma = vma_prev(vma)) {
        if (high >= vma->vm_end && high - vma->vm_end >= length)
            return high - length;
        if (high > vm_start_gap(vma))
            high = vm_start_gap(vma);
    }
    return high >= TASK_MIN + length ? high - length : (unsigned long)-ENOMEM;
}

/* ---- to change them ---- */

void vma_adjust(struct vm_area_struct *vma, unsigned long start,
                unsigned long end)
{
    vma->vm_mm->total_vm -= vma_pages(vma);
    if (vma->vm_file != NULL)
        vma->vm_pgoff += (start >> PAGE_SHIFT) - (vma->vm_start >> PAGE_SHIFT);
    vma->vm_start = start;
    vma->vm_end = end;
    vma->vm_mm->total_vm += vma_pages(vma);
}

void insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma)
{
    struct vm_area_struct *next = find_vma(mm, vma->vm_start);

    list_add_tail(&vma->vm_list, next != NULL ? &next->vm_list : &mm->mmap);
    mm->map_count++;
    mm->total_vm += vma_pages(vma);
    if (vma->vm_file != NULL)
        vma_link_file(vma);
}

static void remove_vma(struct vm_area_struct *vma)
{
    list_del(&vma->vm_list);
    vma->vm_mm->map_count--;
    vma->vm_mm->total_vm -= vma_pages(vma);
    if (vma->vm_file != NULL) {
        vma_unlink_file(vma);
        fput(vma->vm_file);
    }
    kmem_cache_free(vm_area_cachep, vma);
}

/* Can these two be one? An anonymous area has no pages in an order of its own,
 * so there the places always fit. */
static bool can_vma_merge(const struct vm_area_struct *low,
                          const struct vm_area_struct *high)
{
    if (low->vm_end != high->vm_start || low->vm_flags != high->vm_flags ||
        low->vm_file != high->vm_file)
        return false;
    return low->vm_file == NULL ||
           low->vm_pgoff + vma_pages(low) == high->vm_pgoff;
}

void vma_merge_next(struct vm_area_struct *vma)
{
    struct vm_area_struct *next = vma_next(vma);

    if (next == NULL || !can_vma_merge(vma, next))
        return;
    unsigned long end = next->vm_end;
    remove_vma(next);
    vma_adjust(vma, vma->vm_start, end);
}

/* Let the neighbour of a range have it, if they are alike; and both, if all
 * three are. */
static struct vm_area_struct *vma_merge(struct mm_struct *mm,
                                        const struct vm_area_struct *range)
{
    struct vm_area_struct *next = find_vma(mm, range->vm_start);
    struct vm_area_struct *prev =
        vma_at(mm, next != NULL ? next->vm_list.prev : mm->mmap.prev);

    if (prev != NULL && can_vma_merge(prev, range)) {
        vma_adjust(prev, prev->vm_start, range->vm_end);
        vma_merge_next(prev);
        return prev;
    }
    if (next != NULL && can_vma_merge(range, next)) {
        vma_adjust(next, range->vm_start, next->vm_end);
        return next;
    }
    return NULL;
}

struct vm_area_struct *vma_add(struct mm_struct *mm, unsigned long start,
                               unsigned long end, unsigned long vm_flags,
                               struct file *file, unsigned long pgoff)
{
    struct vm_area_struct range = {
        .vm_mm = mm,
        .vm_start = start,
        .vm_end = end,
        .vm_flags = vm_flags,
        .vm_file = file,
        .vm_pgoff = pgoff,
    };
    struct vm_area_struct *vma = vma_merge(mm, &range);

    if (vma != NULL) {
        trace(FLOOR_AREA, "area %lx-%lx: %lu pages longer", vma->vm_start,
              vma->vm_end, (end - start) >> PAGE_SHIFT);
        return vma;
    }
    trace(FLOOR_AREA, "area %lx-%lx: new, %lu pages", start, end,
          (end - start) >> PAGE_SHIFT);
    vma = vm_area_alloc();
    if (vma == NULL)
        return NULL;
    *vma = range;
    if (file != NULL)
        get_file(file);
    insert_vm_struct(mm, vma);
    return vma;
}

int split_vma(struct vm_area_struct *vma, unsigned long address)
{
    struct vm_area_struct *high = vm_area_alloc();

    if (high == NULL)
        return -ENOMEM;
    *high = *vma;
    if (high->vm_file != NULL) {
        get_file(high->vm_file);
        high->vm_pgoff += (address - vma->vm_start) >> PAGE_SHIFT;
    }
    high->vm_start = address;
    vma_adjust(vma, vma->vm_start, address);
    insert_vm_struct(vma->vm_mm, high);
    return 0;
}

int vma_cut(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
    if (vma->vm_start < start && end < vma->vm_end) {
        if (vma->vm_mm->map_count >= sysctl_max_map_count ||
            split_vma(vma, end) != 0)
            return -ENOMEM;
    }
    if (vma->vm_start < start)
        vma_adjust(vma, vma->vm_start, start);
    else if (end < vma->vm_end)
        vma_adjust(vma, end, vma->vm_end);
    else
        remove_vma(vma);
    return 0;
}
