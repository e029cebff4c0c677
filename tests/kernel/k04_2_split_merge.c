/* k04_2_split_merge.c - areas are merged and split: munmap, brk, mprotect
 */
#define _GNU_SOURCE /* for MAP_FIXED_NOREPLACE */
#include "process.h"
#include "suite.h"

#include "fork.h"
#include "proc.h"
#include "sched.h"
#include "syscalls.h"
#include "vma.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* ---- areas ---- */

START_TEST(the_highest_gap_that_fits_is_taken)
{
    must_run();
    char *top = (char *)current_mm->mmap_base;
    char *a = must_map(4, PROT_READ, PRIVATE);
    char *b = must_map(2, RW, PRIVATE);
    char *c = must_map(3, PROT_READ, PRIVATE);
    ck_assert_ptr_eq(a, top - PAGES(4));
    ck_assert_ptr_eq(b, a - PAGES(2));
    ck_assert_ptr_eq(c, b - PAGES(3));
    must_unmap(b, 2);
    ck_assert_ptr_eq(must_map(3, RW, PRIVATE), c - PAGES(3));
    ck_assert_ptr_eq(must_map(1, RW, PRIVATE), a - PAGES(1));
    ck_assert_ptr_eq(must_map(1, RW, PRIVATE), a - PAGES(2));
    must_be_sound("mappings in gaps");
}
END_TEST

START_TEST(neighbours_that_are_alike_become_one)
{
    must_run();
    char *c = must_map(3, RW, PRIVATE);
    must_map(3, RW, PRIVATE);
    char *a = must_map(3, RW, PRIVATE);
    ck_assert_str_eq(areas_from(a), "0+9rw");
    must_unmap(c - PAGES(2), 1);
    ck_assert_str_eq(areas_from(a), "0+4rw 5+4rw");
    must_map_at(c - PAGES(2), 1, RW);
    ck_assert_str_eq(areas_from(a), "0+9rw");
    must_map_at(a + PAGES(4), 1, PROT_READ);
    ck_assert_str_eq(areas_from(a), "0+4rw 4+1r 5+4rw");
    must_map_at(a + PAGES(3), 3, PROT_READ);
    ck_assert_str_eq(areas_from(a), "0+3rw 3+3r 6+3rw");
    must_be_sound("areas side by side");
}
END_TEST

START_TEST(to_unmap_cuts_and_splits)
{
    must_run();
    char *a = must_map(10, RW, PRIVATE);
    must_unmap(a, 1);
    must_unmap(a + PAGES(9), 1);
    ck_assert_str_eq(areas_from(a), "1+8rw");
    must_unmap(a + PAGES(3), 2);
    ck_assert_str_eq(areas_from(a), "1+2rw 5+4rw");
    must_map_at(a + PAGES(3), 1, PROT_READ);
    must_unmap(a + PAGES(2), 5);
    ck_assert_str_eq(areas_from(a), "1+1rw 7+2rw");
    must_unmap(a, 100); /* where nothing is it does no harm */
    ck_assert_str_eq(areas_from(a), "");
    must_be_sound("munmap()");
}
END_TEST

START_TEST(a_wish_is_granted_if_there_is_room)
{
    must_run();
    char *a = must_map(2, RW, PRIVATE);
    unsigned long wish = 0x30000123;
    ck_assert_uint_eq(vm_mmap(NULL, wish, 100, RW, PRIVATE, 0), 0x30001000);
    ck_assert_uint_eq(vm_mmap(NULL, 0x30000000, PAGES(2), RW, PRIVATE, 0),
                      (unsigned long)a - PAGES(2));
    ck_assert_uint_eq(vm_mmap(NULL, 5, PAGES(1), RW, PRIVATE, 0),
                      (unsigned long)a - PAGES(3));
}
END_TEST

START_TEST(fixed_replaces_what_was_there)
{
    must_run();
    char *a = must_map(4, RW, PRIVATE);
    must_map_at(a + PAGES(1), 2, RW);
    ck_assert_str_eq(areas_from(a), "0+4rw");
    must_map_at(a + PAGES(3), 3, PROT_READ);
    ck_assert_str_eq(areas_from(a), "0+3rw 3+3r");
    must_be_sound("MAP_FIXED");
}
END_TEST

START_TEST(an_mm_has_so_many_areas)
{
    struct mm_struct *mm = must_run();
    sysctl_max_map_count = 10;
    char *a = must_map(21, RW, PRIVATE);
    for (int i = 1; i < 19; i += 2)
        must_unmap(a + PAGES(i), 1);
    ck_assert_uint_eq(mm->map_count, 10);
    unsigned long last = (unsigned long)a + PAGES(18);
    ck_assert_int_eq(sys_munmap(last + PAGES(1), PAGES(1)), -ENOMEM);
    ck_assert_int_eq(sys_mprotect(last, PAGES(1), PROT_READ), -ENOMEM);
    ck_assert_int_eq(sys_munmap(last + PAGES(2), PAGES(1)), 0); /* no split */
    must_map(1, PROT_READ, PRIVATE); /* one more, as in Linux */
    ck_assert_uint_eq(mm->map_count, 11);
    ck_assert_int_eq((int)vm_mmap(NULL, 0, 1, RW, PRIVATE, 0), -ENOMEM);
    ck_assert_uint_eq(sys_brk(mm->brk + 1), mm->start_brk);
    must_be_sound("too many areas");
}
END_TEST

START_TEST(wrong_ranges_are_refused)
{
    must_run();
    unsigned long a = (unsigned long)must_map(4, RW, PRIVATE);
    struct call calls[] = {
        {(unsigned long)sys_munmap(a, 0), -EINVAL},
        {(unsigned long)sys_munmap(a + 1, 1), -EINVAL},
        {(unsigned long)sys_munmap(a, TASK_SIZE), -EINVAL},
        {(unsigned long)sys_munmap(TASK_SIZE + PAGES(1), 1), -EINVAL},
        {(unsigned long)sys_mprotect(a + 1, 1, RW), -EINVAL},
        {(unsigned long)sys_mprotect(a, 1, 64), -EINVAL},
        {(unsigned long)sys_mprotect(a, ~0UL - PAGES(4), RW), -ENOMEM},
        {(unsigned long)sys_mprotect(a, PAGES(5), RW), -ENOMEM},
        {(unsigned long)sys_mprotect(TASK_MIN, 1, RW), -ENOMEM},
    };

    must_return(calls, LENGTH(calls));
    ck_assert_str_eq(areas_from((char *)a), "0+4rw");
    ck_assert_int_eq(sys_mprotect(a, 0, RW), 0);
    must_be_sound("calls that were refused");
}
END_TEST

/* What is below all processes is no business of theirs. */
START_TEST(the_host_s_pages_are_left_alone)
{
    const unsigned long below = TASK_MIN - PAGES(2);
    volatile char *page =
        mmap((void *)below, PAGES(1), RW, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0);

    ck_assert_uint_eq((unsigned long)page, below);
    *page = 1;
    must_run();
    must_map_at((char *)TASK_MIN, 2, RW);
    ck_assert_int_eq(sys_munmap(below, PAGES(1)), 0);
    ck_assert_int_eq(sys_munmap(below, PAGES(3)), 0);
    ck_assert_str_eq(areas_from((char *)TASK_MIN), "1+1rw");
    ck_assert_int_eq(sys_mprotect(below, PAGES(1), PROT_NONE), -ENOMEM);
    ck_assert_int_eq(*page, 1);
}
END_TEST

/* What is changed before the hole stays changed. */
START_TEST(rights_before_a_hole_are_changed)
{
    must_run();
    char *a = must_map(6, RW, PRIVATE);
    must_unmap(a + PAGES(3), 1);
    ck_assert_int_eq(
        sys_mprotect((unsigned long)a + PAGES(1), PAGES(4), PROT_READ),
        -ENOMEM);
    ck_assert_str_eq(areas_from(a), "0+1rw 1+2r 4+2rw");
}
END_TEST

START_TEST(other_rights_split_and_merge)
{
    must_run();
    char *a = must_map(6, RW, PRIVATE);
    unsigned long address = (unsigned long)a;

    ck_assert_int_eq(sys_mprotect(address + PAGES(2), 1, PROT_READ), 0);
    ck_assert_str_eq(areas_from(a), "0+2rw 2+1r 3+3rw");
    ck_assert_int_eq(sys_mprotect(address + PAGES(1), PAGES(1), PROT_READ), 0);
    ck_assert_str_eq(areas_from(a), "0+1rw 1+2r 3+3rw");
    ck_assert_int_eq(sys_mprotect(address, PAGES(6), PROT_NONE), 0);
    ck_assert_str_eq(areas_from(a), "0+6");
    ck_assert_int_eq(sys_mprotect(address + PAGES(3), PAGES(3), RW), 0);
    ck_assert_str_eq(areas_from(a), "0+3 3+3rw");
    must_be_sound("mprotect()");
}
END_TEST

/* ---- the heap ---- */

START_TEST(the_break_may_lie_within_a_page)
{
    struct mm_struct *mm = must_run();
    unsigned long start = mm->start_brk;
    const char *heap = (const char *)start;

    ck_assert_uint_eq(sys_brk(0), start);
    ck_assert_str_eq(areas_from(heap), "");
    ck_assert_uint_eq(sys_brk(start + 1), start + 1);
    ck_assert_str_eq(areas_from(heap), "0+1rw");
    ck_assert_uint_eq(sys_brk(start + PAGE_SIZE), start + PAGE_SIZE);
    ck_assert_str_eq(areas_from(heap), "0+1rw");
    ck_assert_uint_eq(sys_brk(start + PAGES(5) + 1), start + PAGES(5) + 1);
    ck_assert_str_eq(areas_from(heap), "0+6rw");
    ck_assert_uint_eq(sys_brk(start + PAGES(5)), start + PAGES(5));
    ck_assert_str_eq(areas_from(heap), "0+5rw");
    ck_assert_uint_eq(sys_brk(start - 1), start + PAGES(5));
    ck_assert_uint_eq(sys_brk(start), start);
    ck_assert_str_eq(areas_from(heap), "");
    must_be_sound("brk()");
}
END_TEST

START_TEST(a_mapping_in_the_way_stops_the_break)
{
    struct mm_struct *mm = must_run();
    unsigned long start = mm->start_brk;

    must_map_at((char *)start + PAGES(8), 1, RW);
    ck_assert_uint_eq(sys_brk(start + PAGES(7)), start + PAGES(7));
    /* one page stays free between them */
    ck_assert_uint_eq(sys_brk(start + PAGES(7) + 1), start + PAGES(7));
    ck_assert_uint_eq(sys_brk(start + PAGES(9)), start + PAGES(7));
    ck_assert_uint_eq(sys_brk(start + PAGES(99)), start + PAGES(7));
    must_unmap((char *)start + PAGES(8), 1);
    ck_assert_uint_eq(sys_brk(start + PAGES(99)), start + PAGES(99));
    ck_assert_uint_eq(sys_brk(TASK_SIZE + 1), start + PAGES(99));
    ck_assert_uint_eq(sys_brk(~0UL), start + PAGES(99));
    must_be_sound("brk()");
}
END_TEST

START_TEST(the_heap_has_its_name)
{
    struct mm_struct *mm = must_run();

    sys_brk(mm->start_brk + PAGES(33));
    must_map_at((char *)0x20000000, 1, RW);
    ck_assert_str_eq(
        text_of(maps_show, mm),
        "10000000-10021000 rw-p 00000000 00:00 0                          "
        "        [heap]\n"
        "20000000-20001000 rw-p 00000000 00:00 0 \n");
}
END_TEST

/* ---- out of memory ---- */

/* To unmap a piece from the middle takes an area more. */
static void use_splits(void)
{
    struct mm_struct *mm = mm_alloc();

    if (mm == NULL)
        return;
    switch_mm(mm);
    unsigned long a = vm_mmap(NULL, 0, PAGES(401), RW, PRIVATE, 0);
    for (unsigned long i = 1; !IS_ERR_VALUE(a) && i < 400; i += 4) {
        unsigned long before = mm->map_count;
        int error = sys_munmap(a + PAGES(i), PAGES(1));
        ck_assert_uint_eq(mm->map_count, before + (error == 0));
        error = sys_mprotect(a + PAGES(i + 2), PAGES(1), PROT_READ);
        ck_assert_uint_le(mm->map_count, before + 3);
        if (error == 0)
            ck_assert_uint_ge(mm->map_count, before + 2);
    }
    must_be_sound("munmap() and mprotect()");
    sys_brk(mm->start_brk + PAGES(3));
    must_be_sound("brk()");
    mmput(mm);
}

START_TEST(no_split_is_lost_when_memory_runs_out)
{
    must_lose_nothing(use_splits);
}
END_TEST

/* ---- random calls, beside a row of pages ---- */

#define WINDOW 40 /* pages below mmap_base, and the heap at their lower end */
#define UNUSED (-1)

static int rights[WINDOW]; /* of each page: its prot, or UNUSED */

static unsigned long window_page(int page)
{
    return current_mm->mmap_base - PAGES((unsigned long)(WINDOW - page));
}

static void set_rights(int first, int count, int prot)
{
    for (int i = first; i < first + count && i < WINDOW; i++)
        rights[i] = prot;
}

/* Areas must be the runs of pages that are alike. */
static void must_be_as_the_row(const char *after)
{
    unsigned long runs = 0;

    must_be_sound(after);
    for (int i = 0; i < WINDOW; i++) {
        const struct vm_area_struct *vma = find_vma_intersection(
            current_mm, window_page(i), window_page(i + 1));
        int prot = vma == NULL ? UNUSED : (int)vma->vm_flags;
        ck_assert_msg(prot == rights[i], "%s: page %d has %d, not %d (seed %u)",
                      after, i, prot, rights[i], seed);
        runs += prot != UNUSED && (i == 0 || rights[i - 1] != prot);
    }
    ck_assert_msg(current_mm->map_count == runs,
                  "%s: %lu areas, not %lu (seed %u)", after,
                  current_mm->map_count, runs, seed);
}

static void random_brk(uint64_t *state)
{
    int old = (int)((PAGE_ALIGN(current_mm->brk) - window_page(0)) / PAGE_SIZE);
    int new = (int)random_below(state, 12), end = old;

    while (end < WINDOW && rights[end] == UNUSED)
        end++;
    sys_brk(window_page(new));
    if (new > old &&new < end) /* one page stays free behind the heap */
        set_rights(old, new - old, RW);
    else if (new < old)
        set_rights(new, old - new, UNUSED);
}

START_TEST(random_areas)
{
    static const int prots[] = {PROT_NONE, PROT_READ, RW, RW};
    uint64_t state = seed;
    struct mm_struct *mm = must_run();

    mm->start_brk = mm->brk = window_page(0);
    set_rights(0, WINDOW, UNUSED);
    for (int i = 0; i < 1000; i++) {
        int first = (int)random_below(&state, WINDOW - 8);
        int count = 1 + (int)random_below(&state, 8);
        int prot = prots[random_below(&state, LENGTH(prots))];
        unsigned long start = window_page(first);
        switch (random_below(&state, 4)) {
        case 0:
            must_map_at((char *)start, (unsigned long)count, prot);
            set_rights(first, count, prot);
            must_be_as_the_row("mmap()");
            break;
        case 1:
            must_unmap((char *)start, (unsigned long)count);
            set_rights(first, count, UNUSED);
            must_be_as_the_row("munmap()");
            break;
        case 2:
            sys_mprotect(start, PAGES((unsigned long)count), prot);
            for (int j = first; j < first + count && rights[j] != UNUSED; j++)
                rights[j] = prot;
            must_be_as_the_row("mprotect()");
            break;
        case 3:
            random_brk(&state);
            must_be_as_the_row("brk()");
        }
    }
    mmput(mm);
    must_be_sound("the end of the process");
}
END_TEST

void add_k04_2(Suite *suite)
{
    TCase *areas = tcase_create("areas");
    tcase_add_test(areas, the_highest_gap_that_fits_is_taken);
    tcase_add_test(areas, neighbours_that_are_alike_become_one);
    tcase_add_test(areas, to_unmap_cuts_and_splits);
    tcase_add_test(areas, a_wish_is_granted_if_there_is_room);
    tcase_add_test(areas, fixed_replaces_what_was_there);
    tcase_add_test(areas, an_mm_has_so_many_areas);
    tcase_add_test(areas, wrong_ranges_are_refused);
    tcase_add_test(areas, the_host_s_pages_are_left_alone);
    tcase_add_test(areas, rights_before_a_hole_are_changed);
    tcase_add_test(areas, other_rights_split_and_merge);
    tcase_add_test(areas, the_break_may_lie_within_a_page);
    tcase_add_test(areas, a_mapping_in_the_way_stops_the_break);
    tcase_add_test(areas, random_areas);
    tcase_set_timeout(areas, 10);
    suite_add_tcase(suite, areas);

    TCase *proc = tcase_create("proc");
    tcase_add_test(proc, the_heap_has_its_name);
    suite_add_tcase(suite, proc);

    TCase *memory = tcase_create("mm_memory");
    tcase_add_test(memory, no_split_is_lost_when_memory_runs_out);
    tcase_set_timeout(memory, 10);
    suite_add_tcase(suite, memory);
}
