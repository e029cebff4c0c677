/* lru.h - which pages of files were used last
 *
 * When frames run out, pages of files go that are needed least, and nobody
 * knows which these are. What has not been used for long is the best guess
 * (least recently used). But to read a large file once must not drive out what
 * is used all the time. So there are two lists:
 *
 *   active    [newest] ... [oldest]     used at least twice
 *                             |
 *                             v         while it is the longer list
 *   inactive  [newest] ... [oldest]     new ones; and old ones on their way out
 *                             |
 *                             v         reclaim (vmscan.h)
 *
 * Pages of files of no disk are on no list: there is no place to write them to.
 * (Linux has a swap area for those, and for anonymous pages, which have two
 * lists of their own.)
 */
#ifndef LRU_H
#define LRU_H

#include "memory.h"

enum lru_list { LRU_INACTIVE, LRU_ACTIVE, NR_LRU_LISTS };

/* The lists, and how many pages they have; guarded by page_cache_lock, which
 * the caller of all functions here holds. */
extern struct list_head lru_lists[NR_LRU_LISTS];
extern unsigned long nr_lru[NR_LRU_LISTS];

void lru_init(void);

/* Put a page, which is on no list, at the newer end of a list; take it off the
 * list that it is on. */
void lru_add(struct page *page, enum lru_list list);
void lru_del(struct page *page);

/* The page has been read or written by a system call. The second time it is
 * moved to the active list. (What a process does at its addresses is seen in
 * the page table, when frames run out.) */
void mark_page_accessed(struct page *page);

#endif
