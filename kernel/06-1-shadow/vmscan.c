/* vmscan.c - reclaim: frames for others, from the page cache
 *
 * It is called by whoever needs memory, so it may not ask for any; and it may
 * not wait for locks that its caller could hold: that of an mm, above all.
 */
#include "vmscan.h"
#include "buddy.h"
#include "filemap.h"
#include "inode.h"
#include "lru.h"
#include "rmap.h"
#include "trace.h"
#include "writeback.h"

#include <errno.h>
#include <sched.h>

/* How often all pages are looked at, at most, until one can be freed. */
#define MAX_PASSES 12

/* Put a page at the newer end of a list. */
static void move_to(struct page *page, enum lru_list list)
{
    lru_del(page);
    lru_add(page, list);
}

/* Free a page of which the caller is a user, if it is the only one, and if the
 * disk has its bytes. */
static bool remove_mapping(struct page *page)
{
    if (page->mapping == NULL || test_page_bit(page, PG_dirty) ||
        test_page_bit(page, PG_writeback) || !page_has_users(page, 2))
        return false;
    delete_from_page_cache(page);
    return true;
}

static struct page *oldest_of(enum lru_list list)
{
    return list_entry(lru_lists[list].prev, struct page, lru);
}

/* ---- reclaim ---- */

/* Has a process used the page since this was asked last? If it has twice, the
 * page belongs on the active list. */
static bool was_used(struct page *page)
{
    bool before = test_page_bit(page, PG_referenced);
    bool now = page_referenced(page);

    if (before && now)
        move_to(page, LRU_ACTIVE);
    return now;
}

/* Free this page of the inactive list, if it can be done. */
static bool shrink_page(struct page *page)
{
    bool freed = false;

    get_page(page);
    move_to(page, LRU_INACTIVE);
    wait_on_page_bit(page, PG_writeback);
    if (page->mapping != NULL && !was_used(page) && try_to_unmap(page) &&
        page_has_users(page, 2)) {
        if (test_page_bit(page, PG_dirty))
            write_page(page);
        freed = remove_mapping(page);
    }
    put_page(page);
    return freed;
}

/* Keep the active list from being the longer one. */
static void shrink_active_list(void)
{
    while (nr_lru[LRU_ACTIVE] > nr_lru[LRU_INACTIVE]) {
        struct page *page = oldest_of(LRU_ACTIVE);
        page_referenced(page);
        clear_page_bit(page, PG_referenced);
        move_to(page, LRU_INACTIVE);
    }
}

/* Look at each page once, until so many are free. */
static unsigned long shrink_lists(unsigned long wanted)
{
    unsigned long freed = 0, left = nr_lru[LRU_INACTIVE] + nr_lru[LRU_ACTIVE];

    for (; left > 0 && freed < wanted; left--) {
        shrink_active_list();
        if (list_empty(&lru_lists[LRU_INACTIVE]))
            break;
        freed += shrink_page(oldest_of(LRU_INACTIVE));
    }
    return freed;
}

static unsigned long shrink_page_cache(unsigned long wanted)
{
    unsigned long freed = 0;

    for (int pass = 0; pass < MAX_PASSES && freed == 0; pass++) {
        spin_lock(&page_cache_lock);
        freed = shrink_lists(wanted);
        spin_unlock(&page_cache_lock);
        if (freed == 0)
            sched_yield(); /* perhaps another thread is in the way */
    }
    trace(FLOOR_FRAME, "reclaim: %lu frames of %lu wanted", freed, wanted);
    return freed;
}

void vmscan_init(void)
{
    try_to_free_pages = shrink_page_cache;
}

/* ---- drop_caches ---- */

static void drop_pagecache(void)
{
    spin_lock(&page_cache_lock);
    for (int list = 0; list < NR_LRU_LISTS; list++) {
        for (unsigned long left = nr_lru[list]; left > 0; left--) {
            struct page *page = oldest_of(list);
            get_page(page);
            move_to(page, list);
            remove_mapping(page);
            put_page(page);
        }
    }
    spin_unlock(&page_cache_lock);
}

int drop_caches(int what)
{
    if (what < 1 || what > 3)
        return -EINVAL;
    if (what & 1)
        drop_pagecache();
    if (what & 2)
        prune_icache();
    return 0;
}
