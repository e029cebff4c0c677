/* fork.c - address spaces begin and end
 *
 * fork() gives a child the memory of its parent. To copy all of it would take
 * long, and most of it would never be used: often the child calls exec() at
 * once. So only areas and page tables are copied. Both processes lose the right
 * to write to the pages that they share now. Who writes first gets a page
 * fault, and the copy.
 */
#include "fork.h"
#include "file.h"
#include "mmap.h"
#include "pages.h"
#include "sched.h"
#include "shmem.h"
#include "slab.h"
#include "trace.h"

#include <errno.h>

struct list_head mmlist;
pthread_mutex_t mmlist_lock = PTHREAD_MUTEX_INITIALIZER;

static struct kmem_cache *mm_cachep;
static int last_pid;

int mm_init(void)
{
    INIT_LIST_HEAD(&mmlist);
    last_pid = 0;
    mm_cachep =
        kmem_cache_create("mm_struct", sizeof(struct mm_struct), 0, NULL);
    return mm_cachep != NULL ? 0 : -ENOMEM;
}

struct mm_struct *mm_alloc(void)
{
    struct mm_struct *mm = kmem_cache_alloc(mm_cachep, GFP_KERNEL);

    if (mm == NULL)
        return NULL;
    *mm = (struct mm_struct){
        .start_brk = TASK_MIN,
        .brk = TASK_MIN,
        .mmap_base = TASK_SIZE - STACK_ROOM,
    };
    if (pgd_alloc(mm) != 0) {
        kmem_cache_free(mm_cachep, mm);
        return NULL;
    }
    pthread_mutex_init(&mm->mmap_lock, NULL);
    INIT_LIST_HEAD(&mm->mmap);
    pthread_mutex_lock(&mmlist_lock);
    mm->pid = ++last_pid;
    list_add_tail(&mm->mmlist, &mmlist);
    pthread_mutex_unlock(&mmlist_lock);
    return mm;
}

static int dup_vma(struct mm_struct *mm, const struct vm_area_struct *from)
{
    struct vm_area_struct *vma = vm_area_alloc();

    if (vma == NULL)
        return -ENOMEM;
    *vma = *from;
    vma->vm_mm = mm;
    if (vma->vm_file != NULL)
        get_file(vma->vm_file);
    insert_vm_struct(mm, vma);
    return copy_page_range(mm, from);
}

static int dup_mmap(struct mm_struct *mm, struct mm_struct *from)
{
    struct vm_area_struct *vma;
    int error = 0;

    mmap_write_lock(from);
    mmap_write_lock(mm);
    mm->start_brk = from->start_brk;
    mm->brk = from->brk;
    mm->mmap_base = from->mmap_base;
    dup_fd(mm, from);
    list_for_each_entry(vma, &from->mmap, vm_list)
        if ((error = dup_vma(mm, vma)) != 0)
            break;
    mmap_write_unlock(mm);
    mmap_write_unlock(from);
    return error;
}

struct mm_struct *dup_mm(struct mm_struct *from)
{
    struct mm_struct *mm = mm_alloc();

    if (mm != NULL && dup_mmap(mm, from) != 0) {
        mmput(mm);
        return NULL;
    }
    return mm;
}

static void exit_mmap(struct mm_struct *mm)
{
    mmap_write_lock(mm);
    do_munmap(mm, TASK_MIN, TASK_SIZE - TASK_MIN);
    mmap_write_unlock(mm);
}

void mmput(struct mm_struct *mm)
{
    pthread_mutex_lock(&mmlist_lock);
    list_del(&mm->mmlist);
    pthread_mutex_unlock(&mmlist_lock);
    exit_files(mm);
    exit_mmap(mm);
    if (mm == current_mm)
        switch_mm(NULL);
    pgd_free(mm);
    kmem_cache_free(mm_cachep, mm);
}
