/* k05_page_cache.c - reclaim, and what is dropped
 *
 * Memory is full of pages of files, and somebody needs frames.
 */
#include "files.h"

#include "disk.h"
#include "inode.h"
#include "lru.h"
#include "pages.h"
#include "rmap.h"
#include "slab.h"
#include "vma.h"
#include "vmscan.h"
#include "vmstat.h"
#include "writeback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Let the page cache forget the file. */
static void must_drop(int fd)
{
    sys_fsync(fd);
    ck_assert_int_eq(drop_caches(1), 0);
    ck_assert_uint_eq(pages_of(fd), 0);
}

/* ---- reclaim ---- */

/* Fill all memory that is free with clean pages of a file. */
static int must_fill(const char *name)
{
    int fd = must_make(name, FRAMES, 1);
    sys_fsync(fd);
    ck_assert_uint_lt(pages_of(fd), FRAMES);
    ck_assert_uint_gt(pages_of(fd), FRAMES / 2);
    must_be_sound("the page cache takes all memory");
    return fd;
}

START_TEST(clean_pages_go_when_a_process_needs_frames)
{
    must_mount();
    int fd = must_fill("file");
    unsigned long writes = disk->writes;
    unsigned long pages = FRAMES - FRAMES / 4;
    char *heap = must_map_file(-1, pages, PRIVATE);
    for (unsigned i = 0; i < pages; i++)
        paint(heap + PAGES(i), PAGE_SIZE, i);
    ck_assert_uint_lt(pages_of(fd), FRAMES / 4);
    ck_assert_uint_eq(disk->writes, writes);
    must_be_sound("a large heap");
    for (unsigned i = 0; i < pages; i++)
        ck_assert(is_painted(heap + PAGES(i), PAGE_SIZE, i));
    must_read(fd, PAGES(5), PAGE_SIZE, 6);
}
END_TEST

START_TEST(dirty_pages_are_written_first)
{
    must_mount();
    int fd = must_make("file", 400, 1);
    ck_assert_uint_eq(disk->writes, 0);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 400);
    char *heap = must_map_file(-1, 800, PRIVATE);
    for (unsigned i = 0; i < 800; i++)
        store_byte(heap + PAGES(i), 1);
    ck_assert_uint_gt(disk->writes, 200);
    must_be_sound("a large heap");
    sys_munmap((unsigned long)heap, PAGES(800));
    for (unsigned i = 0; i < 400; i++)
        must_read(fd, PAGES(i), PAGE_SIZE, 1 + i);
}
END_TEST

/* Through a mapping of it, which no frame can stay behind. */
START_TEST(a_file_may_be_longer_than_memory)
{
    struct mm_struct *mm = must_mount();
    unsigned long pages = FRAMES + FRAMES / 2;
    int fd = must_open("file");
    ck_assert_int_eq(sys_ftruncate(fd, PAGES(pages)), 0);
    char *map = must_map_file(fd, pages, MAP_SHARED);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < pages; i++)
            paint(map + PAGES(i), 100, i + round);
        must_be_sound("stores to a long file");
        for (unsigned i = 0; i < pages; i++)
            ck_assert(is_painted(map + PAGES(i), 100, i + round));
    }
    ck_assert_uint_gt(mm->maj_flt, pages);
    sys_munmap((unsigned long)map, PAGES(pages));
    for (unsigned i = 0; i < pages; i++)
        must_read(fd, PAGES(i), 100, i + 1);
}
END_TEST

START_TEST(what_cannot_be_had_again_stays)
{
    struct mm_struct *mm = must_mount();
    char *heap = must_map_file(-1, 300, PRIVATE);
    char *shared = must_map_file(-1, 300, SHARED);
    for (unsigned i = 0; i < 300; i++) {
        paint(heap + PAGES(i), PAGE_SIZE, i);
        paint(shared + PAGES(i), PAGE_SIZE, i + 1);
    }
    unsigned long faults = mm->min_flt;
    must_make("file", FRAMES, 1);
    for (unsigned i = 0; i < 300; i++) {
        ck_assert(is_painted(heap + PAGES(i), PAGE_SIZE, i));
        ck_assert(is_painted(shared + PAGES(i), PAGE_SIZE, i + 1));
    }
    ck_assert_uint_eq(mm->min_flt, faults);
}
END_TEST

START_TEST(a_long_file_does_not_drive_out_what_is_used)
{
    must_mount();
    int used = must_make("used", 50, 1);
    for (int i = 0; i < 3; i++)
        for (unsigned page = 0; page < 50; page++)
            must_read(used, PAGES(page), PAGE_SIZE, 1 + page);
    ck_assert_uint_eq(nr_lru[LRU_ACTIVE], 50);
    int once = must_fill("once");
    ck_assert_uint_eq(pages_of(used), 50);
    for (unsigned i = 0; i < FRAMES; i++) {
        sys_lseek(once, (long)PAGES(i), SEEK_SET);
        sys_read(once, (unsigned long)buffer, PAGE_SIZE);
    }
    ck_assert_uint_eq(pages_of(used), 50);
    must_be_sound("a scan");
}
END_TEST

/* The page table says what is used, and reclaim looks there. */
START_TEST(a_mapped_page_that_is_used_stays)
{
    struct mm_struct *mm = must_mount();
    int fd = must_make("file", 20, 1);
    sys_sync();
    char *map = must_map_file(fd, 20, MAP_SHARED);
    int other = must_open("other");
    for (unsigned i = 0; i < 4 * FRAMES; i++) {
        must_write(other, PAGES(i % FRAMES), PAGE_SIZE, i % FRAMES);
        for (unsigned page = 0; page < 10; page++)
            load_byte(map + PAGES(page));
    }
    ck_assert_uint_eq(mm->maj_flt, 0);
    for (unsigned page = 0; page < 20; page++)
        ck_assert_msg((find_page(mapping_of(fd), page) != NULL) == (page < 10),
                      "page %u", page);
    must_be_sound("pages used and not used");
}
END_TEST

START_TEST(who_cannot_wait_gets_nothing_from_the_cache)
{
    static struct page *taken[FRAMES];
    int count = 0;

    must_mount();
    int fd = must_fill("file");
    unsigned long pages = pages_of(fd);
    while ((taken[count] = alloc_pages(GFP_ATOMIC, 0)) != NULL)
        count++;
    ck_assert_int_gt(count, 0);
    ck_assert_uint_eq(pages_of(fd), pages);
    while ((taken[count] = alloc_pages(GFP_KERNEL, 0)) != NULL)
        count++;
    ck_assert_uint_eq(pages_of(fd), 0);
    while (count > 0)
        __free_pages(taken[--count], 0);
    must_be_sound("all frames were taken");
}
END_TEST

/* Every second frame is free, the others hold pages of a file. */
START_TEST(frames_in_a_row_are_made_free_too)
{
    static struct page *taken[FRAMES], *rest[FRAMES];
    unsigned count = 0, left = 0;

    must_mount();
    int fd = must_open("file");
    while (normal_zone.free_pages > normal_zone.watermark[WMARK_HIGH] + 10) {
        must_write(fd, PAGES(count), PAGE_SIZE, count);
        taken[count++] = alloc_pages(GFP_KERNEL, 0);
    }
    while ((rest[left] = alloc_pages(GFP_ATOMIC, 0)) != NULL)
        left++;
    for (unsigned i = 0; i < count; i++)
        __free_pages(taken[i], 0);
    ck_assert_uint_gt(normal_zone.free_pages, FRAMES / 4);
    ck_assert_ptr_null(alloc_pages(GFP_ATOMIC, 6));
    struct page *page = alloc_pages(GFP_KERNEL, 6);
    ck_assert_ptr_nonnull(page);
    __free_pages(page, 6);
    while (left > 0)
        __free_pages(rest[--left], 0);
    must_be_sound("a large block");
    for (unsigned i = 0; i < count; i++)
        must_read(fd, PAGES(i), PAGE_SIZE, i);
}
END_TEST

/* To copy a page table takes frames, and so reclaim may take away the very page
 * whose PTE is about to be copied. */
START_TEST(fork_may_lose_the_page_that_it_copies)
{
    static struct page *taken[FRAMES];
    struct mm_struct *mm = must_mount();
    int fd = must_make("file", 1, 1), count = 0;
    unsigned long lost = 0;

    sys_sync();
    char *map = must_map_file(fd, 1, MAP_SHARED);
    struct address_space *mapping = mapping_of(fd);
    for (int spare = 0; spare < 30; spare++) {
        load_byte(map);
        spin_lock(&page_cache_lock);
        struct page *page = find_page(mapping, 0);
        page_referenced(page); /* from now on it has not been used */
        clear_page_bit(page, PG_referenced);
        spin_unlock(&page_cache_lock);
        unsigned long left = normal_zone.watermark[WMARK_LOW];
        while (normal_zone.free_pages > left + (unsigned long)spare)
            taken[count++] = alloc_pages(GFP_ATOMIC, 0);
        struct mm_struct *child = dup_mm(mm);
        must_be_sound("dup_mm()");
        lost += pages_of(fd) == 0;
        if (child != NULL)
            mmput(child);
        while (count > 0)
            __free_pages(taken[--count], 0);
        ck_assert(is_painted(map, PAGE_SIZE, 1));
    }
    ck_assert_uint_gt(lost, 0);
}
END_TEST

/* So may a store to a private mapping. Then the process has a copy of it. */
START_TEST(a_store_may_lose_the_page_that_it_copies)
{
    static struct page *taken[FRAMES];
    int count = 0;

    must_mount();
    int fd = must_make("file", 1, 1);
    sys_sync();
    struct address_space *mapping = mapping_of(fd);
    for (int spare = 0; spare < 5; spare++) {
        char *map = must_map_file(fd, 1, MAP_PRIVATE);
        load_byte(map);
        spin_lock(&page_cache_lock);
        struct page *page = find_page(mapping, 0);
        page_referenced(page); /* from now on it has not been used */
        clear_page_bit(page, PG_referenced);
        spin_unlock(&page_cache_lock);
        unsigned long left = normal_zone.watermark[WMARK_LOW];
        while (normal_zone.free_pages > left + (unsigned long)spare)
            taken[count++] = alloc_pages(GFP_ATOMIC, 0);
        store_byte(map, 'x');
        must_be_sound("a store");
        while (count > 0)
            __free_pages(taken[--count], 0);
        ck_assert_int_eq(load_byte(map), 'x');
        ck_assert_int_eq(load_byte(map + 1),
                         load_byte(must_map_file(fd, 1, MAP_SHARED) + 1));
        sys_munmap((unsigned long)map, PAGE_SIZE);
    }
}
END_TEST

/* ---- drop_caches ---- */

START_TEST(clean_pages_are_dropped_and_nothing_else)
{
    struct mm_struct *mm = must_mount();
    char *heap = must_map_file(-1, 100, PRIVATE);
    char *shared = must_map_file(-1, 10, SHARED);
    for (unsigned i = 0; i < 100; i++)
        paint(heap + PAGES(i), PAGE_SIZE, i);
    paint(shared, PAGES(10), 77);
    int clean = must_make("clean", 100, 1);
    int mapped = must_make("mapped", 100, 1);
    sys_sync();
    int dirty = must_make("dirty", 100, 1);
    char *map = must_map_file(mapped, 100, MAP_SHARED);
    for (int i = 0; i < 5; i++)
        load_byte(map + PAGES(10 * i));
    unsigned long free = normal_zone.free_pages, rss = mm->rss[MM_ANONPAGES];

    ck_assert_int_eq(drop_caches(1), 0);
    ck_assert_uint_eq(pages_of(clean), 0);
    ck_assert_uint_eq(pages_of(mapped), 5);
    ck_assert_uint_eq(pages_of(dirty), 100);
    ck_assert_uint_eq(normal_zone.free_pages, free + 195);
    must_be_sound("drop_caches()");
    sys_sync();
    ck_assert_int_eq(drop_caches(3), 0);
    ck_assert_uint_eq(pages_of(dirty), 0);
    ck_assert_uint_eq(mm->rss[MM_ANONPAGES], rss);
    for (unsigned i = 0; i < 100; i++)
        ck_assert(is_painted(heap + PAGES(i), PAGE_SIZE, i));
    ck_assert(is_painted(shared, PAGES(10), 77));
    must_read(dirty, PAGES(99), PAGE_SIZE, 100);
}
END_TEST

static unsigned long objects_of(const char *name)
{
    struct kmem_cache *cache;
    unsigned long objects = 0;

    list_for_each_entry(cache, &slab_caches, list) {
        if (strcmp(cache->name, name) == 0)
            for (struct list_head *link = cache->node.slabs_full.next;
                 link != &cache->node.slabs_full; link = link->next)
                objects += cache->num;
    }
    return objects;
}

START_TEST(files_without_pages_are_forgotten)
{
    char name[20];

    must_mount();
    int fd = must_make("with pages", 1, 1);
    sys_close(fd);
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof(name), "file-%d", i);
        sys_close(must_open(name));
    }
    ck_assert_int_eq(sys_close(must_open("open")), 0);
    int open = must_open("open");
    unsigned long free = normal_zone.free_pages;
    ck_assert_uint_gt(objects_of("inode_cache"), 20);
    ck_assert_int_eq(drop_caches(2), 0);
    ck_assert_uint_eq(objects_of("inode_cache"), 0);
    ck_assert_uint_gt(normal_zone.free_pages, free);
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 1);
    ck_assert_int_eq(sys_lseek(open, 0, SEEK_END), 0);
    must_be_sound("drop_caches()");
    fd = must_open("with pages");
    unsigned long reads = disk->reads;
    must_read(fd, 0, PAGE_SIZE, 1);
    ck_assert_uint_eq(disk->reads, reads);
}
END_TEST

START_TEST(free_has_the_format_of_the_command)
{
    char text[500], last[20];
    unsigned long n[6];
    int end = 0;

    must_start(16384);
    FILE *file = fmemopen(text, sizeof(text), "w");
    free_show(file);
    fclose(file);
    static const char head[] =
        "               total        used        free      shared  buff/cache  "
        " available\n";
    ck_assert_msg(strncmp(text, head, strlen(head)) == 0, "%s", text);
    ck_assert_int_eq(sscanf(text + strlen(head),
                            "Mem: %lu %lu %lu %lu %lu %lu\nSwap: 0 0 %s%n", n,
                            n + 1, n + 2, n + 3, n + 4, n + 5, last, &end),
                     7);
    ck_assert_uint_eq(n[0], 64);
    ck_assert_uint_ge(n[2], 62);
    ck_assert_uint_eq(n[3], 0);
    ck_assert_uint_eq(n[4], 0);
    ck_assert_uint_eq(strcspn(text + strlen(head), "\n"), strlen(head) - 1);
}
END_TEST

/* A file that has lost its name has its blocks as long as it is open. */
START_TEST(a_file_without_a_name_has_its_blocks)
{
    must_mount();
    int fd = must_make("file", 3, 1);
    ck_assert_int_eq(sys_unlink("file"), 0);
    int other = must_make("file", 3, 50);
    must_drop(fd);
    must_drop(other);
    must_read(fd, PAGES(2), PAGE_SIZE, 3);
    must_read(other, PAGES(2), PAGE_SIZE, 52);
}
END_TEST

START_TEST(shared_memory_is_on_no_disk_and_stays)
{
    must_mount();
    int fd = sys_shm_open("/name", O_CREAT);
    must_write(fd, 0, 5000, 3);
    sys_close(fd);
    ck_assert_int_eq(drop_caches(3), 0);
    ck_assert_uint_eq(node_stat[NR_SHMEM], 2);
    fd = sys_shm_open("/name", 0);
    must_read(fd, 0, 5000, 3);
    sys_close(fd);
    ck_assert_int_eq(sys_shm_unlink("/name"), 0);
    ck_assert_uint_eq(node_stat[NR_SHMEM], 0);
    ck_assert_int_eq(drop_caches(0), -EINVAL);
    ck_assert_int_eq(drop_caches(4), -EINVAL);
    must_be_sound("shm_unlink()");
}
END_TEST

/* ---- threads ---- */

/* All files together are more than memory. */
#define FILE_PAGES 300

START_TEST(threads_use_more_than_there_is)
{
    must_use_files(FILE_PAGES, NULL);
}
END_TEST

static void *flush(void *argument)
{
    while (__atomic_load_n(&work, __ATOMIC_RELAXED)) {
        wb_writeback(20);
        drop_caches(1);
        usleep(500);
    }
    return argument;
}

/* The disk may write a page while it is changed; then it is written again. So
 * this is not for ThreadSanitizer. */
START_TEST(a_flusher_writes_what_threads_change)
{
    must_use_files(FILE_PAGES, flush);
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static struct page *first, *second;

static void a_page_on_no_list(void)
{
    list_del(&second->lru);
    nr_lru[LRU_INACTIVE]--;
}

static void a_list_with_no_way_back(void)
{
    first->lru.prev = &first->lru;
}

static void a_page_on_the_wrong_list(void)
{
    set_page_bit(first, PG_active);
}

static void a_wrong_length(void)
{
    nr_lru[LRU_ACTIVE]++;
}

static void a_stranger_on_a_list(void)
{
    list_add(&zero_page->lru, &lru_lists[LRU_ACTIVE]);
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {a_page_on_no_list, "a page of a file on a disk is on no LRU list"},
    {a_list_with_no_way_back, "LRU list 0: page "},
    {a_page_on_the_wrong_list, "belongs on the other"},
    {a_wrong_length, "LRU list 1: 1 pages, not 0"},
    {a_stranger_on_a_list, "is of no file on a disk"},
};

START_TEST(the_check_finds_what_is_broken)
{
    must_mount();
    int fd = must_make("file", 3, 1);
    sys_sync();
    first = find_page(mapping_of(fd), 0);
    second = find_page(mapping_of(fd), 1);
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

TCase *k05_random(void);

void add_k05(Suite *suite)
{
    TCase *reclaim = tcase_create("reclaim");
    tcase_add_test(reclaim, clean_pages_go_when_a_process_needs_frames);
    tcase_add_test(reclaim, dirty_pages_are_written_first);
    tcase_add_test(reclaim, a_file_may_be_longer_than_memory);
    tcase_add_test(reclaim, what_cannot_be_had_again_stays);
    tcase_add_test(reclaim, a_long_file_does_not_drive_out_what_is_used);
    tcase_add_test(reclaim, a_mapped_page_that_is_used_stays);
    tcase_add_test(reclaim, who_cannot_wait_gets_nothing_from_the_cache);
    tcase_add_test(reclaim, frames_in_a_row_are_made_free_too);
    tcase_add_test(reclaim, fork_may_lose_the_page_that_it_copies);
    tcase_add_test(reclaim, a_store_may_lose_the_page_that_it_copies);
    tcase_set_timeout(reclaim, 10);
    suite_add_tcase(suite, reclaim);

    TCase *drop = tcase_create("drop_caches");
    tcase_add_test(drop, clean_pages_are_dropped_and_nothing_else);
    tcase_add_test(drop, files_without_pages_are_forgotten);
    tcase_add_test(drop, a_file_without_a_name_has_its_blocks);
    tcase_add_test(drop, shared_memory_is_on_no_disk_and_stays);
    tcase_add_test(drop, free_has_the_format_of_the_command);
    suite_add_tcase(suite, drop);

    suite_add_tcase(suite, k05_random());

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, threads_use_more_than_there_is);
    tcase_set_timeout(threads, 20);
    suite_add_tcase(suite, threads);

    TCase *flusher = tcase_create("flusher");
    tcase_add_test(flusher, a_flusher_writes_what_threads_change);
    tcase_set_timeout(flusher, 20);
    suite_add_tcase(suite, flusher);

    TCase *check = tcase_create("check");
    tcase_add_loop_test(check, the_check_finds_what_is_broken, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
