/* lru.c - which pages of files were used last
 *
 * Invariant: a page is on the active list if and only if PG_active is set.
 */
#include "lru.h"

struct list_head lru_lists[NR_LRU_LISTS];
unsigned long nr_lru[NR_LRU_LISTS];

void lru_init(void)
{
    for (int list = 0; list < NR_LRU_LISTS; list++) {
        INIT_LIST_HEAD(&lru_lists[list]);
        nr_lru[list] = 0;
    }
}

static enum lru_list list_of(const struct page *page)
{
    return test_page_bit(page, PG_active) ? LRU_ACTIVE : LRU_INACTIVE;
}

void lru_add(struct page *page, enum lru_list list)
{
    if (list == LRU_ACTIVE)
        set_page_bit(page, PG_active);
    list_add(&page->lru, &lru_lists[list]);
    nr_lru[list]++;
}

void lru_del(struct page *page)
{
    list_del(&page->lru);
    nr_lru[list_of(page)]--;
    clear_page_bit(page, PG_active);
}

void mark_page_accessed(struct page *page)
{
    if (!test_page_bit(page, PG_referenced)) {
        set_page_bit(page, PG_referenced);
    } else if (!test_page_bit(page, PG_active)) {
        lru_del(page);
        lru_add(page, LRU_ACTIVE);
        clear_page_bit(page, PG_referenced);
    }
}
