/* rmap.c - the areas that show a file
 */
#include "rmap.h"
#include "filemap.h"

void vma_link_file(struct vm_area_struct *vma)
{
    spin_lock(&page_cache_lock);
    list_add(&vma->shared, &vma->vm_file->f_mapping->i_mmap);
    spin_unlock(&page_cache_lock);
}

void vma_unlink_file(struct vm_area_struct *vma)
{
    spin_lock(&page_cache_lock);
    list_del(&vma->shared);
    spin_unlock(&page_cache_lock);
}
