/* filemap.h - the page cache: the pages of files that are in memory
 *
 * A disk is slow, so what was read from it stays in memory. A page of a file is
 * in memory once: read() and write() copy from and to its frame, and all
 * processes that map the file have this frame in their page tables. So all see
 * the same bytes at once, and the disk is told later: until then the page is
 * dirty.
 *
 * The pages of all files are found by one hash table, from file and index.
 * (Linux had that until 2.4. Since then each file has a tree of its own, first
 * a radix tree and since 4.20 an xarray. So threads that use different files
 * do not wait for each other, and the pages of a file are found in order.)
 *
 * The cache is a user of each of its frames.
 */
#ifndef FILEMAP_H
#define FILEMAP_H

#include "buddy.h"
#include "fs.h"

/* Guards the hash table, i_mmap and nrpages of all files, and the bits of their
 * pages. It comes after the lock of an mm. Whoever holds it may not ask for
 * memory, and not wait for a disk. */
extern spinlock_t page_cache_lock;

/* Pages in the cache: all; those of files of no disk; those that are dirty. */
enum node_stat_item { NR_FILE_PAGES, NR_SHMEM, NR_FILE_DIRTY, NR_STAT_ITEMS };
extern unsigned long node_stat[NR_STAT_ITEMS];

void page_cache_init(void);

/* The page in the cache, or NULL if it is not there. With page_cache_lock. */
struct page *find_page(struct address_space *mapping, unsigned long index);

/* The same, for one user, and without the lock. */
struct page *find_get_page(struct address_space *mapping, unsigned long index);

/* The page, for one user. If it is not in the cache it is read from the disk;
 * beyond the end of the file, or if it has no disk, it is zeros. Returns 0, or
 * 1 if it had to be read, or -ENOMEM. */
int read_cache_page(struct address_space *mapping, unsigned long index,
                    struct page **page);

/* The same for a page fault: -EINVAL beyond the end of the file. */
int filemap_fault(struct file *file, unsigned long index, struct page **page);

/* The page has been written to. */
void set_page_dirty(struct page *page);

/* The file becomes longer. Zeros are to stand between its old end and the next
 * byte that is written; but in its last page, a process may have written
 * something behind the end. */
void zero_tail(struct inode *inode);

/* With page_cache_lock, which is given up meanwhile: wait for the end of what
 * this bit says. The caller is a user of the page. */
void wait_on_page_bit(struct page *page, enum pageflags bit);

/* With page_cache_lock: this is the end of it. */
void end_page_bit(struct page *page, enum pageflags bit);

/* With page_cache_lock: take a page, which nobody else uses, out of the cache;
 * and free it, if the caller is no user of it, either. */
void delete_from_page_cache(struct page *page);

/* Take all pages of a file out of the cache, dirty or not. Nobody uses it. */
void truncate_inode_pages(struct address_space *mapping);

/* One user of a page less; the last one frees it. */
static inline void put_page(struct page *page)
{
    __free_pages(page, 0);
}

#endif
