/* k05.c - what is dropped, and what is reclaimed: where the pages of a file are
 *
 * How it is drawn is said in files.h. The lists of pages have the newest first;
 * a star is PG_referenced.
 */
#include "files.h"

#include "buddy.h"
#include "lru.h"
#include "vmscan.h"

static bool is_dirty(const struct page *page)
{
    return test_page_bit(page, PG_dirty);
}

/* The indices of the pages of a list, from the newest to the oldest. */
static void show_list(const char *name, enum lru_list list)
{
    const struct page *page;

    printf("  %-8s", name);
    if (list_empty(&lru_lists[list]))
        printf(" -");
    list_for_each_entry(page, &lru_lists[list], lru)
        printf(" %lu%s", page->index,
               test_page_bit(page, PG_referenced) ? "*" : "");
    putchar('\n');
}

static void show_lists(const char *what)
{
    printf("%s\n", what);
    show_list("active", LRU_ACTIVE);
    show_list("inactive", LRU_INACTIVE);
}

static void unmap(char **start)
{
    sys_munmap((unsigned long)*start, PAGES(FILE_PAGES));
    *start = NULL;
}

/* Three pages in memory: one dirty, one clean, one that is mapped as well. */
static void drop(void)
{
    s = map(fd, MAP_SHARED, FILE_PAGES);
    s[0] = 'S';
    load(s + PAGES(2));
    read_pages(1, 1);
    show("s = mmap(fd, MAP_SHARED); s[0] = 'S'; load s[2 pages]; read page 1");
    drop_caches(1);
    show("drop_caches 1");
    unmap(&s);
    show("munmap(s, 6 pages);");
    drop_caches(1);
    show("drop_caches 1");
    sys_sync();
    drop_caches(1);
    show("sync(); drop_caches 1");
}

static void lists(void)
{
    read_pages(0, 6);
    show_lists("read(fd, buffer, 6 pages);");
    read_pages(0, 2);
    show_lists("read pages 0 and 1 once more");
    try_to_free_pages(2);
    show_lists("reclaim 2 frames");
    try_to_free_pages(1);
    show_lists("reclaim 1");
    try_to_free_pages(1);
    show_lists("reclaim 1");
    try_to_free_pages(1);
    show_lists("reclaim 1");
}

/* A mapped page is used without a system call. */
static void mapped(void)
{
    drop_caches(1);
    s = map(fd, MAP_SHARED, FILE_PAGES);
    load(s + PAGES(3));
    read_pages(4, 2);
    show("map the file, load s[3 pages], read pages 4 and 5");
    show_lists("the lists");
    try_to_free_pages(1);
    show("reclaim 1");
    show_lists("the lists");
    try_to_free_pages(2);
    show("reclaim 2");
    load(s + PAGES(3));
    show("load s[3 pages]");
}

int main(void)
{
    begin();
    drop();
    lists();
    mapped();
    return 0;
}
