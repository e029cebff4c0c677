/* k05_3_disk.c - files on a disk, and their pages in memory
 *
 * How often the disk was needed is counted by the disk, and how long was waited
 * by the clock: so what is slow on a real machine is a number here.
 */
#include "files.h"

#include "disk.h"
#include "diskfs.h"
#include "fault.h"
#include "init.h"
#include "pages.h"
#include "writeback.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

/* ---- files ---- */

START_TEST(what_was_written_is_read)
{
    must_mount();
    must_keep_what_is_written(must_open("file"));
}
END_TEST

START_TEST(a_hole_is_zeros)
{
    must_mount();
    must_have_holes_of_zeros(must_open("file"));
}
END_TEST

START_TEST(a_file_outlives_the_kernel)
{
    must_mount();
    int fd = must_make("file", 20, 1);
    ck_assert_int_eq(sys_umount(), -EBUSY);
    sys_close(fd);
    ck_assert_int_eq(sys_umount(), 0);
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 0);
    must_be_sound("umount()");
    stop_kernel();
    must_boot();
    fd = sys_open("file", 0);
    ck_assert_int_ge(fd, 0);
    for (unsigned i = 0; i < 20; i++)
        must_read(fd, PAGES(i), PAGE_SIZE, 1 + i);
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, 1), 0);
}
END_TEST

START_TEST(what_was_not_written_is_lost_when_the_power_fails)
{
    must_mount();
    int fd = must_make("old", 2, 1);
    sys_sync();
    must_write(fd, 0, PAGE_SIZE, 9);
    must_make("new", 1, 1);
    stop_kernel();
    must_boot();
    ck_assert_int_eq(sys_open("new", 0), -ENOENT);
    fd = must_open("old");
    must_read(fd, 0, PAGE_SIZE, 1);
    must_read(fd, PAGES(1), PAGE_SIZE, 2);
}
END_TEST

/* Stores of a process reach the disk, too. */
START_TEST(what_was_stored_outlives_the_kernel)
{
    must_mount();
    int fd = must_make("file", 3, 1);
    char *map = must_map_file(fd, 3, MAP_SHARED);
    paint(map + PAGES(1), PAGE_SIZE, 50);
    ck_assert_int_eq(sys_fsync(fd), 0);
    stop_kernel();
    must_boot();
    fd = must_open("file");
    must_read(fd, 0, PAGE_SIZE, 1);
    must_read(fd, PAGES(1), PAGE_SIZE, 50);
    must_read(fd, PAGES(2), PAGE_SIZE, 3);
}
END_TEST

START_TEST(who_has_it_open_keeps_a_file_without_a_name)
{
    must_mount();
    int fd = must_make("file", 3, 1);
    ck_assert_int_eq(sys_unlink("file"), 0);
    ck_assert_int_eq(sys_unlink("file"), -ENOENT);
    ck_assert_int_eq(sys_open("file", 0), -ENOENT);
    int other = must_make("file", 3, 50);
    must_read(fd, PAGES(2), PAGE_SIZE, 3);
    must_read(other, PAGES(2), PAGE_SIZE, 52);
    char *map = must_map_file(fd, 3, MAP_SHARED);
    sys_close(fd);
    ck_assert(is_painted(map, PAGE_SIZE, 1));
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 6);
    sys_munmap((unsigned long)map, PAGES(3));
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 3);
    must_be_sound("the end of a file");
    /* Who gets its place on the disk does not see its bytes. */
    int third = must_open("third");
    ck_assert_int_eq(sys_ftruncate(third, PAGES(3)), 0);
    ck_assert_int_eq(sys_read(third, (unsigned long)buffer, 10), 10);
    ck_assert_int_eq(buffer[0], 0);
}
END_TEST

START_TEST(a_child_has_the_same_open_files)
{
    struct mm_struct *parent = must_mount();
    int fd = must_make("file", 3, 1);
    ck_assert_int_eq(fd, 0);
    sys_lseek(fd, 0, SEEK_SET);
    struct mm_struct *child = dup_mm(parent);
    switch_mm(child);
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, 5000), 5000);
    switch_mm(parent);
    ck_assert_int_eq(sys_lseek(fd, 0, SEEK_CUR), 5000);
    int own = must_open("file"); /* has a position of its own */
    ck_assert_int_eq(own, 1);
    ck_assert_int_eq(sys_lseek(own, 0, SEEK_CUR), 0);
    sys_close(fd);
    ck_assert_int_eq(must_open("file"), 0);
    switch_mm(child);
    ck_assert_int_eq(sys_lseek(fd, 0, SEEK_CUR), 5000);
    mmput(child);
    mmput(parent);
    ck_assert_int_eq(sys_umount(), 0);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    char long_name[FILE_NAME_SIZE + 1] = {0};

    must_mount();
    memset(long_name, 'n', FILE_NAME_SIZE);
    int fd = must_open("file");
    must_write(fd, 0, 10, 1);
    unsigned long to = (unsigned long)buffer;
    const long end = (long)PAGES(SLOT);
    const struct call calls[] = {
        {sys_mount(disk), -EBUSY},
        {sys_open("none", 0), -ENOENT},
        {sys_open("", O_CREAT), -ENOENT},
        {sys_open("file", O_CREAT | O_EXCL), -EEXIST},
        {sys_open(long_name, O_CREAT), -ENAMETOOLONG},
        {sys_unlink("none"), -ENOENT},
        {sys_fsync(fd + 1), -EBADF},
        {sys_ftruncate(fd, 9), -EINVAL},
        {sys_ftruncate(fd, (unsigned long)end + 1), -EFBIG},
        {sys_lseek(fd, end, SEEK_SET), 0},
        {sys_write(fd, to, 1), -EFBIG},
        {sys_lseek(fd, 0, SEEK_SET), 0},
        {sys_read(fd, 0x20000000, 1), -EFAULT},
        {sys_write(fd, 0x20000000, 1), -EFAULT},
    };

    must_be_refused(calls, LENGTH(calls));
    sys_close(fd);
    ck_assert_int_eq(sys_umount(), 0);
    ck_assert_int_eq(sys_umount(), -EINVAL);
    ck_assert_int_eq(sys_open("file", O_CREAT), -ENOENT);
}
END_TEST

START_TEST(there_is_room_for_so_many)
{
    char name[20];

    must_mount();
    for (unsigned i = 0; i < DIR_ENTRIES; i++) {
        snprintf(name, sizeof(name), "file-%u", i);
        sys_close(must_open(name));
    }
    ck_assert_int_eq(sys_open("one more", O_CREAT), -ENOSPC);
    sys_unlink("file-7");
    for (int i = 0; i < NR_OPEN; i++)
        ck_assert_int_eq(must_open("file-8"), i);
    ck_assert_int_eq(sys_open("file-8", 0), -EMFILE);
    must_be_sound("many files");
}
END_TEST

/* ---- the page cache ---- */

START_TEST(a_page_is_read_from_the_disk_once)
{
    must_mount();
    int fd = must_make("file", 8, 1);
    must_forget(fd, "file");
    unsigned long reads = disk->reads, clock = jiffies;
    must_read(fd, 0, 100, 1);
    ck_assert_uint_eq(disk->reads, reads + 1);
    ck_assert_uint_eq(jiffies, clock + disk->ticks);
    for (unsigned i = 0; i < 8; i++)
        must_read(fd, PAGES(i), PAGE_SIZE, 1 + i);
    must_read(must_open("file"), 0, PAGE_SIZE, 1);
    ck_assert_uint_eq(disk->reads, reads + 8);
    char *map = must_map_file(fd, 8, MAP_SHARED);
    ck_assert(is_painted(map + PAGES(7), PAGE_SIZE, 8));
    ck_assert_uint_eq(disk->reads, reads + 8);
    ck_assert_uint_eq(jiffies, clock + 8 * disk->ticks);
}
END_TEST

START_TEST(a_fault_is_major_if_it_waits_for_the_disk)
{
    struct mm_struct *mm = must_mount();
    int fd = must_make("file", 4, 1);
    char *map = must_map_file(fd, 4, MAP_SHARED);
    unsigned long minor = mm->min_flt;
    load_byte(map);
    ck_assert_uint_eq(mm->maj_flt, 0);
    ck_assert_uint_eq(mm->min_flt, minor + 1);
    sys_munmap((unsigned long)map, PAGES(4));
    must_forget(fd, "file");
    map = must_map_file(fd, 4, MAP_PRIVATE);
    load_byte(map);
    store_byte(map + PAGES(1), 1);
    ck_assert_uint_eq(mm->maj_flt, 2);
    ck_assert_uint_eq(mm->min_flt, minor + 1);
    load_byte(
        must_map_file(fd, 4, MAP_SHARED)); /* another mapping: it is there */
    ck_assert_uint_eq(mm->maj_flt, 2);
    ck_assert_uint_eq(mm->min_flt, minor + 2);
}
END_TEST

/* The table of kernel/real/four.c, a column for each kind: private and shared,
 * anonymous and of a file. */
static const char *const columns[] = {"yyn---", "yny---", "yynnyn", "ynyyyy"};

START_TEST(the_four_kinds_of_mapping)
{
    char got[7] = "------";
    struct mm_struct *parent = must_mount();
    bool of_file = _i >= 2;
    int flags = (_i % 2 == 0 ? MAP_PRIVATE : MAP_SHARED) |
                (of_file ? 0 : MAP_ANONYMOUS);
    int fd = of_file ? must_make("file", 6, 1) : -1;
    char *map = must_map_file(fd, 6, flags);

    /* its first write is a minor fault; it gets a frame that is no file's */
    unsigned long faults = parent->min_flt;
    unsigned long own = parent->rss[MM_ANONPAGES];
    store_byte(map, 'w');
    got[0] = parent->min_flt == faults + 1 ? 'y' : 'n';
    got[1] = parent->rss[MM_ANONPAGES] == own + 1 ? 'y' : 'n';

    /* the parent sees what a child writes */
    switch_mm(dup_mm(parent));
    store_byte(map, 'c');
    mmput(current_mm);
    switch_mm(parent);
    got[2] = load_byte(map) == 'c' ? 'y' : 'n';
    if (of_file) {
        /* read() of the file sees a write */
        store_byte(map + PAGES(1), 'w');
        sys_lseek(fd, (long)PAGES(1), SEEK_SET);
        sys_read(fd, (unsigned long)buffer, 1);
        got[3] = *buffer == 'w' ? 'y' : 'n';
        /* a write() to the file is seen; also in a page that was written to */
        load_byte(map + PAGES(2));
        must_write(fd, PAGES(2), 1, 99);
        got[4] = load_byte(map + PAGES(2)) == *buffer ? 'y' : 'n';
        store_byte(map + PAGES(3) + 1, 'w');
        must_write(fd, PAGES(3), 1, 99);
        got[5] = load_byte(map + PAGES(3)) == *buffer ? 'y' : 'n';
    }
    ck_assert_str_eq(got, columns[_i]);
    must_be_sound("the four kinds");
}
END_TEST

START_TEST(beyond_the_end_is_a_bus_error)
{
    struct mm_struct *mm = must_mount();
    int fd = must_make("file", 1, 1);
    char *map = must_map_file(fd, 3, MAP_SHARED);
    unsigned long second = (unsigned long)map + PAGES(1);
    ck_assert_int_eq(handle_mm_fault(mm, 0, second), SIGBUS);
    ck_assert_uint_eq(pages_of(fd), 1);
    must_write(fd, PAGES(1), 1, 1);
    ck_assert_int_eq(handle_mm_fault(mm, 0, second), 0);
    ck_assert_int_eq(handle_mm_fault(mm, 0, second + PAGES(1)), SIGBUS);
}
END_TEST

/* ---- out of memory ---- */

/* All that takes memory, once. What fails must leave things as they are. */
static void use_everything(void)
{
    struct mm_struct *mm;

    if (sys_mount(disk) != 0)
        return;
    mm = mm_alloc();
    if (mm != NULL) {
        switch_mm(mm);
        unsigned long a = vm_mmap(NULL, 0x20000000, PAGES(4), RW, PRIVATE, 0);
        int fd = sys_open("file", O_CREAT), shm = sys_shm_open("/shm", O_CREAT);
        must_be_sound("open()");
        sys_write(fd, a, PAGES(4));
        sys_lseek(fd, 0, SEEK_SET);
        sys_read(fd, a, PAGES(2));
        must_be_sound("read() and write()");
        sys_ftruncate(shm, PAGES(2));
        sys_write(shm, a, 100);
        sys_mmap(0x30000000, PAGES(4), RW, MAP_SHARED, fd, 0);
        sys_read(fd, 0x30000000, 100);
        sys_mmap(0x40000000, PAGES(4), RW, MAP_PRIVATE, fd, 0);
        sys_read(fd, 0x40000000, 100);
        must_be_sound("page faults");
        int id = sys_shmget(5, 100, IPC_CREAT);
        sys_shmat(id, 0);
        sys_fsync(fd);
        struct mm_struct *child = dup_mm(mm);
        must_be_sound("dup_mm()");
        if (child != NULL)
            mmput(child);
        sys_shmctl(id, IPC_RMID, NULL);
        sys_shm_unlink("/shm");
        sys_unlink("file");
        mmput(mm);
    }
    ck_assert_int_eq(sys_umount(), 0);
    must_be_sound("umount()");
}

/* With 0, 1, 2 ... frames left. */
START_TEST(nothing_is_lost_when_memory_runs_out)
{
    static struct page *taken[FRAMES];
    unsigned long count = 0;

    disk = disk_create(SLOT * DIR_ENTRIES + 1);
    must_start(FRAMES);
    use_everything(); /* the caches take what they need */
    unsigned long free = normal_zone.free_pages;
    for (unsigned long left = 0; left < 40; left++) {
        struct page *page;
        while ((page = alloc_pages(GFP_KERNEL, 0)) != NULL)
            taken[count++] = page;
        for (unsigned long i = 0; i < left; i++)
            __free_pages(taken[--count], 0);
        unsigned long before = normal_zone.free_pages;
        use_everything();
        ck_assert_uint_eq(normal_zone.free_pages, before);
        while (count > 0)
            __free_pages(taken[--count], 0);
        ck_assert_uint_eq(normal_zone.free_pages, free);
        must_be_sound("memory ran out");
    }
}
END_TEST

/* ---- threads ---- */

START_TEST(threads_use_files)
{
    must_use_files(60, NULL);
}
END_TEST

/* One reads a page by read(), the other one by a load, which is a page fault.
 */
static void *read_first_byte(void *fd)
{
    sys_read((int)(long)fd, (unsigned long)buffer, 1);
    return NULL;
}

static bool is_being_read(int fd)
{
    struct address_space *mapping = mapping_of(fd);

    spin_lock(&page_cache_lock);
    struct page *page = find_page(mapping, 0);
    bool locked = page != NULL && test_page_bit(page, PG_locked);
    spin_unlock(&page_cache_lock);
    return locked;
}

START_TEST(who_needs_a_page_that_is_being_read_waits)
{
    pthread_t thread;

    must_mount();
    int fd = must_make("file", 1, 1);
    must_forget(fd, "file");
    sys_lseek(fd, 0, SEEK_SET);
    unsigned long map = (unsigned long)must_map_file(fd, 1, MAP_PRIVATE);
    unsigned long reads = disk->reads;
    disk->sleep_us = 50000;
    pthread_create(&thread, NULL, read_first_byte, (void *)(long)fd);
    while (!is_being_read(fd))
        usleep(100);
    paint(buffer + PAGE_SIZE, 1, 1);
    unsigned char byte = (unsigned char)buffer[PAGE_SIZE];
    ck_assert(change_byte(map, byte, byte));
    pthread_join(thread, NULL);
    ck_assert_uint_eq(disk->reads, reads + 1);
}
END_TEST

/* ---- misuse ---- */

START_TEST(misuse_is_reported)
{
    must_mount();
    unsigned long blocks = disk->blocks;
    DOING(disk_read(disk, blocks, buffer),
          "disk_read: block %lu of a disk of %lu", blocks, blocks);
    DOING(disk_write(disk, blocks + 5, buffer, PAGE_SIZE),
          "disk_write: block %lu of a disk of %lu", blocks + 5, blocks);
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static void a_wrong_count(void)
{
    node_stat[NR_SHMEM]++;
}

START_TEST(the_check_finds_what_is_broken)
{
    must_mount();
    must_make("file", 3, 1);
    must_be_found(a_wrong_count, "node_stat: 1 shmem pages, not 0");
}
END_TEST

void add_k05_3(Suite *suite)
{
    TCase *posix = tcase_create("posix");
    tcase_add_test(posix, what_was_written_is_read);
    tcase_add_test(posix, a_hole_is_zeros);
    tcase_add_test(posix, a_file_outlives_the_kernel);
    tcase_add_test(posix, what_was_not_written_is_lost_when_the_power_fails);
    tcase_add_test(posix, what_was_stored_outlives_the_kernel);
    tcase_add_test(posix, who_has_it_open_keeps_a_file_without_a_name);
    tcase_add_test(posix, a_child_has_the_same_open_files);
    tcase_add_test(posix, wrong_arguments_are_refused);
    tcase_add_test(posix, there_is_room_for_so_many);
    suite_add_tcase(suite, posix);

    TCase *cache = tcase_create("page_cache");
    tcase_add_test(cache, a_page_is_read_from_the_disk_once);
    tcase_add_test(cache, a_fault_is_major_if_it_waits_for_the_disk);
    tcase_add_loop_test(cache, the_four_kinds_of_mapping, 0, LENGTH(columns));
    tcase_add_test(cache, beyond_the_end_is_a_bus_error);
    suite_add_tcase(suite, cache);

    TCase *memory = tcase_create("fs_memory");
    tcase_add_test(memory, nothing_is_lost_when_memory_runs_out);
    tcase_set_timeout(memory, 10);
    suite_add_tcase(suite, memory);

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, threads_use_files);
    tcase_add_test(threads, who_needs_a_page_that_is_being_read_waits);
    tcase_set_timeout(threads, 20);
    suite_add_tcase(suite, threads);

    TCase *misuse = tcase_create("misuse");
    tcase_add_test(misuse, misuse_is_reported);
    suite_add_tcase(suite, misuse);

    TCase *check = tcase_create("check");
    tcase_add_test(check, the_check_finds_what_is_broken);
    suite_add_tcase(suite, check);
}
