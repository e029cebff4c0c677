/* check.c - is the kernel's data as it must be?
 *
 * Checking after every operation finds a mistake where it is made, not
 * thousands of operations later where it hurts. What is asked here are the
 * invariants that stand at the head of the files. The time is in proportion to
 * the memory.
 */
#include "check.h"
#include "array_cache.h"
#include "buddy.h"
#include "disk.h"
#include "diskfs.h"
#include "filemap.h"
#include "fork.h"
#include "pages.h"
#include "vma.h"
#include "vmalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the walk over the frames has met. */
struct found {
    unsigned long free_blocks[MAX_ORDER];
    unsigned long free_pages;
};

/* Put the finding in words. */
__attribute__((format(printf, 1, 2))) static const char *
broken(const char *format, ...)
{
    static _Thread_local char words[160];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    return words;
}

/* ---- blocks: each frame lies in one ---- */

/* Is this a possible block, free or in use? */
static const char *check_block(const struct page *page)
{
    unsigned long pfn = page_to_pfn(page);

    if (PageBuddy(page) && page_count(page) != 0)
        return broken("frame %lu: free, but with %d users", pfn,
                      page_count(page));
    if (!PageBuddy(page) && page_count(page) <= 0)
        return broken("frame %lu: neither free nor in use", pfn);
    if (page->order >= MAX_ORDER)
        return broken("frame %lu: a block of order %u", pfn, page->order);
    if (pfn % (1UL << page->order) != 0)
        return broken("frame %lu: a block of order %u is not aligned", pfn,
                      page->order);
    if (max_pfn - pfn < 1UL << page->order)
        return broken("frame %lu: a block of order %u goes beyond the end", pfn,
                      page->order);
    return NULL;
}

/* Do the other frames of the block say that no block begins there? */
static const char *check_other_frames(const struct page *page)
{
    for (unsigned long i = 1; i < 1UL << page->order; i++)
        if (PageBuddy(page + i) || page_count(page + i) != 0)
            return broken("frame %lu: a block within a block of order %u",
                          page_to_pfn(page + i), page->order);
    return NULL;
}

/* Could this free block have been merged? */
static const char *check_merged(const struct page *page)
{
    unsigned long pfn = page_to_pfn(page);
    unsigned long buddy_pfn = pfn ^ 1UL << page->order;

    if (page->order == MAX_ORDER - 1 || buddy_pfn >= max_pfn)
        return NULL;
    const struct page *buddy = pfn_to_page(buddy_pfn);
    if (PageBuddy(buddy) && buddy->order == page->order)
        return broken("frame %lu: a free block and its free buddy, of order %u",
                      pfn, page->order);
    return NULL;
}

static const char *check_blocks(struct found *found)
{
    const char *trouble;
    unsigned long pfn = 0;

    while (pfn < max_pfn) {
        const struct page *page = pfn_to_page(pfn);
        if ((trouble = check_block(page)) != NULL ||
            (trouble = check_other_frames(page)) != NULL)
            return trouble;
        if (PageBuddy(page)) {
            if ((trouble = check_merged(page)) != NULL)
                return trouble;
            found->free_blocks[page->order]++;
            found->free_pages += 1UL << page->order;
        }
        pfn += 1UL << page->order;
    }
    return NULL;
}

/* ---- free lists: all free blocks of one order, and nothing else ---- */

/* Each link leads back to the one before it. So the walk meets none twice, and
 * it comes to an end. */
static const char *check_free_list(const struct free_area *area, unsigned order,
                                   unsigned long blocks)
{
    const struct list_head *before = &area->free_list;
    unsigned long listed = 0;

    for (; before->next != &area->free_list; before = before->next) {
        const struct page *page = list_entry(before->next, struct page, lru);
        if (!is_struct_page(page))
            return broken("free list %u: a link leads to no page", order);
        if (page->lru.prev != before)
            return broken("free list %u: frame %lu does not lead back", order,
                          page_to_pfn(page));
        if (!PageBuddy(page) || page->order != order)
            return broken("free list %u: frame %lu is no free block of it",
                          order, page_to_pfn(page));
        listed++;
    }
    if (area->free_list.prev != before)
        return broken("free list %u: its end is not where the head says",
                      order);
    if (listed != blocks)
        return broken("free list %u: %lu blocks of %lu", order, listed, blocks);
    if (area->nr_free != blocks)
        return broken("free list %u: nr_free is %lu, not %lu", order,
                      area->nr_free, blocks);
    return NULL;
}

static const char *check_zone(struct zone *zone)
{
    struct found found = {0};
    const char *trouble = check_blocks(&found);

    for (unsigned order = 0; order < MAX_ORDER && trouble == NULL; order++)
        trouble = check_free_list(&zone->free_area[order], order,
                                  found.free_blocks[order]);
    if (trouble == NULL && zone->free_pages != found.free_pages)
        trouble = broken("free_pages is %lu, not %lu", zone->free_pages,
                         found.free_pages);
    return trouble;
}

static const char *check_buddy(void)
{
    spin_lock(&normal_zone.lock);
    const char *trouble = check_zone(&normal_zone);
    spin_unlock(&normal_zone.lock);
    return trouble;
}

/* ---- slabs, and the arrays in front of them ---- */

/* That nothing is free twice is found by a mark for each free object, in a map
 * of all places in memory where one can begin. The map comes from the host, and
 * is kept for the next check. */
static unsigned char *marks; /* a bit for each PLACE bytes of memory */
static size_t marks_size;

#define PLACE sizeof(void *)

static void lock_slabs(void)
{
    struct kmem_cache *cache;

    spin_lock(&slab_mutex);
    for (int cpu = 0; cpu < NR_CPUS; cpu++)
        hold_cpu(cpu);
    list_for_each_entry(cache, &slab_caches, list)
        spin_lock(&cache->node.list_lock);
}

static void unlock_slabs(void)
{
    struct kmem_cache *cache;

    list_for_each_entry(cache, &slab_caches, list)
        spin_unlock(&cache->node.list_lock);
    for (int cpu = NR_CPUS - 1; cpu >= 0; cpu--)
        release_cpu(cpu);
    spin_unlock(&slab_mutex);
}

/* Returns false if it has a mark already. */
static bool mark(const void *object)
{
    size_t place = (size_t)((char *)object - direct_map) / PLACE;
    unsigned char bit = (unsigned char)(1u << place % 8);
    bool marked = marks[place / 8] & bit;

    marks[place / 8] |= bit;
    return !marked;
}

static const char *check_indices(const struct kmem_cache *cache,
                                 const struct page *page)
{
    unsigned long pfn = page_to_pfn(page);

    for (unsigned i = page->active; i < cache->num; i++) {
        unsigned index = page->freelist[i];
        if (index >= cache->num)
            return broken("%s: slab at frame %lu: object %u of %u is free",
                          cache->name, pfn, index, cache->num);
        if (!mark(index_to_obj(cache, page, index)))
            return broken("%s: slab at frame %lu: object %u is free twice",
                          cache->name, pfn, index);
    }
    return NULL;
}

/* Is this a slab, with as many objects in use as one on its list may have? */
static const char *check_slab(const struct kmem_cache *cache,
                              const struct page *page, unsigned least,
                              unsigned most)
{
    unsigned long pfn = page_to_pfn(page);
    const char *start = page_address(page), *s_mem = page->s_mem;

    if (!PageSlab(page) || page->slab_cache != cache ||
        page->order != cache->gfporder)
        return broken("%s: frame %lu is no slab of it", cache->name, pfn);
    if (page->active < least || page->active > most)
        return broken("%s: slab at frame %lu: %u of %u objects in use, on the "
                      "wrong list",
                      cache->name, pfn, page->active, cache->num);
    if (s_mem < start ||
        s_mem + cache->size * cache->num >
            (cache->off_slab ? start + (PAGE_SIZE << page->order)
                             : (char *)page->freelist))
        return broken("%s: slab at frame %lu: objects go beyond it",
                      cache->name, pfn);
    return check_indices(cache, page);
}

static const char *check_slab_list(const struct kmem_cache *cache,
                                   const struct list_head *head, unsigned least,
                                   unsigned most, unsigned long *free,
                                   unsigned long *slabs)
{
    const struct list_head *before = head;
    const char *trouble;

    for (; before->next != head; before = before->next) {
        const struct page *page = list_entry(before->next, struct page, lru);
        if (!is_struct_page(page) || page->lru.prev != before)
            return broken("%s: a list of slabs is broken", cache->name);
        if ((trouble = check_slab(cache, page, least, most)) != NULL)
            return trouble;
        *free += cache->num - page->active;
        ++*slabs;
    }
    return NULL;
}

static const char *check_node(const struct kmem_cache *cache,
                              unsigned long *slabs)
{
    const struct kmem_cache_node *node = &cache->node;
    unsigned long free = 0;
    const char *trouble;

    if ((trouble = check_slab_list(cache, &node->slabs_free, 0, 0, &free,
                                   slabs)) != NULL ||
        (trouble = check_slab_list(cache, &node->slabs_partial, 1,
                                   cache->num - 1, &free, slabs)) != NULL ||
        (trouble = check_slab_list(cache, &node->slabs_full, cache->num,
                                   cache->num, &free, slabs)) != NULL)
        return trouble;
    if (node->free_objects != free)
        return broken("%s: free_objects is %lu, not %lu", cache->name,
                      node->free_objects, free);
    return NULL;
}

static const char *check_array(const struct kmem_cache *cache,
                               const struct array_cache *ac)
{
    if (ac->avail > ac->limit)
        return broken("%s: an array of %u objects has %u", cache->name,
                      ac->limit, ac->avail);
    for (unsigned i = 0; i < ac->avail; i++) {
        virt_to_slab(cache, ac->entry[i]);
        if (!mark(ac->entry[i]))
            return broken("%s: %p lies in an array, and is free elsewhere",
                          cache->name, ac->entry[i]);
    }
    return NULL;
}

static const char *check_cache(const struct kmem_cache *cache,
                               unsigned long *slabs)
{
    const char *trouble = check_node(cache, slabs);

    for (int cpu = 0; cpu < NR_CPUS && trouble == NULL; cpu++)
        trouble = check_array(cache, cache->cpu_cache[cpu]);
    if (trouble == NULL)
        trouble = check_array(cache, cache->node.shared);
    return trouble;
}

static const char *check_caches(void)
{
    const struct kmem_cache *cache;
    const char *trouble = NULL;
    unsigned long listed = 0, marked = 0;

    list_for_each_entry(cache, &slab_caches, list)
        if ((trouble = check_cache(cache, &listed)) != NULL)
            return trouble;
    for (unsigned long pfn = 0; pfn < max_pfn; pfn++)
        marked += PageSlab(pfn_to_page(pfn));
    if (marked != listed)
        return broken("%lu frames begin a slab, but lists have %lu", marked,
                      listed);
    return NULL;
}

static const char *check_slabs(void)
{
    size_t size = max_pfn * (PAGE_SIZE / PLACE / 8);

    if (size > marks_size) {
        free(marks);
        marks = malloc(size);
        marks_size = marks != NULL ? size : 0;
    }
    if (marks == NULL)
        return broken("there is no memory for the check");
    memset(marks, 0, size);
    return check_caches();
}

/* ---- areas of vmalloc(), and blocks of kmalloc() ---- */

static const char *check_area_frames(const struct vm_struct *area)
{
    for (unsigned i = 0; i < area->nr_pages; i++) {
        const struct page *page = area->pages[i];
        if (!is_struct_page(page) || page_count(page) != 1 || PageSlab(page) ||
            page->order != 0)
            return broken("area at %p: page %u is no frame in use",
                          (void *)area->addr, i);
    }
    return NULL;
}

/* Only a block in use that is no slab can be one of kmalloc(). */
static const char *check_large_blocks(void)
{
    const char *trouble = NULL;

    spin_lock(&normal_zone.lock);
    for (unsigned long pfn = 0; pfn < max_pfn && trouble == NULL; pfn++) {
        const struct page *page = pfn_to_page(pfn);
        if (PageLargeKmalloc(page) && (page_count(page) == 0 || PageSlab(page)))
            trouble = broken("frame %lu: of kmalloc(), but not in use", pfn);
    }
    spin_unlock(&normal_zone.lock);
    return trouble;
}

static const char *check_areas(void)
{
    const struct list_head *before = &vmap_area_list;
    const char *trouble, *end = vmalloc_start;

    for (; before->next != &vmap_area_list; before = before->next) {
        const struct vm_struct *area =
            list_entry(before->next, struct vm_struct, list);
        if (area->list.prev != before)
            return broken("area at %p: the list is broken", (void *)area->addr);
        if (area->addr < end)
            return broken("area at %p: it begins before the last one ends",
                          (void *)area->addr);
        if ((trouble = check_area_frames(area)) != NULL)
            return trouble;
        end = area->addr + ((area->nr_pages + 1UL) << PAGE_SHIFT);
    }
    if (end > vmalloc_start + VMALLOC_SIZE)
        return broken("the last area ends beyond the addresses");
    return check_large_blocks();
}

/* How many use the frame. */
static int users_of(const struct page *page)
{
    spin_lock(&normal_zone.lock);
    int users = page_count(page);
    spin_unlock(&normal_zone.lock);
    return users;
}

/* ---- the page cache: a page is known in several ways, and by the disk ---- */

/* Pages of the cache that the walk over the frames has met. */
struct cached {
    unsigned long pages[NR_STAT_ITEMS];
};

static bool is_on_disk(const struct page *page)
{
    return page->mapping->a_ops != NULL;
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

static const char *check_cached_page(struct page *page, struct cached *cached)
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
    cached->pages[NR_FILE_PAGES]++;
    cached->pages[NR_FILE_DIRTY] += test_page_bit(page, PG_dirty);
    if (is_on_disk(page))
        return check_bytes(page);
    cached->pages[NR_SHMEM]++;
    return NULL;
}

/* With page_cache_lock, and the locks of all mms. */
static const char *check_page_cache(void)
{
    static const char *const names[] = {"file", "shmem", "dirty"};
    struct cached cached = {0};
    const char *trouble = NULL;

    for (unsigned long pfn = 0; pfn < max_pfn && trouble == NULL; pfn++)
        if (pfn_to_page(pfn)->mapping != NULL)
            trouble = check_cached_page(pfn_to_page(pfn), &cached);
    for (int i = 0; i < NR_STAT_ITEMS && trouble == NULL; i++)
        if (cached.pages[i] != node_stat[i])
            trouble = broken("node_stat: %lu %s pages, not %lu", node_stat[i],
                             names[i], cached.pages[i]);
    return trouble;
}

static const char *check_file_vma(struct vm_area_struct *vma)
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

static const char *check_file_pte(unsigned long address, pteval_t entry)
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

/* ---- address spaces: areas and page tables say the same ---- */

/* What the walk over an address space has met. */
struct met {
    unsigned long areas, pages;        /* areas, and their pages */
    unsigned long tables;              /* frames of the page table */
    unsigned long rss[NR_MM_COUNTERS]; /* frames behind addresses */
};

static const char *check_vma(const struct mm_struct *mm,
                             struct vm_area_struct *vma, unsigned long from)
{
    if (vma->vm_mm != mm)
        return broken("area %lx: of another mm than %d", vma->vm_start,
                      mm->pid);
    if (vma->vm_start % PAGE_SIZE != 0 || vma->vm_end % PAGE_SIZE != 0)
        return broken("area %lx-%lx: no whole pages", vma->vm_start,
                      vma->vm_end);
    if (vma->vm_start >= vma->vm_end || vma->vm_end > TASK_SIZE)
        return broken("area %lx-%lx: not a range of a process", vma->vm_start,
                      vma->vm_end);
    if (vma->vm_start < from)
        return broken("area %lx-%lx: not after the one before", vma->vm_start,
                      vma->vm_end);
    if (vma->vm_file == NULL &&
        (vma->vm_pgoff != 0 || vma->vm_flags & VM_SHARED))
        return broken("area %lx-%lx: shared or with a place, but in no file",
                      vma->vm_start, vma->vm_end);
    return vma->vm_file != NULL ? check_file_vma(vma) : NULL;
}

static const char *check_vmas(const struct mm_struct *mm, struct met *met)
{
    const struct list_head *before = &mm->mmap;
    unsigned long from = TASK_MIN;

    for (; before->next != &mm->mmap; before = before->next) {
        struct vm_area_struct *vma =
            list_entry(before->next, struct vm_area_struct, vm_list);
        if (vma->vm_list.prev != before)
            return broken("area %lx: does not lead back", vma->vm_start);
        const char *trouble = check_vma(mm, vma, from);
        if (trouble != NULL)
            return trouble;
        from = vma->vm_end;
        met->areas++;
        met->pages += vma_pages(vma);
    }
    return NULL;
}

/* Does a PTE say what its area permits, and is the frame as it must be? */
static const char *check_pte(struct mm_struct *mm, unsigned long address,
                             pteval_t entry, struct met *met)
{
    const struct vm_area_struct *vma = find_vma(mm, address);
    unsigned long pfn = (entry & PTE_PFN_MASK) >> PAGE_SHIFT;

    if (vma == NULL || vma->vm_start > address)
        return broken("PTE of %lx: in no area", address);
    if (pfn >= max_pfn || users_of(pfn_to_page(pfn)) <= 0)
        return broken("PTE of %lx: frame %lu is not in use", address, pfn);
    const struct page *page = pfn_to_page(pfn);
    bool shared = vma->vm_flags & VM_SHARED, writable = entry & _PAGE_RW;
    const char *trouble;

    if (!(entry & _PAGE_PRESENT) !=
        !(vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC)))
        return broken("PTE of %lx: present, or not, against the area", address);
    if (!(entry & _PAGE_NX) != !!(vma->vm_flags & VM_EXEC))
        return broken("PTE of %lx: may be run, or not, against the area",
                      address);
    if (writable && !(vma->vm_flags & VM_WRITE))
        return broken("PTE of %lx: writable, but the area is not", address);
    if (writable && !shared && (!PageAnon(page) || page_mapcount(page) != 1))
        return broken("PTE of %lx: writable, but frame %lu is not its own",
                      address, pfn);
    if (PageAnon(page) && (shared || users_of(page) != page_mapcount(page)))
        return broken("PTE of %lx: frame %lu has %d users and %d PTEs", address,
                      pfn, users_of(page), page_mapcount(page));
    if (vma->vm_file != NULL && !PageAnon(page) &&
        (trouble = check_file_pte(address, entry)) != NULL)
        return trouble;
    if (page != zero_page)
        met->rss[PageAnon(page) ? MM_ANONPAGES : MM_FILEPAGES]++;
    return NULL;
}

/* How many frames a table and those below it take. */
static unsigned long count_tables(const pte_t *table, unsigned level)
{
    unsigned long tables = 1;

    for (unsigned long i = 0; level > 0 && i < PTRS_PER_TABLE; i++)
        if (table[i] != 0)
            tables += count_tables(page_address(pte_page(table[i])), level - 1);
    return tables;
}

static const char *check_page_table(struct mm_struct *mm, struct met *met,
                                    int *mapcount)
{
    const char *trouble;
    pte_t *pte;

    for (unsigned long address = 0;
         (pte = next_pte(mm->pgd, &address, level_size(PT_LEVELS))) != NULL;
         address += PAGE_SIZE) {
        if ((trouble = check_pte(mm, address, *pte, met)) != NULL)
            return trouble;
        mapcount[page_to_pfn(pte_page(*pte))]++;
    }
    met->tables = count_tables(mm->pgd, PT_LEVELS - 1);
    return NULL;
}

static const char *check_mm(struct mm_struct *mm, int *mapcount)
{
    struct met met = {0};
    const char *trouble;

    if ((trouble = check_vmas(mm, &met)) != NULL ||
        (trouble = check_page_table(mm, &met, mapcount)) != NULL)
        return trouble;
    if (met.areas != mm->map_count || met.pages != mm->total_vm)
        return broken("mm %d: %lu areas of %lu pages, not %lu of %lu", mm->pid,
                      mm->map_count, mm->total_vm, met.areas, met.pages);
    if (met.tables != mm->nr_tables)
        return broken("mm %d: nr_tables is %lu, not %lu", mm->pid,
                      mm->nr_tables, met.tables);
    for (int i = 0; i < NR_MM_COUNTERS; i++)
        if (met.rss[i] != mm->rss[i])
            return broken("mm %d: rss[%d] is %lu, not %lu", mm->pid, i,
                          mm->rss[i], met.rss[i]);
    return NULL;
}

/* Each frame is told by as many PTEs as it says. */
static const char *check_mapcounts(const int *mapcount)
{
    for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
        const struct page *page = pfn_to_page(pfn);
        if (page != zero_page && page_mapcount(page) != mapcount[pfn])
            return broken("frame %lu: %d PTEs lead to it, not %d", pfn,
                          mapcount[pfn], page_mapcount(page));
    }
    return NULL;
}

/* All are locked at once, so that a frame of two is not counted in between. The
 * numbers are counted in memory of the host. */
static const char *check_mms(void)
{
    int *mapcount = calloc(max_pfn, sizeof(*mapcount));
    const char *trouble = NULL;
    struct mm_struct *mm;

    if (mapcount == NULL)
        return broken("no memory to count in");
    pthread_mutex_lock(&mmlist_lock);
    list_for_each_entry(mm, &mmlist, mmlist)
        mmap_write_lock(mm);
    list_for_each_entry(mm, &mmlist, mmlist)
        if (trouble == NULL)
            trouble = check_mm(mm, mapcount);
    if (trouble == NULL)
        trouble = check_mapcounts(mapcount);
    spin_lock(&page_cache_lock);
    if (trouble == NULL)
        trouble = check_page_cache();
    spin_unlock(&page_cache_lock);
    list_for_each_entry(mm, &mmlist, mmlist)
        mmap_write_unlock(mm);
    pthread_mutex_unlock(&mmlist_lock);
    free(mapcount);
    return trouble;
}

/* Frames come last to be locked, since they are asked for with other locks. */
const char *kernel_check(void)
{
    spin_lock(&vmap_area_lock);
    lock_slabs();
    const char *trouble = check_buddy();
    if (trouble == NULL)
        trouble = check_slabs();
    if (trouble == NULL)
        trouble = check_areas();
    unlock_slabs();
    spin_unlock(&vmap_area_lock);
    if (trouble == NULL)
        trouble = check_mms();
    return trouble;
}
