/* vma.c - the areas of an address space
 *
 * Invariant: areas are whole pages, they stand in the list in the order of
 * their addresses, and no two overlap. An area has the same rights all over.
 *
 * A search walks along the list. (Some processes have thousands of areas. So
 * Linux had a red-black tree beside the list, and since 6.1 has a maple tree
 * alone.)
 */
#include "vma.h"
#include "slab.h"

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

unsigned long unmapped_area_topdown(struct mm_struct *mm, unsigned long length)
{
    unsigned long high = mm->mmap_base; /* where the gap ends */
    struct vm_area_struct *vma = vma_at(mm, mm->mmap.prev);

    for (; vma != NULL; vma = vma_prev(vma)) {
        if (high >= vma->vm_end && high - vma->vm_end >= length)
            return high - length;
        if (high > vma->vm_start)
            high = vma->vm_start;
    }
    return high >= TASK_MIN + length ? high - length : (unsigned long)-ENOMEM;
}

/* ---- to change them ---- */

void insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma)
{
    struct vm_area_struct *next = find_vma(mm, vma->vm_start);

    list_add_tail(&vma->vm_list, next != NULL ? &next->vm_list : &mm->mmap);
    mm->map_count++;
    mm->total_vm += vma_pages(vma);
}

void remove_vma(struct vm_area_struct *vma)
{
    list_del(&vma->vm_list);
    vma->vm_mm->map_count--;
    vma->vm_mm->total_vm -= vma_pages(vma);
    kmem_cache_free(vm_area_cachep, vma);
}

struct vm_area_struct *vma_add(struct mm_struct *mm, unsigned long start,
                               unsigned long end, unsigned long vm_flags)
{
    struct vm_area_struct range = {
        .vm_mm = mm,
        .vm_start = start,
        .vm_end = end,
        .vm_flags = vm_flags,
    };
    struct vm_area_struct *vma = vm_area_alloc();

    if (vma == NULL)
        return NULL;
    *vma = range;
    insert_vm_struct(mm, vma);
    return vma;
}
