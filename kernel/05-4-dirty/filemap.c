/* filemap.c - the page cache: the pages of files that are in memory
 *
 * Invariants: there is at most one page for a file and an index. It is found in
 * the hash table by them, as long as page->mapping is set. While it is read it
 * is locked, and whoever else needs it waits.
 */
#include "filemap.h"
#include "buddy.h"

#include <errno.h>
#include <string.h>

spinlock_t page_cache_lock = PTHREAD_MUTEX_INITIALIZER;
unsigned long node_stat[NR_STAT_ITEMS];

#define PAGE_HASH_SIZE 4096
static struct page *page_hash_table[PAGE_HASH_SIZE];

/* All who wait for some page wait here. */
static pthread_cond_t page_waitqueue = PTHREAD_COND_INITIALIZER;

void page_cache_init(void)
{
    memset(page_hash_table, 0, sizeof(page_hash_table));
    memset(node_stat, 0, sizeof(node_stat));
}

/* ---- the hash table ---- */

static struct page **page_hash(const struct address_space *mapping,
                               unsigned long index)
{
    unsigned long key = (unsigned long)mapping / sizeof(*mapping) + index;
    return &page_hash_table[key % PAGE_HASH_SIZE];
}

struct page *find_page(struct address_space *mapping, unsigned long index)
{
    struct page *page = *page_hash(mapping, index);

    while (page != NULL && (page->mapping != mapping || page->index != index))
        page = page->next_hash;
    return page;
}

static void add_to_page_cache(struct page *page, struct address_space *mapping,
                              unsigned long index)
{
    struct page **chain = page_hash(mapping, index);

    page->mapping = mapping;
    page->index = index;
    page->next_hash = *chain;
    *chain = page;
    mapping->nrpages++;
    node_stat[NR_FILE_PAGES]++;
    if (mapping->a_ops == NULL)
        node_stat[NR_SHMEM]++;
}

void delete_from_page_cache(struct page *page)
{
    struct page **link = page_hash(page->mapping, page->index);

    while (*link != page)
        link = &(*link)->next_hash;
    *link = page->next_hash;
    page->mapping->nrpages--;
    node_stat[NR_FILE_PAGES]--;
    node_stat[NR_FILE_DIRTY] -= test_page_bit(page, PG_dirty);
    if (page->mapping->a_ops == NULL)
        node_stat[NR_SHMEM]--;
    page->mapping = NULL;
    clear_page_bit(page, PG_dirty);
    __free_pages(page, 0);
}

void truncate_inode_pages(struct address_space *mapping)
{
    spin_lock(&page_cache_lock);
    for (unsigned long index = 0; mapping->nrpages > 0; index++) {
        struct page *page = find_page(mapping, index);
        if (page != NULL)
            delete_from_page_cache(page);
    }
    spin_unlock(&page_cache_lock);
}

/* ---- to wait for a page ---- */

void wait_on_page_bit(struct page *page, enum pageflags bit)
{
    while (test_page_bit(page, bit))
        pthread_cond_wait(&page_waitqueue, &page_cache_lock);
}

void end_page_bit(struct page *page, enum pageflags bit)
{
    clear_page_bit(page, bit);
    pthread_cond_broadcast(&page_waitqueue);
}

/* ---- to get a page ---- */

struct page *find_get_page(struct address_space *mapping, unsigned long index)
{
    spin_lock(&page_cache_lock);
    struct page *page = find_page(mapping, index);
    if (page != NULL)
        get_page(page);
    spin_unlock(&page_cache_lock);
    return page;
}

/* A page that is not in the cache, unless another thread was faster. If it is
 * new it is locked, and to be filled by the caller. */
static struct page *add_new_page(struct address_space *mapping,
                                 unsigned long index, bool *new)
{
    struct page *own = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
    if (own == NULL)
        return NULL;

    spin_lock(&page_cache_lock);
    struct page *page = find_page(mapping, index);
    *new = page == NULL;
    if (*new) {
        page = own;
        set_page_bit(page, PG_locked);
        add_to_page_cache(page, mapping, index);
    }
    get_page(page);
    spin_unlock(&page_cache_lock);
    if (!*new)
        __free_pages(own, 0);
    return page;
}

/* Read the page, if there is something to read. */
static bool fill_page(struct address_space *mapping, struct page *page)
{
    if (mapping->a_ops == NULL || page->index >= i_pages(mapping->host))
        return false;
    mapping->a_ops->readpage(page);
    return true;
}

int read_cache_page(struct address_space *mapping, unsigned long index,
                    struct page **result)
{
    bool new = false, read = false;
    struct page *page = find_get_page(mapping, index);

    if (page == NULL)
        page = add_new_page(mapping, index, &new);
    if (page == NULL)
        return -ENOMEM;
    if (new)
        read = fill_page(mapping, page);
    spin_lock(&page_cache_lock);
    if (new)
        end_page_bit(page, PG_locked);
    else
        wait_on_page_bit(page, PG_locked);
    spin_unlock(&page_cache_lock);
    *result = page;
    return read;
}

int filemap_fault(struct file *file, unsigned long index, struct page **page)
{
    if (index >= i_pages(file->f_mapping->host))
        return -EINVAL;
    return read_cache_page(file->f_mapping, index, page);
}

/* ---- to change one ---- */

void set_page_dirty(struct page *page)
{
    spin_lock(&page_cache_lock);
    if (page->mapping->a_ops != NULL && !test_page_bit(page, PG_dirty)) {
        set_page_bit(page, PG_dirty);
        node_stat[NR_FILE_DIRTY]++;
    }
    spin_unlock(&page_cache_lock);
}

void zero_tail(struct inode *inode)
{
    unsigned long size = inode->i_size, offset = size % PAGE_SIZE;
    struct page *page = find_get_page(&inode->i_data, size >> PAGE_SHIFT);

    if (page == NULL)
        return;
    memset((char *)page_address(page) + offset, 0, PAGE_SIZE - offset);
    put_page(page);
}
