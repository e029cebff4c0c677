/* fork.c - address spaces begin and end
 *
 * One begins with no area, and in the end all that it has are forgotten.
 */
#include "fork.h"
#include "sched.h"
#include "slab.h"

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
        .mmap_base = TASK_SIZE - STACK_ROOM,
    };
    pthread_mutex_init(&mm->mmap_lock, NULL);
    INIT_LIST_HEAD(&mm->mmap);
    pthread_mutex_lock(&mmlist_lock);
    mm->pid = ++last_pid;
    list_add_tail(&mm->mmlist, &mmlist);
    pthread_mutex_unlock(&mmlist_lock);
    return mm;
}

static void exit_mmap(struct mm_struct *mm)
{
    mmap_write_lock(mm);
    while (!list_empty(&mm->mmap))
        remove_vma(list_first_entry(&mm->mmap, struct vm_area_struct, vm_list));
    mmap_write_unlock(mm);
}

void mmput(struct mm_struct *mm)
{
    pthread_mutex_lock(&mmlist_lock);
    list_del(&mm->mmlist);
    pthread_mutex_unlock(&mmlist_lock);
    exit_mmap(mm);
    if (mm == current_mm)
        switch_mm(NULL);
    kmem_cache_free(mm_cachep, mm);
}
