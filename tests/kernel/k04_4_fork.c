/* k04_4_fork.c - the zero page, copy on write, fork, stacks
 */
#include "process.h"
#include "suite.h"

#include "buddy.h"
#include "fault.h"
#include "fork.h"
#include "mmu.h"
#include "pages.h"
#include "sched.h"
#include "syscalls.h"
#include "uaccess.h"
#include "vma.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* ---- the zero page ---- */

START_TEST(a_load_gets_the_zero_page_and_a_store_a_frame)
{
    struct mm_struct *mm = must_run();
    char *a = must_map(4, RW, PRIVATE);

    ck_assert_int_eq(load(a), 0);
    ck_assert_ptr_eq(frame_of(a), zero_page);
    ck_assert_uint_eq(mm->min_flt, 1);
    ck_assert_uint_eq(rss(mm), 0);
    store(a, 'x'); /* a second fault */
    ck_assert_ptr_ne(frame_of(a), zero_page);
    ck_assert_uint_eq(mm->min_flt, 2);
    ck_assert_uint_eq(rss(mm), 1);
    ck_assert_int_eq(load(a), 'x');
    ck_assert_int_eq(load(a + 1), 0);
    ck_assert_int_eq(load(page_address(frame_of(a))), 'x');

    store(a + PAGES(1), 'y'); /* one fault only */
    ck_assert_uint_eq(mm->min_flt, 3);
    for (int i = 0; i < 1000; i++)
        store(a + i, 'z');
    ck_assert_uint_eq(mm->min_flt, 3);
    ck_assert_ptr_null(frame_of(a + PAGES(2)));
    must_be_sound("page faults");
}
END_TEST

/* More pages than the TLB has entries. */
START_TEST(the_tlb_has_no_room_for_all)
{
    must_run();
    const unsigned long pages = 40000;
    char *a = must_map(pages, RW, PRIVATE);
    for (unsigned long i = 0; i < pages; i++)
        ck_assert_int_eq(load(a + PAGES(i)), 0);
    ck_assert(!in_tlb(a));
    ck_assert(in_tlb(a + PAGES(pages - 1)));
    store(a, 1);
    ck_assert_int_eq(load(a), 1);
}
END_TEST

/* The right to write is given when it is needed. */
START_TEST(a_right_comes_back_with_a_fault)
{
    struct mm_struct *mm = must_run();
    char *a = must_map(1, RW, PRIVATE);
    store(a, 'a');
    struct page *page = frame_of(a);

    sys_mprotect((unsigned long)a, PAGE_SIZE, PROT_NONE);
    sys_mprotect((unsigned long)a, PAGE_SIZE, RW);
    unsigned long faults = mm->min_flt;
    ck_assert_int_eq(load(a), 'a');
    ck_assert_uint_eq(mm->min_flt, faults);
    store(a, 'b');
    ck_assert_uint_eq(mm->min_flt, faults + 1);
    ck_assert_ptr_eq(frame_of(a), page); /* it is nobody else's */
    must_be_sound("mprotect()");
}
END_TEST

/* ---- fork ---- */

START_TEST(a_child_has_the_same_frames_until_somebody_writes)
{
    struct mm_struct *parent = must_run();
    char *a = must_map(3, RW, PRIVATE);
    strcpy(a, "parent");
    store(a + PAGES(1), 1);
    struct page *page = frame_of(a);
    struct mm_struct *child = must_fork(parent);
    ck_assert_int_eq(page_count(page), 2);
    ck_assert_int_eq(page_mapcount(page), 2);
    ck_assert_uint_eq(rss(child), 2);

    switch_mm(child);
    ck_assert_str_eq(a, "parent");
    ck_assert_ptr_eq(frame_of(a), page);
    strcpy(a, "child");
    ck_assert_ptr_ne(frame_of(a), page);
    ck_assert_uint_eq(child->min_flt, 1);
    must_be_sound("a copy on write");

    switch_mm(parent);
    ck_assert_str_eq(a, "parent");
    unsigned long free = normal_zone.free_pages;
    strcpy(a, "Parent"); /* nobody else has the frame any more */
    ck_assert_ptr_eq(frame_of(a), page);
    ck_assert_uint_eq(normal_zone.free_pages, free);
    switch_mm(child);
    ck_assert_str_eq(a, "child");
    must_be_sound("the last user takes the frame");
}
END_TEST

/* If the child is gone, the parent takes its frames back without a copy. */
START_TEST(the_end_of_a_child_gives_all_back)
{
    struct mm_struct *parent = must_run();
    char *a = must_map(100, RW, PRIVATE);
    memset(a, 'a', PAGES(100));
    sys_brk(parent->start_brk + PAGES(10));
    store((char *)parent->start_brk, 1);
    /* The caches have what they need from now on. */
    mmput(must_fork(parent));
    unsigned long free = normal_zone.free_pages;
    struct mm_struct *child = must_fork(parent);
    switch_mm(child);
    memset(a, 'b', PAGES(50));
    ck_assert_uint_lt(normal_zone.free_pages, free - 50);
    mmput(child);
    ck_assert_ptr_null(current_mm);
    ck_assert_uint_eq(normal_zone.free_pages, free);
    must_be_sound("the end of a process");
    switch_mm(parent);
    struct page *page = frame_of(a);
    store(a, 'c');
    ck_assert_ptr_eq(frame_of(a), page);
    ck_assert_uint_eq(normal_zone.free_pages, free);
}
END_TEST

START_TEST(three_generations)
{
    struct mm_struct *mm[4] = {must_run()};
    char *a = must_map(1, RW, PRIVATE);
    store(a, '0');
    for (int i = 1; i < 4; i++) {
        mm[i] = must_fork(mm[i - 1]);
        switch_mm(mm[i]);
    }
    ck_assert_int_eq(page_mapcount(frame_of(a)), 4);
    for (char i = 0; i < 4; i++) {
        switch_mm(mm[(int)i]);
        ck_assert_int_eq(load(a), '0');
        if (i != 2)
            store(a, (char)('a' + i));
        must_be_sound("one generation writes");
    }
    for (char i = 0; i < 4; i++) {
        switch_mm(mm[(int)i]);
        ck_assert_int_eq(load(a), i != 2 ? 'a' + i : '0');
    }
}
END_TEST

/* ---- random calls, beside rows of bytes ---- */

#define PROCESSES 4
#define ROW       24 /* pages */
#define UNUSED    (-1)
#define AT(i)     ((char *)0x20000000 + PAGES((unsigned long)(i)))

/* Each process, and the first byte of each of its pages, or UNUSED. */
static struct {
    struct mm_struct *mm;
    int byte[ROW];
} rows[PROCESSES], *row;

static void must_be_as_the_row(const char *after)
{
    unsigned long pages = 0;

    must_be_sound(after);
    for (int i = 0; i < ROW; i++) {
        char byte = 0;
        bool missing = copy_from_user(&byte, (unsigned long)AT(i), 1) != 0;
        ck_assert_msg(missing == (row->byte[i] == UNUSED) &&
                          (missing || byte == row->byte[i]),
                      "%s: page %d has %d, not %d (seed %u)", after, i,
                      missing ? UNUSED : byte, row->byte[i], seed);
        pages += !missing;
    }
    ck_assert_uint_eq(row->mm->total_vm, pages);
    ck_assert_uint_le(rss(row->mm), pages);
}

/* Another process runs, or a new child of this one, or that one ends. */
static void random_switch(uint64_t *state)
{
    size_t other = random_below(state, PROCESSES);

    if (rows[other].mm == NULL) {
        rows[other] = *row;
        rows[other].mm = must_fork(row->mm);
    } else if (&rows[other] != row && random_below(state, 3) == 0) {
        mmput(rows[other].mm);
        rows[other].mm = NULL;
        return;
    }
    row = &rows[other];
    switch_mm(row->mm);
}

START_TEST(random_forks)
{
    uint64_t state = seed;

    row = &rows[0];
    row->mm = must_run();
    for (int i = 0; i < ROW; i++)
        row->byte[i] = UNUSED;
    for (int i = 0; i < 1000; i++) {
        int first = (int)random_below(&state, ROW - 4);
        int count = 1 + (int)random_below(&state, 4);
        switch (random_below(&state, 8)) {
        case 0:
            must_map_at(AT(first), (unsigned long)count, RW);
            for (int j = first; j < first + count; j++)
                row->byte[j] = 0;
            break;
        case 1:
            must_unmap(AT(first), (unsigned long)count);
            for (int j = first; j < first + count; j++)
                row->byte[j] = UNUSED;
            break;
        case 2:
            random_switch(&state);
            break;
        default:
            if (row->byte[first] != UNUSED)
                store(AT(first), (char)(row->byte[first] = i % 100));
        }
        must_be_as_the_row("a random call");
    }
    for (int i = 0; i < PROCESSES; i++)
        if (rows[i].mm != NULL)
            mmput(rows[i].mm);
    must_be_sound("the end of all processes");
}
END_TEST

/* ---- stacks ---- */

START_TEST(below_a_stack_there_is_a_gap)
{
    must_run();
    char *stack = must_map(4, RW, PRIVATE | MAP_GROWSDOWN);
    char *below = must_map(1, RW, PRIVATE);
    ck_assert_ptr_eq(below, stack - STACK_GUARD_GAP - PAGE_SIZE);
    unsigned long wish = (unsigned long)stack - PAGES(5);
    ck_assert_uint_ne(vm_mmap(NULL, wish, PAGE_SIZE, RW, PRIVATE, 0), wish);
    must_map_at((char *)wish, 1, RW); /* whoever insists can have it */
}
END_TEST

START_TEST(a_stack_grows_down)
{
    must_run();
    char *a = must_map_at((char *)0x60000000, 1, RW);
    char *stack = a + STACK_GUARD_GAP + PAGES(4);
    ck_assert_uint_eq(vm_mmap(NULL, (unsigned long)stack, PAGES(1), RW,
                              PRIVATE | MAP_GROWSDOWN | MAP_FIXED, 0),
                      (unsigned long)stack);
    store(stack - 1, 1);
    ck_assert_str_eq(areas_from(stack), "-260+1rw -1+2rw");
    store(stack - PAGES(3), 1);
    ck_assert_str_eq(areas_from(stack), "-260+1rw -3+4rw");
    must_be_sound("a stack has grown");
    /* the gap is kept */
    ck_assert_int_eq(handle_mm_fault(current_mm, X86_PF_USER | X86_PF_WRITE,
                                     (unsigned long)stack - PAGES(4)),
                     SIGSEGV);
}
END_TEST

/* ---- the kernel reads and writes ---- */

START_TEST(the_kernel_copies_to_and_from_a_process)
{
    struct mm_struct *mm = must_run();
    char *a = must_map(4, RW, PRIVATE);
    unsigned long address = (unsigned long)a + PAGE_SIZE - 5, word;
    char buffer[PAGES(3)];

    paint(buffer, sizeof(buffer), 1);
    ck_assert_uint_eq(copy_to_user(address, buffer, PAGES(2) + 10), 0);
    ck_assert_uint_eq(rss(mm), 4);
    ck_assert(is_painted(a + PAGE_SIZE - 5, PAGES(2) + 10, 1));
    memset(buffer, 0, sizeof(buffer));
    ck_assert_uint_eq(copy_from_user(buffer, address, PAGES(2) + 10), 0);
    ck_assert(is_painted(buffer, PAGES(2) + 10, 1));
    ck_assert_int_eq(put_user(0x1234567, (unsigned long)a), 0);
    ck_assert_int_eq(get_user(&word, (unsigned long)a), 0);
    ck_assert_uint_eq(word, 0x1234567);
    ck_assert_uint_eq(*(unsigned long *)a, 0x1234567);
}
END_TEST

START_TEST(an_address_of_a_process_is_not_trusted)
{
    must_run();
    char *a = must_map(3, RW, PRIVATE), buffer[PAGES(6)] = {0};
    unsigned long address = (unsigned long)a, word = 5;
    memset(a, 'a', PAGES(3));
    sys_mprotect(address + PAGES(2), PAGE_SIZE, PROT_READ);

    /* how many bytes are left */
    ck_assert_uint_eq(copy_from_user(buffer, address, PAGES(3) + 7), 7);
    ck_assert_int_eq(buffer[PAGES(3) - 1], 'a');
    ck_assert_uint_eq(copy_to_user(address + 1, buffer + PAGES(3), PAGES(3)),
                      PAGES(1) + 1);
    ck_assert_int_eq(load(a), 'a');
    ck_assert_int_eq(load(a + 1), 0);
    ck_assert_int_eq(load(a + PAGES(2)), 'a');
    ck_assert_int_eq(get_user(&word, address + PAGES(3)), -EFAULT);
    ck_assert_int_eq(put_user(word, address + PAGES(2)), -EFAULT);
    ck_assert_int_eq(get_user(&word, 0), -EFAULT);
    ck_assert_int_eq(get_user(&word, ~0UL), -EFAULT);
    ck_assert_int_eq(get_user(&word, TASK_SIZE - 4), -EFAULT);
    ck_assert_uint_eq(copy_from_user(buffer, address, ~0UL), ~0UL);
    ck_assert_uint_eq(copy_from_user(buffer, (unsigned long)&word, 8), 8);
    ck_assert_uint_eq(word, 5);
    sys_mprotect(address, PAGE_SIZE, PROT_NONE);
    ck_assert_uint_eq(copy_from_user(buffer, address, 1), 1);
}
END_TEST

START_TEST(the_kernel_s_store_breaks_the_sharing_too)
{
    struct mm_struct *parent = must_run();
    char *a = must_map(1, RW, PRIVATE);
    strcpy(a, "before");
    struct mm_struct *child = must_fork(parent);
    ck_assert_uint_eq(copy_to_user((unsigned long)a, "parent", 7), 0);
    ck_assert_str_eq(a, "parent");
    switch_mm(child);
    ck_assert_str_eq(a, "before");
    must_be_sound("copy_to_user()");
}
END_TEST

/* ---- out of memory ---- */

static void use_a_fork(void)
{
    struct mm_struct *mm = mm_alloc();
    char text[] = "some words";

    if (mm == NULL)
        return;
    switch_mm(mm);
    unsigned long a = vm_mmap(NULL, 0, PAGES(6), RW, PRIVATE, 0);
    sys_brk(mm->start_brk + PAGES(3));
    copy_to_user(a, text, sizeof(text));
    copy_to_user(mm->start_brk, text, sizeof(text));
    copy_from_user(text, a + PAGES(1), sizeof(text));
    must_be_sound("page faults");
    struct mm_struct *child = dup_mm(mm);
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

START_TEST(no_copy_is_lost_when_memory_runs_out)
{
    must_lose_nothing(use_a_fork);
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static pte_t *written, *shown;

static void a_store_to_the_zero_page(void)
{
    *shown |= _PAGE_RW;
}

static void a_user_too_many(void)
{
    get_page(pte_page(*written));
}

static void a_pte_too_many(void)
{
    page_add_rmap(pfn_to_page(FRAMES - 1));
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {a_store_to_the_zero_page, "is not its own"},
    {a_user_too_many, "has 2 users and 1 PTEs"},
    {a_pte_too_many, "0 PTEs lead to it, not 1"},
};

START_TEST(the_check_finds_broken_counts)
{
    must_run();
    char *a = must_map_at((char *)0x20000000, 4, RW);
    store(a, 1);
    load(a + PAGES(1));
    written = pte_offset(current_mm->pgd, (unsigned long)a);
    shown = written + 1;
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

void add_k04_4(Suite *suite)
{
    TCase *faults = tcase_create("faults");
    tcase_add_test(faults, a_load_gets_the_zero_page_and_a_store_a_frame);
    tcase_add_test(faults, the_tlb_has_no_room_for_all);
    tcase_add_test(faults, a_right_comes_back_with_a_fault);
    tcase_add_test(faults, a_stack_grows_down);
    tcase_set_timeout(faults, 30); /* one has 40000 page faults */
    suite_add_tcase(suite, faults);

    TCase *areas = tcase_create("areas");
    tcase_add_test(areas, below_a_stack_there_is_a_gap);
    suite_add_tcase(suite, areas);

    TCase *fork = tcase_create("fork");
    tcase_add_test(fork, a_child_has_the_same_frames_until_somebody_writes);
    tcase_add_test(fork, the_end_of_a_child_gives_all_back);
    tcase_add_test(fork, three_generations);
    tcase_add_test(fork, random_forks);
    tcase_set_timeout(fork, 10);
    suite_add_tcase(suite, fork);

    TCase *uaccess = tcase_create("uaccess");
    tcase_add_test(uaccess, the_kernel_copies_to_and_from_a_process);
    tcase_add_test(uaccess, an_address_of_a_process_is_not_trusted);
    tcase_add_test(uaccess, the_kernel_s_store_breaks_the_sharing_too);
    suite_add_tcase(suite, uaccess);

    TCase *memory = tcase_create("mm_memory");
    tcase_add_test(memory, no_copy_is_lost_when_memory_runs_out);
    tcase_set_timeout(memory, 10);
    suite_add_tcase(suite, memory);

    TCase *check = tcase_create("check");
    tcase_add_loop_test(check, the_check_finds_broken_counts, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
