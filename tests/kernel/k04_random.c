/* k04_random.c - random calls on address spaces, beside a plain model
 *
 * The model is a row of pages for each process. A page is mapped or not, has
 * rights, and shows something: zeros, a file's page, or bytes of its own, once
 * it has been written to. Of its bytes every 256th is kept. There are no areas
 * in the model: those of the kernel must be the runs of pages that are alike.
 *
 * All happens in a small window of addresses below mmap_base, with the heap at
 * its lower end, so that mappings and the heap meet. What is below the window
 * is taken by an area that nobody may use.
 */
#define _GNU_SOURCE /* for mremap()'s flags */
#include "suite.h"

#include "buddy.h"
#include "fork.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"
#include "uaccess.h"
#include "vma.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW     40 /* pages */
#define LONGEST    8
#define PROBES     16
#define STEP       (PAGE_SIZE / PROBES)
#define FILES      2
#define FILE_PAGES 12
#define OBJECTS    3000
#define PROCESSES  4
#define OPERATIONS 1000
#define RUNS       5
#define BASE       (TASK_SIZE - STACK_ROOM - WINDOW * PAGE_SIZE)

#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED  (MAP_SHARED | MAP_ANONYMOUS)

struct model_page {
    bool mapped, shared;
    int prot;
    int object; /* the file, or the shared memory; -1: none */
    int index;  /* which page of it */
    bool own;   /* it has a frame of its own */
    unsigned char bytes[PROBES];
};

/* Files first; then shared memory, which is never forgotten. */
static struct {
    int pages;
    unsigned char bytes[FILE_PAGES][PROBES];
} objects[OBJECTS];
static int nr_objects;
static struct file *files[FILES];

static struct process {
    struct mm_struct *mm;
    unsigned long brk;
    struct model_page page[WINDOW];
} processes[PROCESSES], *me;

static uint64_t state;
static char did[200]; /* the last call, for messages */

#define must(condition)                                                        \
    ck_assert_msg(condition, "%s: not so: %s (seed %u)", did, #condition, seed)

static int below(int limit)
{
    return (int)random_below(&state, (size_t)limit);
}

static unsigned long address_of(int page)
{
    return BASE + (unsigned long)page * PAGE_SIZE;
}

/* ---- the model ---- */

static void model_unmap(int first, int count)
{
    for (int i = first; i < first + count && i < WINDOW; i++)
        me->page[i] = (struct model_page){.mapped = false};
}

static bool model_is_free(int first, int count)
{
    for (int i = first; i < first + count && i < WINDOW; i++)
        if (me->page[i].mapped)
            return false;
    return true;
}

/* The highest place for so many pages; -1: none. */
static int model_highest(int count)
{
    for (int first = WINDOW - count; first >= 0; first--)
        if (model_is_free(first, count))
            return first;
    return -1;
}

/* Would these two pages, one after the other, be in one area? */
static bool alike(const struct model_page *low, const struct model_page *high)
{
    return low->mapped && high->mapped && low->prot == high->prot &&
           low->shared == high->shared && low->object == high->object &&
           (low->object < 0 || low->index + 1 == high->index);
}

static int model_areas(void)
{
    const struct model_page below_window = {.mapped = true, .object = -1};
    const struct model_page *before = &below_window;
    int areas = 1;

    for (int i = 0; i < WINDOW; before = &me->page[i++])
        areas += me->page[i].mapped && !alike(before, &me->page[i]);
    return areas;
}

/* The first page after the area that this one is in. */
static int model_end(int page)
{
    while (page + 1 < WINDOW && alike(&me->page[page], &me->page[page + 1]))
        page++;
    return page + 1;
}

static bool has_bytes(const struct model_page *page)
{
    return page->mapped && page->prot != PROT_NONE &&
           (page->object < 0 || page->index < objects[page->object].pages);
}

static bool can_write(const struct model_page *page)
{
    return has_bytes(page) && page->prot & PROT_WRITE;
}

static unsigned char *bytes_of(struct model_page *page)
{
    static unsigned char zeros[PROBES];

    if (page->own)
        return page->bytes;
    if (page->object >= 0)
        return objects[page->object].bytes[page->index];
    memset(zeros, 0, sizeof(zeros));
    return zeros;
}

static void model_write(struct model_page *page, int probe, unsigned char value)
{
    if (!page->shared && !page->own) {
        memcpy(page->bytes, bytes_of(page), PROBES);
        page->own = true;
    }
    bytes_of(page)[probe] = value;
}

/* ---- the process against the model ---- */

/* Nothing is mapped there for the host, unless the process may use it. */
static bool host_can_read(unsigned long address)
{
    static int ends[2];
    char byte;

    if (ends[1] == 0)
        must(pipe(ends) == 0);
    if (write(ends[1], (void *)address, 1) != 1)
        return false;
    must(read(ends[0], &byte, 1) == 1);
    return true;
}

static void check_page(int i)
{
    struct model_page *page = &me->page[i];
    unsigned long address = address_of(i);
    unsigned char byte;

    if (!has_bytes(page)) {
        must(!host_can_read(address));
        must(copy_from_user(&byte, address, 1) == 1);
        return;
    }
    for (int probe = 0; probe < PROBES; probe += 1 + below(4)) {
        unsigned long place = address + (unsigned long)probe * STEP;
        unsigned char wanted = bytes_of(page)[probe];
        if (below(2) == 0)
            byte = *(volatile unsigned char *)place;
        else
            must(copy_from_user(&byte, place, 1) == 0);
        must(byte == wanted);
    }
    if (!can_write(page))
        must(copy_to_user(address, &byte, 1) == 1);
}

static void check_process(void)
{
    unsigned long own = 0;
    struct vm_area_struct *vma;

    for (int i = 0; i < WINDOW; i++) {
        struct model_page *page = &me->page[i];
        own += page->own;
        vma = find_vma_intersection(me->mm, address_of(i), address_of(i + 1));
        must((vma != NULL) == page->mapped);
        if (vma != NULL)
            must((vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC)) ==
                 (unsigned long)page->prot);
    }
    must(me->mm->rss[MM_ANONPAGES] == own);
    must(me->mm->map_count == (unsigned long)model_areas());
    must(me->mm->brk == me->brk);
    for (int i = 0; i < 5; i++)
        check_page(below(WINDOW));
}

/* ---- calls ---- */

static void do_write(void)
{
    int i = below(WINDOW), probe = below(PROBES);
    struct model_page *page = &me->page[i];
    unsigned long place = address_of(i) + (unsigned long)probe * STEP;
    unsigned char value = (unsigned char)below(256);

    snprintf(did, sizeof(did), "store to page %d", i);
    if (!can_write(page))
        return;
    if (below(3) == 0)
        must(copy_to_user(place, &value, 1) == 0);
    else
        *(volatile unsigned char *)place = value;
    model_write(page, probe, value);
}

static int random_prot(void)
{
    static const int prots[] = {
        PROT_NONE,
        PROT_READ,
        PROT_READ | PROT_EXEC,
        PROT_WRITE,
    };
    int i = below(3 * (int)LENGTH(prots));
    return i < (int)LENGTH(prots) ? prots[i] : PROT_READ | PROT_WRITE;
}

/* Where a mapping must come to lie, or -errno. */
static int model_place(int wish, int count, int flags)
{
    if (flags & MAP_FIXED)
        return wish;
    if (flags & MAP_FIXED_NOREPLACE)
        return model_is_free(wish, count) ? wish : -EEXIST;
    if (wish >= 0 && model_is_free(wish, count))
        return wish;
    int place = model_highest(count);
    return place >= 0 ? place : -ENOMEM;
}

static void do_map(void)
{
    static const int ways[] = {
        0, 0, 0, 0, MAP_FIXED, MAP_FIXED, MAP_FIXED_NOREPLACE};
    int count = 1 + below(LONGEST), prot = random_prot();
    int flags = ways[below((int)LENGTH(ways))];
    int wish = flags != 0 || below(3) == 0 ? below(WINDOW - count + 1) : -1;
    int object = below(3) == 0 ? below(FILES) : -1;
    int first = object >= 0 ? below(FILE_PAGES) : 0;
    bool shared = below(3) == 0;

    snprintf(did, sizeof(did), "mmap %d pages at %d, object %d, flags %x%s",
             count, wish, object, flags, shared ? ", shared" : "");
    int place = model_place(wish, count, flags);
    unsigned long got = vm_mmap(
        object >= 0 ? files[object] : NULL, wish >= 0 ? address_of(wish) : 0,
        (unsigned long)count * PAGE_SIZE - (unsigned long)below(4000), prot,
        flags | (shared ? MAP_SHARED : MAP_PRIVATE) |
            (object >= 0 ? 0 : MAP_ANONYMOUS),
        (unsigned long)first * PAGE_SIZE);
    if (place < 0) {
        must((int)got == place);
        return;
    }
    must(got == address_of(place));
    if (shared && object < 0) {
        object = nr_objects++;
        objects[object].pages = count;
    }
    model_unmap(place, count);
    for (int i = 0; i < count; i++)
        me->page[place + i] = (struct model_page){
            .mapped = true,
            .shared = shared,
            .prot = prot,
            .object = object,
            .index = object >= 0 ? first + i : 0,
        };
}

static void do_unmap(void)
{
    int first = below(WINDOW), count = 1 + below(LONGEST);

    snprintf(did, sizeof(did), "munmap %d pages at %d", count, first);
    must(sys_munmap(address_of(first), (unsigned long)count * PAGE_SIZE) == 0);
    model_unmap(first, count);
}

static void do_protect(void)
{
    int first = below(WINDOW), count = 1 + below(LONGEST);
    int prot = random_prot(), wanted = 0;

    snprintf(did, sizeof(did), "mprotect %d pages at %d to %d", count, first,
             prot);
    int error =
        sys_mprotect(address_of(first), (unsigned long)count * PAGE_SIZE, prot);
    for (int i = first; i < first + count && wanted == 0; i++) {
        if (i >= WINDOW || !me->page[i].mapped)
            wanted = -ENOMEM;
        else
            me->page[i].prot = prot;
    }
    must(error == wanted);
}

static void do_discard(void)
{
    int first = below(WINDOW), count = 1 + below(LONGEST), wanted = 0;

    snprintf(did, sizeof(did), "madvise %d pages at %d", count, first);
    int error = sys_madvise(address_of(first), (unsigned long)count * PAGE_SIZE,
                            MADV_DONTNEED);
    for (int i = first; i < first + count; i++) {
        if (i >= WINDOW || !me->page[i].mapped)
            wanted = -ENOMEM;
        else
            me->page[i].own = false;
    }
    must(error == wanted);
}

/* Make the pages after page first, which goes on from there. */
static void model_extend(int first, int count)
{
    for (int i = first; i < first + count; i++) {
        me->page[i] = me->page[i - 1];
        me->page[i].own = false;
        if (me->page[i].object >= 0)
            me->page[i].index++;
    }
}

static int model_remap(int first, int old, int new, bool may_move)
{
    struct model_page moved[LONGEST];

    if (!me->page[first].mapped)
        return -EFAULT;
    if (new <= old) {
        model_unmap(first + new, old - new);
        return first;
    }
    int end = model_end(first);
    if (end < first + old)
        return -EFAULT;
    if (end == first + old && model_is_free(end, new - old)) {
        model_extend(end, new - old);
        return first;
    }
    int place = model_highest(new);
    if (!may_move || place < 0)
        return -ENOMEM;
    memcpy(moved, &me->page[first], (size_t)old * sizeof(*moved));
    model_unmap(first, old);
    memcpy(&me->page[place], moved, (size_t)old * sizeof(*moved));
    model_extend(place + old, new - old);
    return place;
}

static void do_remap(void)
{
    int old = 1 + below(LONGEST), new = 1 + below(LONGEST);
    int first = below(WINDOW - LONGEST);
    bool may_move = below(4) != 0;

    snprintf(did, sizeof(did), "mremap %d pages at %d to %d pages%s", old,
             first, new, may_move ? ", anywhere" : "");
    unsigned long got = sys_mremap(
        address_of(first), (unsigned long)old * PAGE_SIZE,
        (unsigned long)new *PAGE_SIZE, may_move ? MREMAP_MAYMOVE : 0);
    int place = model_remap(first, old, new, may_move);
    if (place < 0)
        must((int)got == place);
    else
        must(got == address_of(place));
}

static void do_brk(void)
{
    unsigned long brk = BASE - 100 + random_below(&state, 20 * PAGE_SIZE);
    int old = (int)((PAGE_ALIGN(me->brk) - BASE) / PAGE_SIZE);
    int new = (int)((PAGE_ALIGN(brk) - BASE) / PAGE_SIZE);

    snprintf(did, sizeof(did), "brk from page %d to %d", old, new);
    if (brk >= BASE && (new <= old || model_is_free(old, new + 1 - old))) {
        me->brk = brk;
        if (new < old)
            model_unmap(new, old - new);
        for (int i = old; i < new; i++)
            me->page[i] = (struct model_page){
                .mapped = true,
                .prot = PROT_READ | PROT_WRITE,
                .object = -1,
            };
    }
    must(sys_brk(brk) == me->brk);
}

static void do_switch(void)
{
    struct process *other = &processes[below(PROCESSES)];

    snprintf(did, sizeof(did), "switch");
    if (other->mm == NULL) {
        struct mm_struct *mm = me->mm;
        *other = *me;
        other->mm = dup_mm(mm);
        must(other->mm != NULL);
        snprintf(did, sizeof(did), "fork");
    } else if (other != me && below(3) == 0) {
        struct mm_struct *mm = other->mm;
        other->mm = NULL;
        mmput(mm);
        snprintf(did, sizeof(did), "exit");
        return;
    }
    me = other;
    switch_mm(me->mm);
}

static void (*const calls[])(void) = {
    do_write, do_write, do_write, do_write,   do_write,   do_map,   do_map,
    do_map,   do_unmap, do_brk,   do_protect, do_discard, do_remap, do_switch,
};

static void start(void)
{
    must_start(512);
    for (int i = 0; i < FILES; i++) {
        files[i] = shmem_file_setup("file", FILE_PAGES * PAGE_SIZE);
        objects[i].pages = FILE_PAGES;
    }
    nr_objects = FILES;
    me = &processes[0];
    me->mm = mm_alloc();
    me->mm->start_brk = me->mm->brk = me->brk = BASE;
    switch_mm(me->mm);
    must(vm_mmap(NULL, TASK_MIN, BASE - TASK_MIN, PROT_NONE,
                 PRIVATE | MAP_FIXED, 0) == TASK_MIN);
}

static void finish(void)
{
    for (int i = 0; i < PROCESSES; i++)
        if (processes[i].mm != NULL)
            mmput(processes[i].mm);
    for (int i = 0; i < FILES; i++)
        fput(files[i]);
}

START_TEST(random_calls)
{
    state = seed * 1000u + (unsigned)_i;
    snprintf(did, sizeof(did), "start");
    start();
    for (int i = 0; i < OPERATIONS; i++) {
        calls[below((int)LENGTH(calls))]();
        must_be_sound(did);
        check_process();
    }
    finish();
    must_be_sound("the end of all processes");
    for (unsigned long pfn = 0; pfn < max_pfn; pfn++)
        must(page_mapcount(pfn_to_page(pfn)) == 0);
}
END_TEST

/* ---- against the machine's own Linux ---- */

/* The same calls in a window of ours and in one of the host's, below all that
 * the host maps by itself. Left out are calls whose result depends on where
 * there is room, or on which areas were merged: Linux merges fewer. */
#define HOST_BASE 0x74000000UL

static int pipe_ends[2];

/* What errors a call of the host, which says -1, and one of ours have. */
static int host_error(long result)
{
    return result == -1 ? -errno : 0;
}

static int our_error(unsigned long result)
{
    return IS_ERR_VALUE(result) ? (int)result : 0;
}

/* Read or write a byte of the host's window, without a signal. */
static int host_load(unsigned long address, char *byte)
{
    if (write(pipe_ends[1], (void *)address, 1) != 1)
        return -EFAULT;
    must(read(pipe_ends[0], byte, 1) == 1);
    return 0;
}

static int host_store(unsigned long address, char byte)
{
    must(write(pipe_ends[1], &byte, 1) == 1);
    if (read(pipe_ends[0], (void *)address, 1) == 1)
        return 0;
    must(read(pipe_ends[0], &byte, 1) == 1);
    return -EFAULT;
}

static void both_map(unsigned long place, unsigned long length)
{
    int prot = random_prot();
    int flags = (below(3) == 0 ? MAP_FIXED_NOREPLACE : MAP_FIXED) |
                (below(3) == 0 ? SHARED : PRIVATE);

    snprintf(did, sizeof(did), "mmap %#lx %lu prot %d flags %x", place, length,
             prot, flags);
    int ours = our_error(vm_mmap(NULL, BASE + place, length, prot, flags, 0));
    must(ours == host_error((long)mmap((void *)(HOST_BASE + place), length,
                                       prot, flags, -1, 0)));
}

static void both_unmap(unsigned long place, unsigned long length)
{
    snprintf(did, sizeof(did), "munmap %#lx %lu", place, length);
    int ours = sys_munmap(BASE + place, length);
    must(ours == host_error(munmap((void *)(HOST_BASE + place), length)));
}

static void both_protect(unsigned long place, unsigned long length)
{
    int prot = random_prot();

    snprintf(did, sizeof(did), "mprotect %#lx %lu %d", place, length, prot);
    int ours = sys_mprotect(BASE + place, length, prot);
    must(ours ==
         host_error(mprotect((void *)(HOST_BASE + place), length, prot)));
}

static void both_discard(unsigned long place, unsigned long length)
{
    snprintf(did, sizeof(did), "madvise %#lx %lu", place, length);
    int ours = sys_madvise(BASE + place, length, MADV_DONTNEED);
    must(ours == host_error(madvise((void *)(HOST_BASE + place), length,
                                    MADV_DONTNEED)));
}

static void both_store(unsigned long place, unsigned long length)
{
    char byte = (char)length;

    place += length % PAGE_SIZE;
    snprintf(did, sizeof(did), "store at %#lx", place);
    int ours = copy_to_user(BASE + place, &byte, 1) == 0 ? 0 : -EFAULT;
    must(ours == host_store(HOST_BASE + place, byte));
}

static void both_load(unsigned long place)
{
    char ours = 0, host = 0;
    int error = copy_from_user(&ours, BASE + place, 1) == 0 ? 0 : -EFAULT;

    must(error == host_load(HOST_BASE + place, &host));
    must(ours == host);
}

START_TEST(linux_does_the_same)
{
    static void (*const both[])(unsigned long place, unsigned long length) = {
        both_map,     both_map,   both_unmap, both_protect,
        both_discard, both_store, both_store, both_store,
    };

    state = seed;
    snprintf(did, sizeof(did), "start");
    must_start(512);
    switch_mm(mm_alloc());
    must(pipe(pipe_ends) == 0);
    for (int i = 0; i < 5000; i++) {
        unsigned long place = (unsigned long)below(WINDOW) * PAGE_SIZE;
        unsigned long length =
            below(10) == 0 ? 0 : random_below(&state, LONGEST * PAGE_SIZE);
        if (place + length > WINDOW * PAGE_SIZE)
            length = WINDOW * PAGE_SIZE - place;
        both[below((int)LENGTH(both))](place + (below(20) == 0), length);
        for (int j = 0; j < 3; j++)
            both_load(random_below(&state, WINDOW * PAGE_SIZE));
    }
}
END_TEST

TCase *k04_random(void);

TCase *k04_random(void)
{
    TCase *group = tcase_create("address_space");

    tcase_add_loop_test(group, random_calls, 0, RUNS);
    tcase_add_test(group, linux_does_the_same);
    tcase_set_timeout(group, 20);
    return group;
}
