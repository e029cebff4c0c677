/* k04_1_areas.c - areas: what a process may use
 */
#define _GNU_SOURCE /* for MAP_FIXED_NOREPLACE */
#include "process.h"
#include "suite.h"

#include "buddy.h"
#include "fork.h"
#include "proc.h"
#include "sched.h"
#include "syscalls.h"
#include "vma.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- areas ---- */

START_TEST(to_map_takes_no_frame)
{
    struct mm_struct *mm = must_run();
    must_map(1, RW, PRIVATE);
    unsigned long free = normal_zone.free_pages;
    must_map(100000, RW, PRIVATE);
    ck_assert_uint_eq(normal_zone.free_pages, free);
    ck_assert_uint_eq(mm->total_vm, 100001);
}
END_TEST

START_TEST(mappings_fill_the_highest_gap)
{
    must_run();
    char *top = (char *)current_mm->mmap_base;
    char *a = must_map(4, PROT_READ, PRIVATE);
    ck_assert_ptr_eq(a, top - PAGES(4));
    char *c = must_map_at(a - PAGES(5), 3, PROT_READ);
    ck_assert_ptr_eq(must_map(3, RW, PRIVATE), c - PAGES(3));
    ck_assert_ptr_eq(must_map(1, RW, PRIVATE), a - PAGES(1));
    ck_assert_ptr_eq(must_map(1, RW, PRIVATE), a - PAGES(2));
    ck_assert_ptr_eq(must_map(1, RW, PRIVATE), c - PAGES(4));
    must_be_sound("mappings in gaps");
}
END_TEST

/* Whoever asks about a hole is told what comes after it. */
START_TEST(the_first_area_that_ends_above_is_found)
{
    struct mm_struct *mm = must_run();
    unsigned long high = (unsigned long)must_map_at((char *)0x40000000, 2, RW);
    unsigned long low =
        (unsigned long)must_map_at((char *)0x20000000, 2, PROT_READ);

    ck_assert_uint_eq(find_vma(mm, 0)->vm_start, low);
    ck_assert_uint_eq(find_vma(mm, low + PAGES(2) - 1)->vm_start, low);
    ck_assert_uint_eq(find_vma(mm, low + PAGES(2))->vm_start, high);
    ck_assert_ptr_null(find_vma(mm, high + PAGES(2)));
    ck_assert_ptr_null(find_vma_intersection(mm, low + PAGES(2), high));
    ck_assert_uint_eq(find_vma_intersection(mm, low, high + 1)->vm_start, low);
    ck_assert_uint_eq(
        find_vma_intersection(mm, low + PAGES(2), high + 1)->vm_start, high);
}
END_TEST

START_TEST(what_is_there_is_not_mapped_over)
{
    must_run();
    char *a = must_map(4, RW, PRIVATE);
    ck_assert_int_eq((int)vm_mmap(NULL, (unsigned long)a + PAGES(3), PAGES(3),
                                  RW, PRIVATE | MAP_FIXED_NOREPLACE, 0),
                     -EEXIST);
    ck_assert_str_eq(areas_from(a), "0+4rw");
    ck_assert_uint_eq(vm_mmap(NULL, (unsigned long)a - PAGES(3), PAGES(3),
                              PROT_READ, PRIVATE | MAP_FIXED_NOREPLACE, 0),
                      (unsigned long)a - PAGES(3));
    ck_assert_str_eq(areas_from(a), "-3+3r 0+4rw");
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    must_run();
    unsigned long a = (unsigned long)must_map(4, RW, PRIVATE);
    const unsigned long large = TASK_SIZE - TASK_MIN;
    struct call calls[] = {
        {vm_mmap(NULL, 0, 0, RW, PRIVATE, 0), -EINVAL},
        {vm_mmap(NULL, 0, 1, RW, MAP_ANONYMOUS, 0), -EINVAL},
        {vm_mmap(NULL, 0, 1, RW, PRIVATE, 1), -EINVAL},
        {vm_mmap(NULL, 0, 1, RW, MAP_PRIVATE, 0), -EBADF},
        {vm_mmap(NULL, 0, ~0UL, RW, PRIVATE, 0), -ENOMEM},
        {vm_mmap(NULL, 0, large, RW, PRIVATE, 0), -ENOMEM},
        {vm_mmap(NULL, a + 1, 1, RW, PRIVATE | MAP_FIXED, 0), -EINVAL},
        {vm_mmap(NULL, TASK_MIN - PAGES(1), 1, RW, PRIVATE | MAP_FIXED, 0),
         -EPERM},
        {vm_mmap(NULL, TASK_SIZE, 1, RW, PRIVATE | MAP_FIXED, 0), -ENOMEM},
    };

    must_return(calls, LENGTH(calls));
    ck_assert_str_eq(areas_from((char *)a), "0+4rw");
    must_be_sound("calls that were refused");
}
END_TEST

/* ---- processes ---- */

START_TEST(each_process_has_areas_of_its_own)
{
    struct mm_struct *one = must_run(), *two = mm_alloc();
    char *a = must_map(2, RW, PRIVATE);

    switch_mm(two);
    ck_assert_str_eq(areas_from(a), "");
    ck_assert_ptr_eq(must_map(1, PROT_READ, PRIVATE), a + PAGES(1));
    mmput(two);
    ck_assert_ptr_null(current_mm);
    switch_mm(one);
    ck_assert_str_eq(areas_from(a), "0+2rw");
    must_be_sound("the end of a process");
}
END_TEST

START_TEST(maps_has_a_line_for_each_area)
{
    struct mm_struct *mm = must_run();

    must_map_at((char *)0x60000000, 1, RW);
    must_map_at((char *)0x20000000, 2, PROT_READ | PROT_EXEC);
    must_map_at((char *)0x20002000, 1, PROT_NONE);
    ck_assert_str_eq(text_of(maps_show, mm),
                     "20000000-20002000 r-xp 00000000 00:00 0 \n"
                     "20002000-20003000 ---p 00000000 00:00 0 \n"
                     "60000000-60001000 rw-p 00000000 00:00 0 \n");
}
END_TEST

/* ---- out of memory ---- */

/* More areas than one slab has. */
static void use_areas(void)
{
    struct mm_struct *mm = mm_alloc();

    if (mm == NULL)
        return;
    switch_mm(mm);
    for (unsigned long i = 0; i < 200; i++) {
        unsigned long before = mm->map_count;
        unsigned long got = vm_mmap(NULL, TASK_MIN + PAGES(2 * i), PAGES(1), RW,
                                    PRIVATE | MAP_FIXED, 0);
        ck_assert_uint_eq(mm->map_count, before + !IS_ERR_VALUE(got));
    }
    must_be_sound("mmap()");
    mmput(mm);
}

START_TEST(no_area_is_lost_when_memory_runs_out)
{
    must_lose_nothing(use_areas);
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static struct vm_area_struct *first, *second;

static void areas_out_of_order(void)
{
    list_del(&first->vm_list);
    list_add(&first->vm_list, &second->vm_list);
}

static void an_area_of_half_a_page(void)
{
    second->vm_start -= 5;
}

static void an_area_of_nothing(void)
{
    second->vm_end = second->vm_start;
}

static void a_stranger_s_area(void)
{
    second->vm_mm = NULL;
}

static void an_area_with_no_way_back(void)
{
    second->vm_list.prev = &second->vm_list;
}

static void a_wrong_map_count(void)
{
    current_mm->map_count++;
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {areas_out_of_order, "not after the one before"},
    {an_area_of_half_a_page, "no whole pages"},
    {an_area_of_nothing, "not a range of a process"},
    {a_stranger_s_area, "of another mm than 1"},
    {an_area_with_no_way_back, "does not lead back"},
    {a_wrong_map_count, "mm 1: 3 areas of 6 pages, not 2 of 6"},
};

START_TEST(the_check_finds_broken_areas)
{
    must_run();
    char *a = must_map_at((char *)0x20000000, 4, RW);
    char *b = must_map_at((char *)0x30000000, 2, PROT_READ);
    first = find_vma(current_mm, (unsigned long)a);
    second = find_vma(current_mm, (unsigned long)b);
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

void add_k04_1(Suite *suite)
{
    TCase *areas = tcase_create("areas");
    tcase_add_test(areas, to_map_takes_no_frame);
    tcase_add_test(areas, mappings_fill_the_highest_gap);
    tcase_add_test(areas, the_first_area_that_ends_above_is_found);
    tcase_add_test(areas, what_is_there_is_not_mapped_over);
    tcase_add_test(areas, wrong_arguments_are_refused);
    tcase_add_test(areas, each_process_has_areas_of_its_own);
    suite_add_tcase(suite, areas);

    TCase *proc = tcase_create("proc");
    tcase_add_test(proc, maps_has_a_line_for_each_area);
    suite_add_tcase(suite, proc);

    TCase *memory = tcase_create("mm_memory");
    tcase_add_test(memory, no_area_is_lost_when_memory_runs_out);
    tcase_set_timeout(memory, 10);
    suite_add_tcase(suite, memory);

    TCase *check = tcase_create("check");
    tcase_add_loop_test(check, the_check_finds_broken_areas, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
