/* shmem.c - files of frames: what can be mapped
 *
 * Invariant: the file is a user of each frame that it has got, so that frames
 * stay when nobody maps them.
 */
#include "shmem.h"
#include "buddy.h"
#include "kmalloc.h"

#include <errno.h>

static unsigned long nr_pages(const struct file *file)
{
    return (file->size + PAGE_SIZE - 1) >> PAGE_SHIFT;
}

struct file *shmem_file_setup(const char *name, unsigned long size)
{
    static atomic_ulong last_ino;
    struct file *file = kzalloc(sizeof(*file), GFP_KERNEL);

    if (file == NULL)
        return NULL;
    file->f_count = 1;
    file->name = name;
    file->size = size;
    file->pages = kzalloc(nr_pages(file) * sizeof(*file->pages), GFP_KERNEL);
    if (file->pages == NULL) {
        kfree(file);
        return NULL;
    }
    file->ino = ++last_ino;
    spin_lock_init(&file->lock);
    return file;
}

struct file *get_file(struct file *file)
{
    file->f_count++;
    return file;
}

void fput(struct file *file)
{
    if (--file->f_count > 0)
        return;
    for (unsigned long i = 0; i < nr_pages(file); i++)
        if (file->pages[i] != NULL)
            __free_pages(file->pages[i], 0);
    kfree(file->pages);
    kfree(file);
}

int shmem_getpage(struct file *file, unsigned long index, struct page **page)
{
    int error = 0;

    if (index >= nr_pages(file))
        return -EINVAL;
    spin_lock(&file->lock);
    if (file->pages[index] == NULL)
        file->pages[index] = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
    *page = file->pages[index];
    if (*page != NULL)
        get_page(*page);
    else
        error = -ENOMEM;
    spin_unlock(&file->lock);
    return error;
}
