/* k04_3_faults.c - page tables, the MMU and page faults */
#include "process.h"
#include "suite.h"

#include "buddy.h"
#include "fault.h"
#include "fork.h"
#include "mmu.h"
#include "proc.h"
#include "sched.h"
#include "syscalls.h"
#include "vma.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* ---- page faults ---- */

START_TEST(a_frame_comes_with_the_first_store)
{
    struct mm_struct *mm = must_run();
    char *a = must_map(100000, RW, PRIVATE);

    ck_assert_uint_eq(rss(mm), 0);
    ck_assert(!in_tlb(a));
    store(a, 'x');
    ck_assert(in_tlb(a));
    ck_assert_uint_eq(mm->min_flt, 1);
    ck_assert_uint_eq(rss(mm), 1);
    ck_assert_int_eq(load(a), 'x');
    ck_assert_int_eq(load(a + 1), 0);
    ck_assert_int_eq(load(page_address(frame_of(a))), 'x');
    for (int i = 0; i < 1000; i++)
        store(a + i, 'z');
    ck_assert_uint_eq(mm->min_flt, 1);
    ck_assert_ptr_null(frame_of(a + PAGES(1)));
    must_be_sound("page faults");
}
END_TEST

START_TEST(a_frame_that_was_used_before_holds_zeros)
{
    must_run();
    char *a = must_map(8, RW, PRIVATE);
    memset(a, 0xff, PAGES(8));
    unsigned long pfn = page_to_pfn(frame_of(a));
    must_unmap(a, 8);
    a = must_map(8, RW, PRIVATE);
    bool again = false;
    for (int i = 0; i < 8; i++) {
        store(a + PAGES(i) + 5, 1);
        again |= page_to_pfn(frame_of(a + PAGES(i))) == pfn;
        ck_assert_int_eq(load(a + PAGES(i)), 0);
        ck_assert_int_eq(load(a + PAGES(i) + PAGE_SIZE - 1), 0);
    }
    ck_assert(again);
}
END_TEST

START_TEST(the_hardware_notes_accesses)
{
    must_run();
    char *a = must_map(2, RW, PRIVATE);
    store(a, 1);
    sys_mprotect((unsigned long)a, PAGE_SIZE, PROT_READ);
    pte_t *pte = pte_offset(current_mm->pgd, (unsigned long)a);
    *pte &= ~(_PAGE_ACCESSED | _PAGE_DIRTY);
    sys_mprotect((unsigned long)a, PAGE_SIZE, RW);
    store(a, 2);
    ck_assert_uint_eq(pte_of(a) & (_PAGE_ACCESSED | _PAGE_DIRTY),
                      _PAGE_ACCESSED | _PAGE_DIRTY);
    *pte &= ~(_PAGE_ACCESSED | _PAGE_DIRTY);
    flush_tlb_range(current_mm->pgd, (unsigned long)a,
                    (unsigned long)a + PAGE_SIZE);
    unsigned long faults = current_mm->min_flt;
    ck_assert_int_eq(load(a), 2);
    ck_assert_uint_eq(pte_of(a) & (_PAGE_ACCESSED | _PAGE_DIRTY),
                      _PAGE_ACCESSED);
    store(a, 3);
    ck_assert_uint_eq(pte_of(a) & (_PAGE_ACCESSED | _PAGE_DIRTY),
                      _PAGE_ACCESSED | _PAGE_DIRTY);
    ck_assert_uint_eq(current_mm->min_flt, faults); /* TLB misses are none */
}
END_TEST

START_TEST(errno_is_the_process_s_own)
{
    must_run();
    char *a = must_map(1, RW, PRIVATE);
    errno = 77;
    store(a, 1);
    ck_assert_int_eq(errno, 77);
}
END_TEST

START_TEST(rights_hold_at_once)
{
    struct mm_struct *mm = must_run();
    char *a = must_map(3, RW, PRIVATE);
    memset(a, 'a', PAGES(3));
    struct page *page = frame_of(a + PAGES(1));

    sys_mprotect((unsigned long)a + PAGES(1), PAGE_SIZE, PROT_NONE);
    ck_assert_str_eq(areas_from(a), "0+1rw 1+1 2+1rw");
    ck_assert(!in_tlb(a + PAGES(1)));
    ck_assert_ptr_eq(frame_of(a + PAGES(1)), page);
    ck_assert_uint_eq(rss(mm), 3);
    must_be_sound("PROT_NONE");
    sys_mprotect((unsigned long)a + PAGES(1), PAGE_SIZE, RW);
    ck_assert_str_eq(areas_from(a), "0+3rw");
    unsigned long faults = mm->min_flt;
    ck_assert_int_eq(load(a + PAGES(1)), 'a');
    ck_assert_uint_eq(mm->min_flt, faults);
    must_be_sound("mprotect()");
}
END_TEST

START_TEST(unmapped_pages_are_freed)
{
    struct mm_struct *mm = must_run();
    char *a = must_map(4, RW, PRIVATE);
    for (int i = 0; i < 4; i++)
        store(a + PAGES(i), 'a');
    unsigned long free = normal_zone.free_pages;
    must_unmap(a, 1);
    ck_assert_uint_eq(normal_zone.free_pages, free + 1);
    ck_assert(!in_tlb(a));
    must_map_at(a + PAGES(1), 2, RW); /* MAP_FIXED replaces two of them */
    ck_assert_uint_eq(rss(mm), 1);
    ck_assert(!in_tlb(a + PAGES(1)));
    ck_assert_int_eq(load(a + PAGES(1)), 0);
    ck_assert_int_eq(load(a + PAGES(3)), 'a');
    must_be_sound("munmap()");
}
END_TEST

START_TEST(the_break_frees_whole_pages)
{
    struct mm_struct *mm = must_run();
    unsigned long start = mm->start_brk;

    sys_brk(start + PAGES(5) + 1);
    store((char *)start + PAGES(5), 1);
    store((char *)start + PAGES(4), 1);
    sys_brk(start + PAGES(5));
    ck_assert_uint_eq(rss(mm), 1);
    ck_assert(!in_tlb((char *)start + PAGES(5)));
    sys_brk(start + PAGES(4) + 1);
    ck_assert_uint_eq(rss(mm), 1);
    ck_assert_int_eq(load((char *)start + PAGES(4)), 1);
    must_be_sound("brk()");
}
END_TEST

START_TEST(the_end_of_a_process_frees_its_frames)
{
    mmput(must_run()); /* the caches take what they need */
    unsigned long free = normal_zone.free_pages;
    struct mm_struct *mm = mm_alloc();
    switch_mm(mm);
    memset(must_map(20, RW, PRIVATE), 1, PAGES(20));
    ck_assert_uint_lt(normal_zone.free_pages, free - 20);
    mmput(mm);
    ck_assert_uint_le(free - normal_zone.free_pages, 1); /* areas' slab */
    must_be_sound("the end of a process");
}
END_TEST

START_TEST(tables_go_with_their_pages)
{
    struct mm_struct *mm = must_run();
    char *a = must_map_at((char *)0x20000000, 1, RW);
    char *b = must_map_at((char *)0x60000000, 1, RW);
    ck_assert_uint_eq(mm->nr_tables, 1);
    store(a, 1); /* one for each level */
    ck_assert_uint_eq(mm->nr_tables, PT_LEVELS);
    store(b, 1);
    ck_assert_uint_eq(mm->nr_tables, PT_LEVELS + 2);
    must_unmap(a, 1);
    ck_assert_uint_eq(mm->nr_tables, PT_LEVELS);
    must_unmap(b, 1);
    ck_assert_uint_eq(mm->nr_tables, 1);
    must_be_sound("tables were freed");
}
END_TEST

/* Equal addresses mean different bytes: the TLB must not remember. */
START_TEST(processes_do_not_see_each_other)
{
    struct mm_struct *one = must_run(), *two = mm_alloc();
    char *a = must_map_at((char *)0x20000000, 2, RW);
    strcpy(a, "one");
    switch_mm(two);
    ck_assert(!in_tlb(a));
    must_map_at(a, 1, RW);
    strcpy(a, "two");
    switch_mm(one);
    ck_assert_str_eq(a, "one");
    sys_mprotect((unsigned long)a, PAGE_SIZE, PROT_NONE);
    switch_mm(two);
    ck_assert_str_eq(a, "two");
}
END_TEST

/* ---- accesses that are mistakes ---- */

static void load_where_nothing_is(void)
{
    load(mistake_area + PAGES(5));
}

static void store_to_what_can_be_read(void)
{
    load(mistake_area);
    store(mistake_area, 1);
}

static void store_where_nothing_was_read(void)
{
    store(mistake_area, 1);
}

static void load_what_nobody_may(void)
{
    load(mistake_area + PAGES(1));
}

static void run_what_is_no_code(void)
{
    void (*function)(void) = (void (*)(void))(unsigned long)mistake_area;
    load(mistake_area);
    function();
}

static void load_what_was_unmapped(void)
{
    load(mistake_area);
    must_unmap(mistake_area, 1);
    load(mistake_area);
}

static void load_without_a_process(void)
{
    switch_mm(NULL);
    load(mistake_area);
}

static void store_when_memory_has_run_out(void)
{
    while (alloc_pages(GFP_KERNEL, 0) != NULL)
        ;
    store(mistake_area + PAGES(4), 1);
}

static void load_at_the_host_s_own_address(void)
{
    char *volatile low = (char *)8; /* the compiler must not see it */
    load(low);
}

static const struct mistake mistakes[] = {
    {load_where_nothing_is, SIGSEGV, "[1]: segfault at %lx error 4", 5},
    {store_to_what_can_be_read, SIGSEGV, "[1]: segfault at %lx error 7", 0},
    {store_where_nothing_was_read, SIGSEGV, "[1]: segfault at %lx error 6", 0},
    {load_what_nobody_may, SIGSEGV, "[1]: segfault at %lx error 4", 1},
#ifdef __x86_64__
    {run_what_is_no_code, SIGSEGV, "[1]: segfault at %lx error 15", 0},
#endif
    {load_what_was_unmapped, SIGSEGV, "[1]: segfault at %lx error 4", 0},
    {load_without_a_process, SIGSEGV, "[0]: segfault at %lx error 4", 0},
    {store_when_memory_has_run_out, SIGKILL, "Out of memory: Killed process 1",
     4},
};

/* Pages: to read, for nobody, two to read, one to write. */
START_TEST(a_mistake_ends_the_process)
{
    must_run();
    mistake_area = must_map(5, PROT_READ, PRIVATE);
    sys_mprotect((unsigned long)mistake_area + PAGES(1), PAGE_SIZE, PROT_NONE);
    must_map_at(mistake_area + PAGES(4), 1, RW);
    must_end(&mistakes[_i]);
}
END_TEST

/* What is no address of a process is not the kernel's business. */
START_TEST(other_addresses_are_left_to_the_host)
{
    char said[200];

    must_run();
    int status =
        run_in_child(load_at_the_host_s_own_address, said, sizeof(said));
    ck_assert(status != 0);
    ck_assert_ptr_null(strstr(said, "[1]:"));
}
END_TEST

/* ---- out of memory ---- */

static void use_frames(void)
{
    struct mm_struct *mm = mm_alloc();

    if (mm == NULL)
        return;
    switch_mm(mm);
    for (unsigned long i = 0; i < 12; i++) {
        unsigned long a = vm_mmap(NULL, 0x20000000 + (i << 26), PAGES(1), RW,
                                  PRIVATE | MAP_FIXED, 0);
        unsigned long before = rss(mm);
        int signal = IS_ERR_VALUE(a)
                         ? SIGKILL
                         : handle_mm_fault(mm, X86_PF_USER | X86_PF_WRITE, a);
        ck_assert(signal == 0 || signal == SIGKILL);
        ck_assert_uint_eq(rss(mm), before + (signal == 0));
    }
    must_be_sound("page faults");
    mmput(mm);
}

START_TEST(no_frame_is_lost_when_memory_runs_out)
{
    must_lose_nothing(use_frames);
}
END_TEST

/* ---- threads ---- */

static void show_maps(struct mm_struct *mm)
{
    text_of(maps_show, mm);
}

START_TEST(threads_fault_at_the_same_time)
{
    must_fault_at_once(show_maps);
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static struct vm_area_struct *first;
static pte_t *written;

static void a_wrong_rss(void)
{
    current_mm->rss[MM_ANONPAGES]++;
}

static void a_wrong_nr_tables(void)
{
    current_mm->nr_tables++;
}

static void a_frame_in_no_area(void)
{
    *pte_alloc(current_mm, 0x40000000) = *written;
}

static void a_free_frame(void)
{
    *written = mk_pte(pfn_to_page(FRAMES - 1), *written & ~PTE_PFN_MASK);
}

static void a_frame_that_is_not_present(void)
{
    *written &= ~_PAGE_PRESENT;
}

static void a_frame_to_run(void)
{
    *written &= ~_PAGE_NX;
}

static void a_right_too_many(void)
{
    first->vm_flags &= ~VM_WRITE;
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {a_wrong_rss, "] is 2, not 1"},
    {a_wrong_nr_tables, "mm 1: nr_tables is "},
    {a_frame_in_no_area, "in no area"},
    {a_free_frame, "is not in use"},
    {a_frame_that_is_not_present, "present, or not, against the area"},
    {a_frame_to_run, "may be run, or not, against the area"},
    {a_right_too_many, "writable, but the area is not"},
};

START_TEST(the_check_finds_broken_page_tables)
{
    must_run();
    char *a = must_map_at((char *)0x20000000, 4, RW);
    store(a, 1);
    first = find_vma(current_mm, (unsigned long)a);
    written = pte_offset(current_mm->pgd, (unsigned long)a);
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

void add_k04_3(Suite *suite)
{
    TCase *faults = tcase_create("faults");
    tcase_add_test(faults, a_frame_comes_with_the_first_store);
    tcase_add_test(faults, a_frame_that_was_used_before_holds_zeros);
    tcase_add_test(faults, the_hardware_notes_accesses);
    tcase_add_test(faults, errno_is_the_process_s_own);
    tcase_add_test(faults, rights_hold_at_once);
    tcase_add_test(faults, unmapped_pages_are_freed);
    tcase_add_test(faults, the_break_frees_whole_pages);
    tcase_add_test(faults, the_end_of_a_process_frees_its_frames);
    tcase_add_test(faults, tables_go_with_their_pages);
    tcase_add_test(faults, processes_do_not_see_each_other);
    tcase_add_loop_test(faults, a_mistake_ends_the_process, 0,
                        LENGTH(mistakes));
    tcase_add_test(faults, other_addresses_are_left_to_the_host);
    tcase_set_timeout(faults, 10);
    suite_add_tcase(suite, faults);

    TCase *memory = tcase_create("mm_memory");
    tcase_add_test(memory, no_frame_is_lost_when_memory_runs_out);
    tcase_set_timeout(memory, 10);
    suite_add_tcase(suite, memory);

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, threads_fault_at_the_same_time);
    tcase_set_timeout(threads, 10);
    suite_add_tcase(suite, threads);

    TCase *check = tcase_create("check");
    tcase_add_loop_test(check, the_check_finds_broken_page_tables, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
