/* k05_1_shm.c - shared memory that is found by a name
 *
 * The processes of a case take turns by switch_mm(). What one stores the other
 * one must find, at whatever address it has mapped the file.
 */
#include "files.h"

#include "fault.h"
#include "mmu.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

static struct mm_struct *must_run_one(void)
{
    must_start(FRAMES);
    return must_have_process();
}

/* Shared memory of so many pages, under a new name. */
static int must_share(const char *name, unsigned long pages)
{
    int fd = sys_shm_open(name, O_CREAT | O_EXCL);
    ck_assert_msg(fd >= 0, "shm_open: %s", strerror(-fd));
    ck_assert_int_eq(sys_ftruncate(fd, PAGES(pages)), 0);
    return fd;
}

START_TEST(a_name_finds_the_same_frames)
{
    struct mm_struct *one = must_run_one();
    char *here = must_map_file(must_share("/name", 5), 5, MAP_SHARED);
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 0);
    store_byte(here + PAGES(2), 'o');

    struct mm_struct *two = mm_alloc();
    switch_mm(two);
    unsigned long at = 0x30000000;
    int fd = sys_shm_open("/name", 0);
    char *there = (char *)sys_mmap(at, PAGES(2), RW, MAP_SHARED, fd, PAGES(2));
    ck_assert_uint_eq((unsigned long)there, at);
    ck_assert_int_eq(load_byte(there), 'o');
    store_byte(there, 't');
    store_byte(there + PAGES(1), 't');
    must_be_sound("stores of two processes");
    mmput(two);
    switch_mm(one);
    ck_assert_int_eq(load_byte(here + PAGES(2)), 't');
    ck_assert_int_eq(load_byte(here + PAGES(3)), 't');
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 2);
}
END_TEST

START_TEST(a_name_keeps_memory_that_nobody_has)
{
    must_run_one();
    int fd = must_share("/name", 2);
    char *map = must_map_file(fd, 2, MAP_SHARED);
    paint(map, PAGES(2), 3);
    sys_munmap((unsigned long)map, PAGES(2));
    sys_close(fd);
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 2);
    fd = sys_shm_open("/name", 0);
    ck_assert(is_painted(must_map_file(fd, 2, MAP_SHARED), PAGES(2), 3));
    sys_close(fd);
    ck_assert_int_eq(sys_shm_unlink("/name"), 0);
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 2);
    must_be_sound("shm_unlink()");
    mmput(current_mm);
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 0);
    must_be_sound("the end of the last user");
}
END_TEST

START_TEST(a_file_without_a_name_is_not_found)
{
    must_run_one();
    int old = must_share("/name", 1);
    ck_assert_int_eq(sys_shm_open("/name", O_CREAT | O_EXCL), -EEXIST);
    char *first = must_map_file(old, 1, MAP_SHARED);
    store_byte(first, '1');
    ck_assert_int_eq(sys_shm_unlink("/name"), 0);
    ck_assert_int_eq(sys_shm_unlink("/name"), -ENOENT);
    ck_assert_int_eq(sys_shm_open("/name", 0), -ENOENT);
    int new = must_share("/name", 1);
    char *second = must_map_file(new, 1, MAP_SHARED);
    ck_assert_int_eq(load_byte(second), 0);
    ck_assert_int_eq(load_byte(must_map_file(old, 1, MAP_SHARED)), '1');
    sys_close(old);
    ck_assert_int_eq(load_byte(first), '1');
    must_be_sound("two files of one name");
}
END_TEST

START_TEST(it_grows_by_zeros_and_ends_with_its_last_page)
{
    struct mm_struct *mm = must_run_one();
    int fd = sys_shm_open("/name", O_CREAT);
    char *map = must_map_file(fd, 3, MAP_SHARED);
    unsigned long address = (unsigned long)map;
    ck_assert_int_eq(handle_mm_fault(mm, 0, address), SIGBUS);
    ck_assert_int_eq(sys_ftruncate(fd, 100), 0);
    store_byte(map, 'a');
    store_byte(map + 200, 'x'); /* in the page, but behind the end */
    ck_assert_int_eq(handle_mm_fault(mm, 0, address + PAGES(1)), SIGBUS);
    ck_assert_uint_eq(pages_of(fd), 1);
    ck_assert_int_eq(sys_ftruncate(fd, PAGES(1) + 1), 0);
    ck_assert_int_eq(load_byte(map), 'a');
    ck_assert_int_eq(load_byte(map + 200), 0);
    ck_assert_int_eq(handle_mm_fault(mm, 0, address + PAGES(1)), 0);
    ck_assert_int_eq(handle_mm_fault(mm, 0, address + PAGES(2)), SIGBUS);
    must_be_sound("a file that grows");
}
END_TEST

/* A gigabyte, in 4 MiB of memory. */
START_TEST(only_pages_that_are_used_take_frames)
{
    must_run_one();
    int fd = must_share("/name", 1UL << 18);
    char *map = must_map_file(fd, 1UL << 18, MAP_SHARED);
    unsigned long free = normal_zone.free_pages;
    for (unsigned long i = 1; i < 1UL << 18; i *= 2)
        store_byte(map + PAGES(i), 1);
    ck_assert_uint_eq(pages_of(fd), 18);
    ck_assert_uint_ge(normal_zone.free_pages + 18 + 60, free);
    must_be_sound("a file with holes");
}
END_TEST

START_TEST(a_child_has_its_parent_s_files)
{
    struct mm_struct *parent = must_run_one();
    int fd = must_share("/name", 1);
    ck_assert_int_eq(fd, 0);
    struct mm_struct *child = dup_mm(parent);
    switch_mm(child);
    store_byte(must_map_file(fd, 1, MAP_SHARED), 'c');
    ck_assert_int_eq(sys_close(fd), 0);
    ck_assert_int_eq(sys_close(fd), -EBADF);
    mmput(child);
    switch_mm(parent);
    ck_assert_int_eq(load_byte(must_map_file(fd, 1, MAP_SHARED)), 'c');
    must_be_sound("the end of a child");
}
END_TEST

START_TEST(a_process_has_so_many_open_files)
{
    must_run_one();
    for (int i = 0; i < NR_OPEN; i++)
        ck_assert_int_eq(sys_shm_open("/name", O_CREAT), i);
    ck_assert_int_eq(sys_shm_open("/name", 0), -EMFILE);
    ck_assert_int_eq(sys_close(7), 0);
    ck_assert_int_eq(sys_shm_open("/name", 0), 7);
    must_be_sound("many open files");
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    char long_name[FILE_NAME_SIZE + 1] = "/";

    must_run_one();
    memset(long_name + 1, 'n', FILE_NAME_SIZE - 1);
    int fd = must_share("/name", 1);
    const struct call calls[] = {
        {sys_shm_open("name", O_CREAT), -EINVAL},
        {sys_shm_open("/none", 0), -ENOENT},
        {sys_shm_open("/name", O_CREAT | O_EXCL), -EEXIST},
        {sys_shm_open(long_name, O_CREAT), -ENAMETOOLONG},
        {sys_shm_unlink("/none"), -ENOENT},
        {sys_shm_unlink("name"), -ENOENT},
        {sys_close(-1), -EBADF},
        {sys_close(NR_OPEN), -EBADF},
        {sys_close(fd + 1), -EBADF},
        {sys_ftruncate(fd + 1, 1), -EBADF},
        {sys_ftruncate(fd, 9), -EINVAL},
        {sys_ftruncate(fd, MAX_FILE_SIZE + 1), -EFBIG},
        {(int)sys_mmap(0, 1, RW, MAP_SHARED, fd + 1, 0), -EBADF},
    };

    must_be_refused(calls, LENGTH(calls));
}
END_TEST

/* ---- out of memory ---- */

/* All that takes memory, once. What fails must leave things as they are. */
static void use_shared_memory(void)
{
    struct mm_struct *mm = mm_alloc();

    if (mm == NULL)
        return;
    switch_mm(mm);
    int fd = sys_shm_open("/name", O_CREAT);
    must_be_sound("shm_open()");
    sys_ftruncate(fd, PAGES(4));
    unsigned long a = sys_mmap(0x30000000, PAGES(4), RW, MAP_SHARED, fd, 0);
    for (int i = 0; i < 4 && !IS_ERR_VALUE(a); i++)
        handle_mm_fault(mm, X86_PF_WRITE, a + PAGES((unsigned)i));
    must_be_sound("page faults");
    a = sys_mmap(0x40000000, PAGES(4), RW, MAP_PRIVATE, fd, 0);
    if (!IS_ERR_VALUE(a))
        handle_mm_fault(mm, X86_PF_WRITE, a);
    struct mm_struct *child = dup_mm(mm);
    must_be_sound("dup_mm()");
    if (child != NULL)
        mmput(child);
    sys_shm_unlink("/name");
    mmput(mm);
    must_be_sound("the end");
}

/* With 0, 1, 2 ... frames left. */
START_TEST(nothing_is_lost_when_memory_runs_out)
{
    static struct page *taken[FRAMES];
    unsigned long count = 0;

    must_start(FRAMES);
    use_shared_memory(); /* the caches take what they need */
    unsigned long free = normal_zone.free_pages;
    for (unsigned long left = 0; left < 40; left++) {
        struct page *page;
        while ((page = alloc_pages(GFP_KERNEL, 0)) != NULL)
            taken[count++] = page;
        for (unsigned long i = 0; i < left; i++)
            __free_pages(taken[--count], 0);
        unsigned long before = normal_zone.free_pages;
        use_shared_memory();
        ck_assert_uint_eq(normal_zone.free_pages, before);
        while (count > 0)
            __free_pages(taken[--count], 0);
        ck_assert_uint_eq(normal_zone.free_pages, free);
        must_be_sound("memory ran out");
    }
}
END_TEST

/* ---- threads ---- */

#define THREADS   4
#define NEW_PAGES 200

static int common;

/* All ask for the same pages, of which nobody has one yet. */
static void *find_pages(void *frames)
{
    struct page **page = frames;

    for (unsigned long i = 0; i < NEW_PAGES; i++)
        if (read_cache_page(mapping_of(common), i, &page[i]) < 0)
            return "no memory";
    return NULL;
}

START_TEST(threads_ask_for_the_same_pages)
{
    static struct page *pages[THREADS][NEW_PAGES];
    pthread_t threads[THREADS];

    must_run_one();
    common = must_share("/common", NEW_PAGES);
    unsigned long free = normal_zone.free_pages;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, find_pages, pages[i]);
    for (int i = 0; i < THREADS; i++) {
        void *trouble;
        pthread_join(threads[i], &trouble);
        ck_assert_ptr_null(trouble);
    }
    ck_assert_uint_eq(pages_of(common), NEW_PAGES);
    ck_assert_uint_ge(normal_zone.free_pages + NEW_PAGES, free);
    for (int i = 0; i < NEW_PAGES; i++)
        for (int thread = 0; thread < THREADS; thread++) {
            ck_assert_ptr_eq(pages[thread][i], pages[0][i]);
            put_page(pages[thread][i]);
        }
    must_be_sound("the threads have ended");
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static struct page *first, *second, *third;

static void a_page_of_another_index(void)
{
    first->index = 77;
}

static void a_page_that_is_anonymous(void)
{
    third->flags |= 1UL << PG_anon;
}

static void a_lost_user(void)
{
    put_page(second);
}

static void a_wrong_count(void)
{
    node_stat[NR_FILE_PAGES]++;
}

static void a_page_of_no_file(void)
{
    get_page(second);
    spin_lock(&page_cache_lock);
    delete_from_page_cache(second);
    spin_unlock(&page_cache_lock);
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {a_page_of_another_index, "page 77 of /file: not found in the cache"},
    {a_page_that_is_anonymous, "page 2 of /file: no single frame of a file"},
    {a_lost_user, "page 1 of /file: 1 users and 1 PTEs"},
    {a_wrong_count, "node_stat: 4 file pages, not 3"},
    {a_page_of_no_file, "is of no file"},
};

START_TEST(the_check_finds_what_is_broken)
{
    must_run_one();
    int fd = must_share("/file", 3);
    char *map = must_map_file(fd, 3, MAP_SHARED);
    store_byte(map, 1);
    load_byte(map + PAGES(1));
    read_cache_page(mapping_of(fd), 2, &third);
    put_page(third);
    first = find_page(mapping_of(fd), 0);
    second = find_page(mapping_of(fd), 1);
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

void add_k05_1(Suite *suite)
{
    TCase *shm = tcase_create("shm");
    tcase_add_test(shm, a_name_finds_the_same_frames);
    tcase_add_test(shm, a_name_keeps_memory_that_nobody_has);
    tcase_add_test(shm, a_file_without_a_name_is_not_found);
    tcase_add_test(shm, it_grows_by_zeros_and_ends_with_its_last_page);
    tcase_add_test(shm, only_pages_that_are_used_take_frames);
    tcase_add_test(shm, a_child_has_its_parent_s_files);
    tcase_add_test(shm, a_process_has_so_many_open_files);
    tcase_add_test(shm, wrong_arguments_are_refused);
    suite_add_tcase(suite, shm);

    TCase *memory = tcase_create("shm_memory");
    tcase_add_test(memory, nothing_is_lost_when_memory_runs_out);
    tcase_set_timeout(memory, 10);
    suite_add_tcase(suite, memory);

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, threads_ask_for_the_same_pages);
    suite_add_tcase(suite, threads);

    TCase *check = tcase_create("check");
    tcase_add_loop_test(check, the_check_finds_what_is_broken, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
