/* k04_address_space.c - areas, page tables, page faults, fork
 *
 * Loads and stores here are real ones, at addresses of a process: each first
 * one is a page fault, a signal of the host that the kernel answers. Whether
 * the TLB has a page is asked of the host: it refuses to read from an address
 * where nothing is mapped (write() says EFAULT), and does not send a signal for
 * it.
 */
#define _GNU_SOURCE /* for mremap()'s flags */
#include "suite.h"

#include "buddy.h"
#include "fault.h"
#include "fork.h"
#include "init.h"
#include "mmu.h"
#include "pages.h"
#include "proc.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"
#include "uaccess.h"
#include "vma.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define FRAMES   4096
#define PRIVATE  (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED   (MAP_SHARED | MAP_ANONYMOUS)
#define RW       (PROT_READ | PROT_WRITE)
#define PAGES(n) ((n)*PAGE_SIZE)

/* Start a kernel, and a process, which runs. */
static struct mm_struct *must_run(void)
{
    must_start(FRAMES);
    struct mm_struct *mm = mm_alloc();
    ck_assert_ptr_nonnull(mm);
    switch_mm(mm);
    return mm;
}

static struct mm_struct *must_fork(struct mm_struct *mm)
{
    struct mm_struct *child = dup_mm(mm);
    ck_assert_ptr_nonnull(child);
    must_be_sound("dup_mm()");
    return child;
}

/* Map so many pages, or the case fails. */
static char *must_map(unsigned long pages, int prot, int flags)
{
    unsigned long address = vm_mmap(NULL, 0, PAGES(pages), prot, flags, 0);
    ck_assert_msg(!IS_ERR_VALUE(address), "mmap: %s", strerror((int)-address));
    return (char *)address;
}

static char *must_map_at(const void *address, unsigned long pages, int prot)
{
    unsigned long got = vm_mmap(NULL, (unsigned long)address, PAGES(pages),
                                prot, PRIVATE | MAP_FIXED, 0);
    ck_assert_uint_eq(got, (unsigned long)address);
    return (char *)got;
}

static char *must_map_file(struct file *file, unsigned long first,
                           unsigned long pages, int prot, int flags)
{
    unsigned long address =
        vm_mmap(file, 0, PAGES(pages), prot, flags, PAGES(first));
    ck_assert_msg(!IS_ERR_VALUE(address), "mmap: %s", strerror((int)-address));
    return (char *)address;
}

static void must_unmap(const void *address, unsigned long pages)
{
    ck_assert_int_eq(sys_munmap((unsigned long)address, PAGES(pages)), 0);
}

/* ThreadSanitizer would take the host's mappings, the TLB, for stores to what
 * is mapped. */
__attribute__((no_sanitize("thread"))) static char load(const char *address)
{
    return *(const volatile char *)address;
}

__attribute__((no_sanitize("thread"))) static void store(char *address,
                                                         char value)
{
    *(volatile char *)address = value;
}

/* The frame behind an address; NULL: none. */
static struct page *frame_of(const char *address)
{
    pte_t *pte = pte_offset(current_mm->pgd, (unsigned long)address);
    return pte != NULL && *pte != 0 ? pte_page(*pte) : NULL;
}

static pteval_t pte_of(const char *address)
{
    pte_t *pte = pte_offset(current_mm->pgd, (unsigned long)address);
    return pte != NULL ? *pte : 0;
}

/* Is this page in the TLB? */
static bool in_tlb(const char *address)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ssize_t written = write(ends[1], address, 1);
    close(ends[0]);
    close(ends[1]);
    return written == 1;
}

static unsigned long rss(const struct mm_struct *mm)
{
    return mm->rss[MM_ANONPAGES] + mm->rss[MM_FILEPAGES];
}

/* The areas of the process that runs, as "start+pages rights, ..." where start
 * is counted in pages from base. */
static const char *areas_from(const char *base)
{
    static char text[500];
    struct vm_area_struct *vma;
    size_t length = 0;

    text[0] = '\0';
    list_for_each_entry(vma, &current_mm->mmap, vm_list)
        length += (size_t)snprintf(
            text + length, sizeof(text) - length, "%s%ld+%lu%s%s%s",
            length > 0 ? " " : "",
            ((long)vma->vm_start - (long)base) / (long)PAGE_SIZE,
            vma_pages(vma), vma->vm_flags & VM_READ ? "r" : "",
            vma->vm_flags & VM_WRITE ? "w" : "",
            vma->vm_flags & VM_EXEC ? "x" : "");
    return text;
}

/* ---- areas ---- */

START_TEST(to_map_takes_no_frame)
{
    struct mm_struct *mm = must_run();
    must_map(1, RW, PRIVATE);
    unsigned long free = normal_zone.free_pages;
    must_map(100000, RW, PRIVATE);
    ck_assert_uint_eq(normal_zone.free_pages, free);
    ck_assert_uint_eq(mm->total_vm, 100001);
    ck_assert_uint_eq(rss(mm), 0);
}
END_TEST

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
    struct mm_struct *mm = must_run();
    char *a = must_map(4, RW, PRIVATE);
    for (int i = 0; i < 4; i++)
        store(a + PAGES(i), 'a');
    must_map_at(a + PAGES(1), 2, RW);
    ck_assert_str_eq(areas_from(a), "0+4rw");
    ck_assert_uint_eq(rss(mm), 2);
    ck_assert(!in_tlb(a + PAGES(1)));
    ck_assert_int_eq(load(a + PAGES(1)), 0);
    ck_assert_int_eq(load(a), 'a');
    ck_assert_int_eq((int)vm_mmap(NULL, (unsigned long)a + PAGES(3), PAGES(3),
                                  RW, PRIVATE | MAP_FIXED_NOREPLACE, 0),
                     -EEXIST);
    ck_assert_int_eq(load(a + PAGES(3)), 'a');
    ck_assert_uint_eq(vm_mmap(NULL, (unsigned long)a - PAGES(3), PAGES(3), RW,
                              PRIVATE | MAP_FIXED_NOREPLACE, 0),
                      (unsigned long)a - PAGES(3));
}
END_TEST

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

START_TEST(wrong_arguments_are_refused)
{
    must_run();
    unsigned long a = (unsigned long)must_map(4, RW, PRIVATE);
    const unsigned long large = TASK_SIZE - TASK_MIN;
    struct {
        unsigned long got;
        int wanted;
    } calls[] = {
        {vm_mmap(NULL, 0, 0, RW, PRIVATE, 0), -EINVAL},
        {vm_mmap(NULL, 0, 1, RW, MAP_ANONYMOUS, 0), -EINVAL},
        {vm_mmap(NULL, 0, 1, RW, SHARED | MAP_GROWSDOWN, 0), -EINVAL},
        {vm_mmap(NULL, 0, 1, RW, PRIVATE, 1), -EINVAL},
        {vm_mmap(NULL, 0, 1, RW, MAP_PRIVATE, 0), -EBADF},
        {vm_mmap(NULL, 0, ~0UL, RW, PRIVATE, 0), -ENOMEM},
        {vm_mmap(NULL, 0, ~0UL, RW, SHARED, 0), -ENOMEM},
        {vm_mmap(NULL, 0, large, RW, PRIVATE, 0), -ENOMEM},
        {vm_mmap(NULL, a + 1, 1, RW, PRIVATE | MAP_FIXED, 0), -EINVAL},
        {vm_mmap(NULL, TASK_MIN - PAGES(1), 1, RW, PRIVATE | MAP_FIXED, 0),
         -EPERM},
        {vm_mmap(NULL, TASK_SIZE, 1, RW, PRIVATE | MAP_FIXED, 0), -ENOMEM},
        {(unsigned long)sys_munmap(a, 0), -EINVAL},
        {(unsigned long)sys_munmap(a + 1, 1), -EINVAL},
        {(unsigned long)sys_munmap(a, TASK_SIZE), -EINVAL},
        {(unsigned long)sys_munmap(TASK_SIZE + PAGES(1), 1), -EINVAL},
        {(unsigned long)sys_mprotect(a + 1, 1, RW), -EINVAL},
        {(unsigned long)sys_mprotect(a, 1, 64), -EINVAL},
        {(unsigned long)sys_mprotect(a, ~0UL - PAGES(4), RW), -ENOMEM},
        {(unsigned long)sys_mprotect(a, PAGES(5), RW), -ENOMEM},
        {(unsigned long)sys_mprotect(TASK_MIN, 1, RW), -ENOMEM},
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

    for (size_t i = 0; i < LENGTH(calls); i++)
        ck_assert_msg((int)calls[i].got == calls[i].wanted,
                      "call %zu: %d, not %d", i, (int)calls[i].got,
                      calls[i].wanted);
    ck_assert_str_eq(areas_from((char *)a), "0+4rw");
    ck_assert_int_eq(sys_mprotect(a, 0, RW), 0);
    ck_assert_int_eq(sys_madvise(a, 0, MADV_DONTNEED), 0);
    must_be_sound("calls that were refused");
}
END_TEST

/* What is below all processes is no business of theirs. */
START_TEST(the_host_s_pages_are_left_alone)
{
    const unsigned long below = TASK_MIN - PAGES(2);
    char *page =
        mmap((void *)below, PAGES(1), RW, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0);

    ck_assert_ptr_eq(page, (char *)below);
    store(page, 1);
    must_run();
    must_map_at((char *)TASK_MIN, 2, RW);
    ck_assert_int_eq(sys_munmap(below, PAGES(1)), 0);
    ck_assert_int_eq(sys_munmap(below, PAGES(3)), 0);
    ck_assert_str_eq(areas_from((char *)TASK_MIN), "1+1rw");
    ck_assert_int_eq(sys_madvise(below, PAGES(4), MADV_DONTNEED), -ENOMEM);
    ck_assert_int_eq(sys_mprotect(below, PAGES(1), PROT_NONE), -ENOMEM);
    ck_assert_int_eq(load(page), 1);
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
    store((char *)start + PAGES(5), 1);
    store((char *)start + PAGES(4), 1);
    ck_assert_uint_eq(sys_brk(start + PAGES(5)), start + PAGES(5));
    ck_assert_str_eq(areas_from(heap), "0+5rw");
    ck_assert_uint_eq(rss(mm), 1);
    ck_assert(!in_tlb((char *)start + PAGES(5)));
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

/* ---- page faults ---- */

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
    store(a, 2); /* takes the frame back, which notes it */
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

/* Rights are taken at once, and given back when they are needed. */
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
    store(a + PAGES(1), 'b');
    ck_assert_uint_eq(mm->min_flt, faults + 1);
    ck_assert_ptr_eq(frame_of(a + PAGES(1)), page); /* it is nobody else's */
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

/* ---- accesses that are mistakes ---- */

static char *area; /* of the cases below */

static void load_where_nothing_is(void)
{
    load(area + PAGES(5));
}

static void store_to_what_can_be_read(void)
{
    load(area);
    store(area, 1);
}

static void store_where_nothing_was_read(void)
{
    store(area, 1);
}

static void load_what_nobody_may(void)
{
    load(area + PAGES(1));
}

static void run_what_is_no_code(void)
{
    void (*function)(void) = (void (*)(void))(unsigned long)area;
    load(area);
    function();
}

static void load_beyond_the_file(void)
{
    load(area + PAGES(3));
}

static void load_what_was_unmapped(void)
{
    load(area);
    must_unmap(area, 1);
    load(area);
}

static void load_without_a_process(void)
{
    switch_mm(NULL);
    load(area);
}

static void store_when_memory_has_run_out(void)
{
    while (alloc_pages(GFP_KERNEL, 0) != NULL)
        ;
    store(area + PAGES(4), 1);
}

static void load_at_the_host_s_own_address(void)
{
    char *volatile low = (char *)8; /* the compiler must not see it */
    load(low);
}

static const struct {
    void (*access)(void);
    int signal;
    const char *words; /* %lx is the address of the area */
} mistakes[] = {
    {load_where_nothing_is, SIGSEGV, "[1]: segfault at %lx error 4"},
    {store_to_what_can_be_read, SIGSEGV, "[1]: segfault at %lx error 7"},
    {store_where_nothing_was_read, SIGSEGV, "[1]: segfault at %lx error 6"},
    {load_what_nobody_may, SIGSEGV, "[1]: segfault at %lx error 4"},
#ifdef __x86_64__
    {run_what_is_no_code, SIGSEGV, "[1]: segfault at %lx error 15"},
#endif
    {load_beyond_the_file, SIGBUS, "[1]: bus error at %lx error 4"},
    {load_what_was_unmapped, SIGSEGV, "[1]: segfault at %lx error 4"},
    {load_without_a_process, SIGSEGV, "[0]: segfault at %lx error 4"},
    {store_when_memory_has_run_out, SIGKILL, "Out of memory: Killed process 1"},
};

/* Pages: to read, for nobody, two of a file with one, one to write. */
static void make_area(void)
{
    struct file *file = shmem_file_setup("file", PAGES(1));

    area = must_map(5, PROT_READ, PRIVATE);
    sys_mprotect((unsigned long)area + PAGES(1), PAGE_SIZE, PROT_NONE);
    vm_mmap(file, (unsigned long)area + PAGES(2), PAGES(2), RW,
            MAP_SHARED | MAP_FIXED, 0);
    must_map_at(area + PAGES(4), 1, RW);
}

/* Run it in a child. Returns how that ends; what it says goes to line. */
static int run_in_child(void (*function)(void), char *line, size_t size)
{
    int err[2], status;

    ck_assert_int_eq(pipe(err), 0);
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(err[1], STDERR_FILENO);
        function();
        _exit(0);
    }
    close(err[1]);
    ssize_t length = read(err[0], line, size - 1);
    line[length > 0 ? length : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    close(err[0]);
    waitpid(child, &status, 0);
    return status;
}

START_TEST(a_mistake_ends_the_process)
{
    static const int pages[] = {5, 0, 0, 1, 0, 3, 0, 0, 4};
    char said[200], wanted[200];

    must_run();
    make_area();
    int status = run_in_child(mistakes[_i].access, said, sizeof(said));
    snprintf(wanted, sizeof(wanted), mistakes[_i].words,
             (unsigned long)area + PAGES(pages[_i]));
    ck_assert_msg(strcmp(said, wanted) == 0, "it says \"%s\", not \"%s\"", said,
                  wanted);
    ck_assert_msg(WIFSIGNALED(status) &&
                      WTERMSIG(status) == mistakes[_i].signal,
                  "it ends with status %#x", status);
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
    must_unmap(must_map(3, RW, SHARED), 3);
    unsigned long free = normal_zone.free_pages;
    struct mm_struct *child = must_fork(parent);
    switch_mm(child);
    memset(a, 'b', PAGES(50));
    ck_assert_uint_lt(normal_zone.free_pages, free - 50);
    must_map(3, RW, SHARED);
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

/* ---- /proc ---- */

static const char *text_of(void (*show)(FILE *, struct mm_struct *),
                           struct mm_struct *mm)
{
    static char text[8000];
    FILE *file = fmemopen(text, sizeof(text), "w");
    show(file, mm);
    fclose(file);
    return text;
}

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

/* With 0, 1, 2 ... frames left, until nothing fails any more. */
START_TEST(nothing_is_lost_when_memory_runs_out)
{
    static struct page *taken[FRAMES];
    unsigned long count = 0, left = 0, used;

    must_start(FRAMES);
    use_everything(); /* the caches take what they need */
    unsigned long free = normal_zone.free_pages;
    do {
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
        used = ++left;
    } while (used < 40);
}
END_TEST

/* ---- threads ---- */

#define THREADS      4
#define SHARED_PAGES 200

static char *common;
static pthread_barrier_t barrier;

/* All touch the same pages at once, and each has a byte of its own there. And
 * each maps and unmaps what is its own. */
static void *touch(void *argument)
{
    size_t me = (size_t)argument;

    pthread_barrier_wait(&barrier);
    for (unsigned long i = 0; i < SHARED_PAGES; i++) {
        char *page = common + PAGES(i);
        if (load(page + 100 + me) != 0)
            return "a byte that nobody has written";
        store(page + me, (char)(me + 1));
        if (i % 10 != 0)
            continue;
        unsigned long own = vm_mmap(NULL, 0, PAGES(3), RW, PRIVATE, 0);
        if (IS_ERR_VALUE(own))
            return "no mapping";
        paint((char *)own, PAGES(3), (unsigned)me);
        sys_mprotect(own + PAGES(1), PAGE_SIZE, PROT_READ);
        if (!is_painted((char *)own, PAGES(3), (unsigned)me))
            return "another's bytes";
        sys_munmap(own, PAGES(3));
    }
    return NULL;
}

START_TEST(threads_fault_at_the_same_time)
{
    pthread_t threads[THREADS];
    struct mm_struct *mm = must_run();

    common = must_map(SHARED_PAGES, RW, PRIVATE);
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, touch, (void *)i);
    for (int i = 0; i < 20; i++) {
        must_be_sound("the threads work");
        text_of(smaps_show, mm);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *trouble;
        pthread_join(threads[i], &trouble);
        ck_assert_msg(trouble == NULL, "%s", (char *)trouble);
    }
    for (unsigned long i = 0; i < SHARED_PAGES; i++)
        for (int me = 0; me < THREADS; me++)
            ck_assert_int_eq(load(common + PAGES(i) + me), me + 1);
    ck_assert_uint_eq(rss(mm), SHARED_PAGES);
    must_be_sound("the threads have ended");
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static struct vm_area_struct *first, *second;
static pte_t *written, *shown;

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

static void a_place_in_no_file(void)
{
    first->vm_pgoff = 5;
}

static void a_wrong_map_count(void)
{
    current_mm->map_count++;
}

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
    {areas_out_of_order, "not after the one before"},
    {an_area_of_half_a_page, "no whole pages"},
    {an_area_of_nothing, "not a range of a process"},
    {a_stranger_s_area, "of another mm than 1"},
    {an_area_with_no_way_back, "does not lead back"},
    {a_place_in_no_file, "shared or with a place, but in no file"},
    {a_wrong_map_count, "mm 1: 3 areas of 6 pages, not 2 of 6"},
    {a_wrong_rss, "mm 1: rss[1] is 2, not 1"},
    {a_wrong_nr_tables, "mm 1: nr_tables is "},
    {a_frame_in_no_area, "in no area"},
    {a_free_frame, "is not in use"},
    {a_frame_that_is_not_present, "present, or not, against the area"},
    {a_frame_to_run, "may be run, or not, against the area"},
    {a_right_too_many, "writable, but the area is not"},
    {a_store_to_the_zero_page, "is not its own"},
    {a_user_too_many, "has 2 users and 1 PTEs"},
    {a_pte_too_many, "0 PTEs lead to it, not 1"},
};

START_TEST(the_check_finds_what_is_broken)
{
    must_run();
    char *a = must_map_at((char *)0x20000000, 4, RW);
    char *b = must_map_at((char *)0x30000000, 2, PROT_READ);
    store(a, 1);
    load(a + PAGES(1));
    first = find_vma(current_mm, (unsigned long)a);
    second = find_vma(current_mm, (unsigned long)b);
    written = pte_offset(current_mm->pgd, (unsigned long)a);
    shown = written + 1;
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

TCase *k04_random(void); /* of k04_random.c */

void add_k04(Suite *suite)
{
    TCase *areas = tcase_create("areas");
    tcase_add_test(areas, to_map_takes_no_frame);
    tcase_add_test(areas, the_highest_gap_that_fits_is_taken);
    tcase_add_test(areas, neighbours_that_are_alike_become_one);
    tcase_add_test(areas, to_unmap_cuts_and_splits);
    tcase_add_test(areas, parts_of_a_file_know_their_place);
    tcase_add_test(areas, a_wish_is_granted_if_there_is_room);
    tcase_add_test(areas, fixed_replaces_what_was_there);
    tcase_add_test(areas, below_a_stack_there_is_a_gap);
    tcase_add_test(areas, an_mm_has_so_many_areas);
    tcase_add_test(areas, wrong_arguments_are_refused);
    tcase_add_test(areas, the_host_s_pages_are_left_alone);
    tcase_add_test(areas, the_break_may_lie_within_a_page);
    tcase_add_test(areas, a_mapping_in_the_way_stops_the_break);
    tcase_add_test(areas, to_move_copies_no_byte);
    tcase_add_test(areas, it_grows_where_it_is_if_there_is_room);
    tcase_add_test(areas, it_may_move_to_its_own_edge);
    tcase_add_test(areas, a_file_moves_with_its_place);
    suite_add_tcase(suite, areas);

    TCase *faults = tcase_create("faults");
    tcase_add_test(faults, a_load_gets_the_zero_page_and_a_store_a_frame);
    tcase_add_test(faults, a_frame_that_was_used_before_holds_zeros);
    tcase_add_test(faults, the_hardware_notes_accesses);
    tcase_add_test(faults, errno_is_the_process_s_own);
    tcase_add_test(faults, what_is_not_needed_goes_and_comes_back_empty);
    tcase_add_test(faults, rights_hold_at_once);
    tcase_add_test(faults, rights_before_a_hole_are_changed);
    tcase_add_test(faults, tables_go_with_their_pages);
    tcase_add_test(faults, the_tlb_has_no_room_for_all);
    tcase_add_test(faults, a_stack_grows_down);
    tcase_add_loop_test(faults, a_mistake_ends_the_process, 0,
                        LENGTH(mistakes));
    tcase_add_test(faults, other_addresses_are_left_to_the_host);
    tcase_set_timeout(faults, 10);
    suite_add_tcase(suite, faults);

    TCase *fork = tcase_create("fork");
    tcase_add_test(fork, a_child_has_the_same_frames_until_somebody_writes);
    tcase_add_test(fork, the_end_of_a_child_gives_all_back);
    tcase_add_test(fork, memory_that_is_shared_stays_shared);
    tcase_add_test(fork, three_generations);
    tcase_add_test(fork, processes_do_not_see_each_other);
    suite_add_tcase(suite, fork);

    TCase *files = tcase_create("files");
    tcase_add_test(files, who_shares_a_file_sees_stores_and_private_ones_stay);
    tcase_add_test(files, the_last_user_of_a_file_frees_it);
    suite_add_tcase(suite, files);

    TCase *uaccess = tcase_create("uaccess");
    tcase_add_test(uaccess, the_kernel_copies_to_and_from_a_process);
    tcase_add_test(uaccess, an_address_of_a_process_is_not_trusted);
    tcase_add_test(uaccess, the_kernel_s_store_breaks_the_sharing_too);
    suite_add_tcase(suite, uaccess);

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
    tcase_add_test(threads, threads_fault_at_the_same_time);
    tcase_set_timeout(threads, 10);
    suite_add_tcase(suite, threads);

    TCase *check = tcase_create("check");
    tcase_add_loop_test(check, the_check_finds_what_is_broken, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
