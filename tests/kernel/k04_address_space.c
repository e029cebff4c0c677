/* k04_address_space.c - files, shared memory, mremap, madvise, smaps
 */
#define _GNU_SOURCE /* for mremap()'s flags */
#include "process.h"
#include "suite.h"

#include "buddy.h"
#include "fork.h"
#include "pages.h"
#include "proc.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"
#include "uaccess.h"
#include "vma.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static char *must_map_file(struct file *file, unsigned long first,
                           unsigned long pages, int prot, int flags)
{
    unsigned long address =
        vm_mmap(file, 0, PAGES(pages), prot, flags, PAGES(first));
    ck_assert_msg(!IS_ERR_VALUE(address), "mmap: %s", strerror((int)-address));
    return (char *)address;
}

/* ---- arguments ---- */

START_TEST(wrong_moves_and_advice_are_refused)
{
    must_run();
    unsigned long a = (unsigned long)must_map(4, RW, PRIVATE);
    struct call calls[] = {
        {vm_mmap(NULL, 0, 1, RW, SHARED | MAP_GROWSDOWN, 0), -EINVAL},
        {vm_mmap(NULL, 0, ~0UL, RW, SHARED, 0), -ENOMEM},
        {(unsigned long)sys_madvise(a + 1, 1, MADV_DONTNEED), -EINVAL},
        {(unsigned long)sys_madvise(a, 1, 77), -EINVAL},
        {(unsigned long)sys_madvise(a, ~0UL, MADV_DONTNEED), -EINVAL},
        {(unsigned long)sys_madvise(a, PAGES(5), MADV_DONTNEED), -ENOMEM},
        {(unsigned long)sys_madvise(TASK_MIN, 1, MADV_DONTNEED), -ENOMEM},
        {sys_mremap(a + 1, 1, 1, 0), -EINVAL},
        {sys_mremap(a, 0, 1, 0), -EINVAL},
        {sys_mremap(a, 1, 0, 0), -EINVAL},
        {sys_mremap(a, 1, 1, 64), -EINVAL},
        {sys_mremap(a, 1, TASK_SIZE + 1, MREMAP_MAYMOVE), -ENOMEM},
        {sys_mremap(a, PAGES(1), PAGES(2), 0), -ENOMEM},
        {sys_mremap(a, PAGES(5), PAGES(6), MREMAP_MAYMOVE), -EFAULT},
        {sys_mremap(TASK_MIN, PAGES(1), PAGES(2), MREMAP_MAYMOVE), -EFAULT},
    };

    must_return(calls, LENGTH(calls));
    ck_assert_str_eq(areas_from((char *)a), "0+4rw");
    ck_assert_int_eq(sys_madvise(a, 0, MADV_DONTNEED), 0);
    must_be_sound("calls that were refused");
}
END_TEST

/* ---- madvise ---- */

START_TEST(what_is_not_needed_goes_and_comes_back_empty)
{
    struct mm_struct *mm = must_run();
    char *a = must_map(8, RW, PRIVATE);
    memset(a, 'a', PAGES(8));
    unsigned long free = normal_zone.free_pages;
    ck_assert_int_eq(
        sys_madvise((unsigned long)a + PAGES(2), PAGES(3), MADV_DONTNEED), 0);
    ck_assert_uint_eq(normal_zone.free_pages, free + 3);
    ck_assert_uint_eq(rss(mm), 5);
    ck_assert_str_eq(areas_from(a), "0+8rw");
    ck_assert(!in_tlb(a + PAGES(2)));
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(load(a + PAGES(i)), i >= 2 && i < 5 ? 0 : 'a');
}
END_TEST

/* What is below all processes is no business of theirs. */
START_TEST(advice_leaves_the_host_s_pages_alone)
{
    const unsigned long below = TASK_MIN - PAGES(2);
    char *page =
        mmap((void *)below, PAGES(1), RW, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0);

    ck_assert_ptr_eq(page, (char *)below);
    store(page, 1);
    must_run();
    must_map_at((char *)TASK_MIN, 2, RW);
    ck_assert_int_eq(sys_madvise(below, PAGES(4), MADV_DONTNEED), -ENOMEM);
    ck_assert_int_eq(load(page), 1);
}
END_TEST

/* ---- files ---- */

/* A page of a file, where the kernel has it. */
static char *file_byte(struct file *file, unsigned long page)
{
    char *map = must_map_file(file, page, 1, RW, MAP_SHARED);
    store(map, load(map));
    struct page *frame = frame_of(map);
    must_unmap(map, 1); /* the file has it, too */
    return page_address(frame);
}

START_TEST(who_shares_a_file_sees_stores_and_private_ones_stay)
{
    struct mm_struct *mm = must_run();
    struct file *file = shmem_file_setup("file", PAGES(3));
    strcpy(file_byte(file, 1), "file");
    char *shared = must_map_file(file, 0, 3, RW, MAP_SHARED);
    char *private = must_map_file(file, 0, 3, RW, MAP_PRIVATE);
    char *reader = must_map_file(file, 1, 1, PROT_READ, MAP_PRIVATE);
    char *a = shared + PAGES(1), *b = private + PAGES(1);

    ck_assert_str_eq(a, "file");
    ck_assert_str_eq(b, "file");
    ck_assert_ptr_eq(frame_of(a), frame_of(b));
    a[0] = 'F';
    ck_assert_str_eq(b, "File"); /* it has no copy yet */
    ck_assert_uint_eq(mm->rss[MM_ANONPAGES], 0);
    b[1] = 'I';
    ck_assert_uint_eq(mm->rss[MM_ANONPAGES], 1);
    a[2] = 'L';
    ck_assert_str_eq(a, "FiLe");
    ck_assert_str_eq(b, "FIle");
    ck_assert_str_eq(reader, "FiLe");
    ck_assert_str_eq(file_byte(file, 1), "FiLe");
    must_be_sound("a copy of a file's page");

    store(private, 'p'); /* the first access is a store */
    ck_assert_int_eq(load(shared), 0);
    sys_madvise((unsigned long)private, PAGES(3), MADV_DONTNEED);
    ck_assert_str_eq(b, "FiLe"); /* the copy is gone */
    fput(file);
    ck_assert_str_eq(a, "FiLe"); /* a mapping keeps the file */
    must_be_sound("a file with two mappings");
}
END_TEST

START_TEST(parts_of_a_file_know_their_place)
{
    must_run();
    struct file *file = shmem_file_setup("file", PAGES(12));
    char *a = must_map_file(file, 2, 10, RW, MAP_SHARED);
    for (int i = 0; i < 10; i++)
        store(a + PAGES(i), (char)i);
    must_unmap(a, 1);
    must_unmap(a + PAGES(4), 2);
    sys_mprotect((unsigned long)a + PAGES(7), PAGES(1), PROT_READ);
    ck_assert_str_eq(areas_from(a), "1+3rw 6+1rw 7+1r 8+2rw");
    sys_madvise((unsigned long)a, PAGES(10), MADV_DONTNEED);
    for (int i = 0; i < 10; i++)
        if (i != 0 && i != 4 && i != 5)
            ck_assert_int_eq(load(a + PAGES(i)), i);
    ck_assert_int_eq(sys_mprotect((unsigned long)a + PAGES(7), PAGES(1), RW),
                     0);
    ck_assert_str_eq(areas_from(a), "1+3rw 6+4rw");
    ck_assert_uint_eq(vm_mmap(file, (unsigned long)a + PAGES(4), PAGES(2), RW,
                              MAP_SHARED | MAP_FIXED, PAGES(5)),
                      (unsigned long)a + PAGES(4)); /* one page too early */
    ck_assert_str_eq(areas_from(a), "1+3rw 4+2rw 6+4rw");
    ck_assert_uint_eq(vm_mmap(file, (unsigned long)a + PAGES(4), PAGES(2), RW,
                              MAP_SHARED | MAP_FIXED, PAGES(6)),
                      (unsigned long)a + PAGES(4));
    ck_assert_str_eq(areas_from(a), "1+9rw");
    fput(file);
    must_be_sound("a file in pieces");
}
END_TEST

START_TEST(the_last_user_of_a_file_frees_it)
{
    struct mm_struct *mm = must_run();
    struct file *file = shmem_file_setup("file", PAGES(8));
    fput(file);
    unsigned long free = normal_zone.free_pages;
    file = shmem_file_setup("file", PAGES(8));
    char *a = must_map_file(file, 0, 8, RW, MAP_SHARED);
    memset(a, 1, PAGES(8));
    must_unmap(a + PAGES(3), 2);
    fput(file);
    struct mm_struct *child = must_fork(mm);
    mmput(mm);
    switch_mm(child);
    ck_assert_int_eq(load(a), 1);
    mmput(child);
    must_be_sound("a file was freed");
    struct mm_struct *last = mm_alloc(); /* the caches take what they need */
    ck_assert_uint_ge(normal_zone.free_pages + 1, free);
    mmput(last);
}
END_TEST

START_TEST(memory_that_is_shared_stays_shared)
{
    struct mm_struct *parent = must_run();
    char *a = must_map(2, RW, SHARED);
    store(a, 'p');
    struct mm_struct *child = must_fork(parent);
    switch_mm(child);
    ck_assert_int_eq(load(a), 'p');
    store(a, 'c');
    store(a + PAGES(1), 'd'); /* nobody has touched it before */
    switch_mm(parent);
    ck_assert_int_eq(load(a), 'c');
    ck_assert_int_eq(load(a + PAGES(1)), 'd');
    mmput(parent);
    switch_mm(child);
    ck_assert_int_eq(load(a + PAGES(1)), 'd');
    must_be_sound("shared memory");
}
END_TEST

START_TEST(the_end_of_a_child_gives_shared_memory_back)
{
    struct mm_struct *parent = must_run();
    char *a = must_map(10, RW, PRIVATE);
    memset(a, 'a', PAGES(10));
    /* The caches have what they need from now on. */
    mmput(must_fork(parent));
    must_unmap(must_map(3, RW, SHARED), 3);
    unsigned long free = normal_zone.free_pages;
    struct mm_struct *child = must_fork(parent);
    switch_mm(child);
    memset(must_map(3, RW, SHARED), 'b', PAGES(3));
    ck_assert_uint_lt(normal_zone.free_pages, free - 3);
    mmput(child);
    ck_assert_uint_eq(normal_zone.free_pages, free);
    must_be_sound("the end of a process");
}
END_TEST

static void load_beyond_the_file(void)
{
    load(mistake_area + PAGES(3));
}

START_TEST(a_load_beyond_the_file_is_a_mistake)
{
    const struct mistake mistake = {load_beyond_the_file, SIGBUS,
                                    "[1]: bus error at %lx error 4", 3};

    must_run();
    mistake_area =
        must_map_file(shmem_file_setup("file", PAGES(3)), 0, 4, RW, MAP_SHARED);
    ck_assert_int_eq(load(mistake_area + PAGES(2)), 0);
    must_end(&mistake);
}
END_TEST

/* ---- mremap ---- */

START_TEST(to_move_copies_no_byte)
{
    struct mm_struct *mm = must_run();
    char *a = must_map(4, RW, PRIVATE), *wall = must_map(1, PROT_READ, PRIVATE);
    struct page *pages[4];

    for (int i = 0; i < 4; i++) {
        if (i != 2)
            paint(a + PAGES(i), PAGE_SIZE, (unsigned)i);
        pages[i] = frame_of(a + PAGES(i));
    }
    ck_assert_ptr_eq(wall, a - PAGE_SIZE);
    unsigned long anon = mm->rss[MM_ANONPAGES];
    char *b = (char *)sys_mremap((unsigned long)a + PAGES(1), PAGES(2),
                                 PAGES(6), MREMAP_MAYMOVE);
    ck_assert_ptr_eq(b, wall - PAGES(6));
    ck_assert_str_eq(areas_from(b), "0+6rw 6+1r 7+1rw 10+1rw");
    ck_assert_ptr_eq(frame_of(b), pages[1]);
    ck_assert_ptr_null(frame_of(b + PAGES(1)));
    ck_assert_ptr_null(frame_of(a + PAGES(1)));
    ck_assert(!in_tlb(a + PAGES(1)));
    ck_assert(is_painted(b, PAGE_SIZE, 1));
    ck_assert(is_painted(a, PAGE_SIZE, 0));
    ck_assert(is_painted(a + PAGES(3), PAGE_SIZE, 3));
    ck_assert_int_eq(load(b + PAGES(5)), 0);
    ck_assert_uint_eq(mm->rss[MM_ANONPAGES], anon);
    must_be_sound("a move");
}
END_TEST

START_TEST(it_grows_where_it_is_if_there_is_room)
{
    must_run();
    char *a = must_map_at((char *)0x20000000, 2, RW);
    must_map_at(a + PAGES(5), 1, RW);
    store(a + PAGES(1), 'a');
    ck_assert_ptr_eq(
        (char *)sys_mremap((unsigned long)a, PAGES(2), PAGES(4), 0), a);
    ck_assert_str_eq(areas_from(a), "0+4rw 5+1rw");
    ck_assert_ptr_eq(
        (char *)sys_mremap((unsigned long)a, PAGES(4), PAGES(5), 0), a);
    ck_assert_str_eq(areas_from(a), "0+6rw");
    ck_assert_ptr_eq(
        (char *)sys_mremap((unsigned long)a, PAGES(6), PAGES(1), 0), a);
    ck_assert_str_eq(areas_from(a), "0+1rw");
    ck_assert_ptr_eq((char *)sys_mremap((unsigned long)a, PAGES(1), 1, 0), a);
    must_be_sound("mremap()");
}
END_TEST

/* The new place and the old one are neighbours, and alike. */
START_TEST(it_may_move_to_its_own_edge)
{
    must_run();
    char *top = must_map(1, PROT_READ, PRIVATE);
    char *a = must_map(2, RW, PRIVATE);
    must_map(3, RW, PRIVATE);
    must_unmap(a - PAGES(3), 3);
    paint(a, PAGES(2), 5);
    char *b = (char *)sys_mremap((unsigned long)a, PAGES(2), PAGES(4),
                                 MREMAP_MAYMOVE);
    ck_assert_ptr_eq(b, a - PAGES(4));
    ck_assert_str_eq(areas_from(top), "-6+4rw 0+1r");
    ck_assert(is_painted(b, PAGES(2), 5));
    must_be_sound("a move to the edge");
}
END_TEST

START_TEST(a_file_moves_with_its_place)
{
    must_run();
    struct file *file = shmem_file_setup("file", PAGES(12));
    for (unsigned long i = 0; i < 12; i++)
        *file_byte(file, i) = (char)('a' + i);
    char *a = must_map_file(file, 2, 6, RW, MAP_SHARED);
    must_map(1, PROT_READ, PRIVATE);
    load(a + PAGES(3));
    char *b = (char *)sys_mremap((unsigned long)a + PAGES(3), PAGES(2),
                                 PAGES(4), MREMAP_MAYMOVE);
    for (unsigned long i = 0; i < 4; i++)
        ck_assert_int_eq(load(b + PAGES(i)), (int)('a' + 5 + i));
    must_be_sound("a file's mapping has moved");
}
END_TEST

/* ---- /proc ---- */

/* Without what differs from run to run: the numbers of the files. */
static struct mm_struct *process_to_show(void)
{
    struct mm_struct *mm = must_run();
    struct file *file = shmem_file_setup("/tmp/file", PAGES(8));

    sys_brk(mm->start_brk + PAGES(33));
    char *a =
        (char *)vm_mmap(file, 0x6f000000, PAGES(4), RW, MAP_SHARED, PAGES(3));
    memset((char *)mm->start_brk, 'h', PAGES(3));
    load((char *)mm->start_brk + PAGES(20)); /* the zero page does not count */
    load(a);
    store(a + PAGES(1), 1);
    must_map_at((char *)0x20000000, 2, PROT_READ | PROT_EXEC);
    must_map_at((char *)0x20002000, 1, PROT_NONE);
    vm_mmap(NULL, TASK_SIZE - PAGES(2), PAGES(2), RW,
            PRIVATE | MAP_GROWSDOWN | MAP_FIXED, 0);
    fput(file);
    return mm;
}

START_TEST(maps_has_the_format_of_the_real_file)
{
    ck_assert_str_eq(
        text_of(maps_show, process_to_show()),
        "10000000-10021000 rw-p 00000000 00:00 0                          "
        "        [heap]\n"
        "20000000-20002000 r-xp 00000000 00:00 0 \n"
        "20002000-20003000 ---p 00000000 00:00 0 \n"
        "6f000000-6f004000 rw-s 00003000 00:01 1                          "
        "        /tmp/file\n"
        "6fffe000-70000000 rw-p 00000000 00:00 0                          "
        "        [stack]\n");
}
END_TEST

/* The lines of one area; a name and its number are enough. */
static const char *smap_of(struct mm_struct *mm, const char *name)
{
    static char found[1000];
    const char *text = strstr(text_of(smaps_show, mm), name);
    size_t length = 0;

    ck_assert_ptr_nonnull(text);
    for (const char *line = strchr(text, '\n') + 1; *line != '\0';
         line = strchr(line, '\n') + 1) {
        unsigned long kib;
        char key[30];
        if (sscanf(line, "%29[A-Za-z_]: %lu kB\n", key, &kib) != 2)
            break;
        if (kib > 0)
            length += (size_t)snprintf(found + length, sizeof(found) - length,
                                       "%s %lu ", key, kib);
    }
    return found;
}

START_TEST(smaps_counts_each_frame_once)
{
    struct mm_struct *mm = process_to_show();

    ck_assert_str_eq(smap_of(mm, "[heap]"),
                     "Size 132 KernelPageSize 4 MMUPageSize 4 Rss 12 Pss 12 "
                     "Private_Dirty 12 Referenced 12 Anonymous 12 ");
    ck_assert_str_eq(smap_of(mm, "/tmp/file"),
                     "Size 16 KernelPageSize 4 MMUPageSize 4 Rss 8 Pss 8 "
                     "Private_Clean 4 Private_Dirty 4 Referenced 8 ");
    struct mm_struct *child = must_fork(mm);
    ck_assert_str_eq(smap_of(mm, "[heap]"),
                     "Size 132 KernelPageSize 4 MMUPageSize 4 Rss 12 Pss 6 "
                     "Shared_Dirty 12 Referenced 12 Anonymous 12 ");
    ck_assert_str_eq(smap_of(child, "/tmp/file"),
                     "Size 16 KernelPageSize 4 MMUPageSize 4 Rss 8 Pss 4 "
                     "Shared_Clean 8 ");
}
END_TEST

START_TEST(smaps_has_the_format_of_the_real_file)
{
    struct mm_struct *mm = must_run();
    must_map(2, RW, PRIVATE);
    ck_assert_str_eq(text_of(smaps_show, mm),
                     "6f7fe000-6f800000 rw-p 00000000 00:00 0 \n"
                     "Size:                  8 kB\n"
                     "KernelPageSize:        4 kB\n"
                     "MMUPageSize:           4 kB\n"
                     "Rss:                   0 kB\n"
                     "Pss:                   0 kB\n"
                     "Shared_Clean:          0 kB\n"
                     "Shared_Dirty:          0 kB\n"
                     "Private_Clean:         0 kB\n"
                     "Private_Dirty:         0 kB\n"
                     "Referenced:            0 kB\n"
                     "Anonymous:             0 kB\n"
                     "VmFlags: rd wr \n");
}
END_TEST

/* ---- out of memory ---- */

/* All that takes memory, once. What fails must leave things as they are. */
static void use_everything(void)
{
    struct mm_struct *mm = mm_alloc(), *child;
    struct file *file = shmem_file_setup("file", PAGES(4));
    char text[] = "some words";

    if (mm != NULL) {
        switch_mm(mm);
        unsigned long a = vm_mmap(NULL, 0, PAGES(6), RW, PRIVATE, 0);
        unsigned long b = vm_mmap(NULL, 0x20000000, PAGES(6), RW, SHARED, 0);
        must_be_sound("mmap()");
        sys_brk(mm->start_brk + PAGES(3));
        sys_munmap(a + PAGES(2), PAGES(1));
        must_be_sound("munmap()");
        sys_mprotect(a + PAGES(4), PAGES(1), PROT_READ);
        must_be_sound("mprotect()");
        copy_to_user(a, text, sizeof(text));
        copy_to_user(b, text, sizeof(text));
        copy_to_user(mm->start_brk, text, sizeof(text));
        copy_from_user(text, a + PAGES(1), sizeof(text));
        must_be_sound("page faults");
        if (file != NULL)
            vm_mmap(file, 0x50000000, PAGES(4), RW, MAP_PRIVATE, 0);
        copy_to_user(0x50000ff8, text, sizeof(text));
        sys_mremap(b, PAGES(1), PAGES(9), MREMAP_MAYMOVE);
        must_be_sound("mremap()");
        child = dup_mm(mm);
        must_be_sound("dup_mm()");
        copy_to_user(a, text, sizeof(text));
        if (child != NULL) {
            switch_mm(child);
            copy_to_user(mm->start_brk, text, sizeof(text));
            must_be_sound("a copy on write");
            mmput(child);
        }
        mmput(mm);
    }
    if (file != NULL)
        fput(file);
}

START_TEST(nothing_is_lost_when_memory_runs_out)
{
    must_lose_nothing(use_everything);
}
END_TEST

static void show_smaps(struct mm_struct *mm)
{
    text_of(smaps_show, mm);
}

START_TEST(smaps_can_be_shown_while_threads_fault)
{
    must_fault_at_once(show_smaps);
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static void a_place_in_no_file(void)
{
    find_vma(current_mm, 0)->vm_pgoff = 5;
}

START_TEST(the_check_finds_a_place_in_no_file)
{
    must_run();
    must_map(4, RW, PRIVATE);
    must_be_found(a_place_in_no_file, "shared or with a place, but in no file");
}
END_TEST

TCase *k04_random(void); /* of k04_random.c */

void add_k04(Suite *suite)
{
    TCase *areas = tcase_create("areas");
    tcase_add_test(areas, wrong_moves_and_advice_are_refused);
    tcase_add_test(areas, advice_leaves_the_host_s_pages_alone);
    tcase_add_test(areas, parts_of_a_file_know_their_place);
    tcase_add_test(areas, to_move_copies_no_byte);
    tcase_add_test(areas, it_grows_where_it_is_if_there_is_room);
    tcase_add_test(areas, it_may_move_to_its_own_edge);
    tcase_add_test(areas, a_file_moves_with_its_place);
    suite_add_tcase(suite, areas);

    TCase *faults = tcase_create("faults");
    tcase_add_test(faults, what_is_not_needed_goes_and_comes_back_empty);
    tcase_add_test(faults, a_load_beyond_the_file_is_a_mistake);
    suite_add_tcase(suite, faults);

    TCase *fork = tcase_create("fork");
    tcase_add_test(fork, memory_that_is_shared_stays_shared);
    tcase_add_test(fork, the_end_of_a_child_gives_shared_memory_back);
    suite_add_tcase(suite, fork);

    TCase *files = tcase_create("files");
    tcase_add_test(files, who_shares_a_file_sees_stores_and_private_ones_stay);
    tcase_add_test(files, the_last_user_of_a_file_frees_it);
    suite_add_tcase(suite, files);

    TCase *proc = tcase_create("proc");
    tcase_add_test(proc, maps_has_the_format_of_the_real_file);
    tcase_add_test(proc, smaps_has_the_format_of_the_real_file);
    tcase_add_test(proc, smaps_counts_each_frame_once);
    suite_add_tcase(suite, proc);

    TCase *memory = tcase_create("mm_memory");
    tcase_add_test(memory, nothing_is_lost_when_memory_runs_out);
    tcase_set_timeout(memory, 10);
    suite_add_tcase(suite, memory);

    suite_add_tcase(suite, k04_random());

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, smaps_can_be_shown_while_threads_fault);
    tcase_set_timeout(threads, 10);
    suite_add_tcase(suite, threads);

    TCase *check = tcase_create("check");
    tcase_add_test(check, the_check_finds_a_place_in_no_file);
    suite_add_tcase(suite, check);
}
