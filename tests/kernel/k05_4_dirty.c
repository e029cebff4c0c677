/* k05_4_dirty.c - which pages must be written to the disk, and when
 */
#include "files.h"

#include "disk.h"
#include "diskfs.h"
#include "writeback.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A process can store behind the end of a file, in its last page; nobody else
 * is to see that, when the file has become longer. */
START_TEST(bytes_behind_the_end_are_zeros_when_it_grows)
{
    must_mount();
    int fd = must_open("file");
    must_write(fd, 0, 100, 1);
    char *map = must_map_file(fd, 1, MAP_SHARED);
    store_byte(map + 200, 'x');
    sys_fsync(fd);
    const char *block = diskfs_block(find_page(mapping_of(fd), 0));
    ck_assert_int_eq(block[200], 0);
    ck_assert_int_eq(sys_ftruncate(fd, 300), 0);
    ck_assert_int_eq(load_byte(map + 200), 0);
    store_byte(map + 400, 'x');
    must_write(fd, 500, 1, 2);
    ck_assert_int_eq(load_byte(map + 400), 0);
    must_be_sound("a file that grows");
}
END_TEST

START_TEST(msync_waits_or_does_not)
{
    struct mm_struct *mm = must_mount();
    int fd = must_make("file", 8, 1);
    char *map = must_map_file(fd, 8, MAP_SHARED);
    unsigned long address = (unsigned long)map;
    sys_sync();
    for (int i = 0; i < 8; i++)
        store_byte(map + PAGES(i), 'a');
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 8);
    unsigned long writes = disk->writes, clock = jiffies;
    ck_assert_int_eq(sys_msync(address, PAGES(8), MS_ASYNC), 0);
    ck_assert_uint_eq(jiffies, clock);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 8);
    ck_assert_int_eq(sys_msync(address + PAGES(2), PAGES(3), MS_SYNC), 0);
    ck_assert_uint_eq(jiffies, clock + 3 * disk->ticks);
    ck_assert_uint_eq(disk->writes, writes + 3);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 5);
    must_be_sound("msync()");

    /* The next store to a page that was written is a fault. */
    unsigned long faults = mm->min_flt;
    store_byte(map + PAGES(2), 'b');
    ck_assert_uint_eq(mm->min_flt, faults + 1);
    store_byte(map + PAGES(2), 'c');
    store_byte(map, 'c');
    ck_assert_uint_eq(mm->min_flt, faults + 1);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 6);
}
END_TEST

START_TEST(many_changes_are_written_once)
{
    must_mount();
    int fd = must_make("file", 1, 1);
    sys_sync();
    unsigned long writes = disk->writes;
    for (unsigned i = 0; i < 1000; i++)
        must_write(fd, i, 10, i);
    ck_assert_uint_eq(disk->writes, writes);
    sys_fsync(fd);
    sys_fsync(fd);
    ck_assert_uint_eq(disk->writes, writes + 1);
    must_forget(fd, "file");
    must_read(fd, 999, 10, 999);
}
END_TEST

START_TEST(the_flusher_writes_some)
{
    must_mount();
    must_make("one", 5, 1);
    must_make("two", 5, 1);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 10);
    ck_assert_uint_ge(wb_writeback(3), 3);
    ck_assert_uint_gt(node_stat[NR_FILE_DIRTY], 0);
    must_be_sound("the flusher");
    wb_writeback(10);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 0);
    ck_assert_uint_eq(disk->writes, 10);
    ck_assert_uint_eq(wb_writeback(10), 0);
}
END_TEST

/* Both processes could write to the page; after it has been written neither
 * can without a fault. */
START_TEST(all_who_map_a_page_are_asked_before_it_is_written)
{
    struct mm_struct *parent = must_mount();
    int fd = must_make("file", 1, 1);
    char *map = must_map_file(fd, 1, MAP_SHARED);
    store_byte(map, 'p');
    struct mm_struct *child = dup_mm(parent);
    switch_mm(child);
    store_byte(map, 'c');
    sys_sync();
    must_be_sound("sync()");
    switch_mm(parent);
    store_byte(map + 1, 'q');
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 1);
    sys_sync();
    switch_mm(child);
    store_byte(map + 2, 'd');
    mmput(child);
    switch_mm(parent);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 1);
    ck_assert_int_eq(memcmp(map, "cqd", 3), 0);
    sys_munmap((unsigned long)map, PAGE_SIZE);
    must_forget(fd, "file");
    sys_lseek(fd, 0, SEEK_SET);
    sys_read(fd, (unsigned long)buffer, 3);
    ck_assert_int_eq(memcmp(buffer, "cqd", 3), 0);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    must_mount();
    int fd = must_make("file", 1, 1);
    unsigned long a = (unsigned long)must_map_file(fd, 2, MAP_SHARED);
    const struct call calls[] = {
        {sys_msync(a + 1, 1, MS_SYNC), -EINVAL},
        {sys_msync(a, 1, 0), -EINVAL},
        {sys_msync(a, 1, MS_SYNC | MS_ASYNC), -EINVAL},
        {sys_msync(0x20000000, 1, MS_SYNC), -ENOMEM},
        {sys_msync(a, ~0UL, MS_SYNC), -ENOMEM},
    };

    must_be_refused(calls, LENGTH(calls));
}
END_TEST

/* The disk may write a page while it is changed; then it is written again. So
 * this is not for ThreadSanitizer. */
static void *flush(void *argument)
{
    while (__atomic_load_n(&work, __ATOMIC_RELAXED)) {
        wb_writeback(20);
        usleep(500);
    }
    return argument;
}

START_TEST(a_flusher_writes_while_threads_work)
{
    must_use_files(60, flush);
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static struct page *first, *second;

static void other_bytes(void)
{
    memset(page_address(second), 'x', 10);
}

static void a_dirty_page_too_many(void)
{
    set_page_bit(second, PG_dirty);
}

static void a_page_that_looks_clean(void)
{
    clear_page_bit(first, PG_dirty);
    node_stat[NR_FILE_DIRTY]--;
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {other_bytes, "page 1 of file: clean, but the disk has other bytes"},
    {a_dirty_page_too_many, "node_stat: 1 dirty pages, not 2"},
    {a_page_that_looks_clean, "writable, but page 0 of the file is clean"},
};

START_TEST(the_check_finds_what_is_broken)
{
    must_mount();
    int fd = must_make("file", 3, 1);
    sys_sync();
    char *map = must_map_file(fd, 3, MAP_SHARED);
    store_byte(map, 1);
    load_byte(map + PAGES(1));
    first = find_page(mapping_of(fd), 0);
    second = find_page(mapping_of(fd), 1);
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

void add_k05_4(Suite *suite)
{
    TCase *posix = tcase_create("posix");
    tcase_add_test(posix, bytes_behind_the_end_are_zeros_when_it_grows);
    suite_add_tcase(suite, posix);

    TCase *writeback = tcase_create("writeback");
    tcase_add_test(writeback, msync_waits_or_does_not);
    tcase_add_test(writeback, many_changes_are_written_once);
    tcase_add_test(writeback, the_flusher_writes_some);
    tcase_add_test(writeback,
                   all_who_map_a_page_are_asked_before_it_is_written);
    tcase_add_test(writeback, wrong_arguments_are_refused);
    suite_add_tcase(suite, writeback);

    TCase *flusher = tcase_create("flusher");
    tcase_add_test(flusher, a_flusher_writes_while_threads_work);
    tcase_set_timeout(flusher, 20);
    suite_add_tcase(suite, flusher);

    TCase *check = tcase_create("check");
    tcase_add_loop_test(check, the_check_finds_what_is_broken, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
