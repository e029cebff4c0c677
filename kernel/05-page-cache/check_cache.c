/* check_cache.c - is the page cache as it must be?
 *
 * A page of a file is known by itself (struct page), by the hash table and by
 * the lists of lru.h. A page that is clean has a witness outside of memory, the
 * disk: their bytes must be the same.
 */
#include "buddy.h"
#include "check_parts.h"
#include "disk.h"
#include "diskfs.h"
#include "filemap.h"
#include "lru.h"
#include "vma.h"

#include <string.h>

/* What the walk over the frames has met. */
struct met {
    unsigned long pages[NR_STAT_ITEMS];
    unsigned long lru[NR_LRU_LISTS];
};

static bool is_on_disk(const struct page *page)
{
    return page->mapping->a_ops != NULL;
}

/* How many use the frame. */
static int users_of(const struct page *page)
{
    spin_lock(&normal_zone.lock);
    int users = page_count(page);
    spin_unlock(&normal_zone.lock);
    return users;
}

/* A clean page that nobody is about to change must be what the disk has. */
static const char *check_bytes(struct page *page)
{
    unsigned long size = page->mapping->host->i_size;
    unsigned long start = page->index << PAGE_SHIFT;

    if (size <= start || users_of(page) != 1 + page_mapcount(page) ||
        test_page_bit(page, PG_dirty) || test_page_bit(page, PG_writeback))
        return NULL;
    size_t bytes = size - start < PAGE_SIZE ? size - start : PAGE_SIZE;
    if (memcmp(page_address(page), diskfs_block(page), bytes) != 0)
        return broken("page %lu of %s: clean, but the disk has other bytes",
                      page->index, page->mapping->host->i_name);
    return NULL;
}

static const char *check_page(struct page *page, struct met *met)
{
    const char *name = page->mapping->host->i_name;

    if (find_page(page->mapping, page->index) != page)
        return broken("page %lu of %s: not found in the cache", page->index,
                      name);
    if (PageAnon(page) || page->order != 0)
        return broken("page %lu of %s: no single frame of a file", page->index,
                      name);
    if (users_of(page) < 1 + page_mapcount(page))
        return broken("page %lu of %s: %d users and %d PTEs", page->index, name,
                      users_of(page), page_mapcount(page));
    met->pages[NR_FILE_PAGES]++;
    met->pages[NR_FILE_DIRTY] += test_page_bit(page, PG_dirty);
    if (is_on_disk(page))
        return check_bytes(page);
    met->pages[NR_SHMEM]++;
    return NULL;
}

static const char *check_lru(enum lru_list list)
{
    const struct list_head *before = &lru_lists[list];
    unsigned long pages = 0;

    for (; before->next != &lru_lists[list]; before = before->next, pages++) {
        const struct page *page = list_entry(before->next, struct page, lru);
        if (!is_struct_page(page) || page->lru.prev != before)
            return broken("LRU list %d: page %lu of it does not lead back",
                          list, pages);
        if (page->mapping == NULL || !is_on_disk(page))
            return broken("LRU list %d: frame %lu is of no file on a disk",
                          list, page_to_pfn(page));
        if (test_page_bit(page, PG_active) != (list == LRU_ACTIVE))
            return broken("LRU list %d: frame %lu belongs on the other", list,
                          page_to_pfn(page));
    }
    if (pages != nr_lru[list])
        return broken("LRU list %d: %lu pages, not %lu", list, nr_lru[list],
                      pages);
    return NULL;
}

static const char *check_all(void)
{
    static const char *const names[] = {"file", "shmem", "dirty"};
    struct met met = {0};
    const char *trouble = NULL;

    for (unsigned long pfn = 0; pfn < max_pfn && trouble == NULL; pfn++)
        if (pfn_to_page(pfn)->mapping != NULL)
            trouble = check_page(pfn_to_page(pfn), &met);
    for (int list = 0; list < NR_LRU_LISTS && trouble == NULL; list++)
        trouble = check_lru(list);
    for (int i = 0; i < NR_STAT_ITEMS && trouble == NULL; i++)
        if (met.pages[i] != node_stat[i])
            trouble = broken("node_stat: %lu %s pages, not %lu", node_stat[i],
                             names[i], met.pages[i]);
    if (trouble == NULL && nr_lru[LRU_INACTIVE] + nr_lru[LRU_ACTIVE] !=
                               met.pages[NR_FILE_PAGES] - met.pages[NR_SHMEM])
        trouble = broken("a page of a file on a disk is on no LRU list");
    return trouble;
}

const char *check_page_cache(void)
{
    spin_lock(&page_cache_lock);
    const char *trouble = check_all();
    spin_unlock(&page_cache_lock);
    return trouble;
}

/* ---- areas and PTEs of files ---- */

const char *check_file_vma(struct vm_area_struct *vma)
{
    struct vm_area_struct *other;
    bool found = false;

    spin_lock(&page_cache_lock);
    list_for_each_entry(other, &vma->vm_file->f_mapping->i_mmap, shared) {
        if (other == vma)
            found = true;
    }
    spin_unlock(&page_cache_lock);
    if (!found)
        return broken("area %lx: its file does not know of it", vma->vm_start);
    return NULL;
}

const char *check_file_pte(unsigned long address, pteval_t entry)
{
    const struct page *page = pte_page(entry);

    if (page->mapping == NULL)
        return broken("PTE of %lx: frame %lu is of no file", address,
                      page_to_pfn(page));
    if (entry & _PAGE_RW && is_on_disk(page) && !test_page_bit(page, PG_dirty))
        return broken("PTE of %lx: writable, but page %lu of the file is clean",
                      address, page->index);
    return NULL;
}
