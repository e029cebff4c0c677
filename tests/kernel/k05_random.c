/* k05_random.c - random calls on files, beside plain arrays of bytes
 *
 * The model of a file is an array. What a process has mapped is a row of pages,
 * each of which shows a page of a file, or is a copy of it, once it has been
 * written to in a private mapping. Two processes do what they like with a few
 * files; memory is too small for all of it, frames are taken and given back,
 * the caches are dropped, the flusher comes by, and now and then the file
 * system is unmounted, or the power fails. What is on the disk after that is
 * what sync() has written.
 */
#include "suite.h"

#include "buddy.h"
#include "disk.h"
#include "diskfs.h"
#include "fork.h"
#include "init.h"
#include "sched.h"
#include "syscalls.h"
#include "vmscan.h"
#include "writeback.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FRAMES     320
#define FILES      4
#define FILE_PAGES 60
#define FILE_SIZE  (FILE_PAGES * PAGE_SIZE)
#define PROCESSES  2
#define WINDOW     40 /* pages that a process may map, from BASE on */
#define BASE       0x40000000UL
#define BUFFER     0x20000000UL
#define LONGEST    10000 /* bytes at once */
#define TAKEN      100   /* frames at most */
#define OPERATIONS 2000
#define RUNS       4
#define RW         (PROT_READ | PROT_WRITE)

static struct model_file {
    unsigned long size;
    unsigned char bytes[FILE_SIZE];
} files[FILES];

struct model_page {
    int file; /* -1: nothing is mapped */
    unsigned long index;
    bool shared, own;
    unsigned char bytes[PAGE_SIZE]; /* if it is its own */
};

static struct process {
    struct mm_struct *mm;
    struct model_page pages[WINDOW];
} processes[PROCESSES], *me;

static struct disk *disk;
static struct page *taken[TAKEN];
static int nr_taken;
static uint64_t state;
static char did[100]; /* the last call, for messages */

#define must(condition)                                                        \
    ck_assert_msg(condition, "%s: not so: %s (seed %u)", did, #condition, seed)

static unsigned long below(unsigned long limit)
{
    return random_below(&state, limit);
}

/* ---- the start and the end ---- */

static void boot(void)
{
    must_start(FRAMES);
    must(sys_mount(disk) == 0);
    nr_taken = 0;
    for (int i = 0; i < PROCESSES; i++) {
        me = &processes[i];
        me->mm = mm_alloc();
        switch_mm(me->mm);
        must(vm_mmap(NULL, BUFFER, LONGEST, RW,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0) == BUFFER);
        for (int page = 0; page < WINDOW; page++)
            me->pages[page].file = -1;
        for (int file = 0; file < FILES; file++) {
            char name[] = {(char)('a' + file), '\0'};
            must(sys_open(name, O_CREAT) == file);
        }
    }
    sys_sync();
}

static void end_processes(void)
{
    for (int i = 0; i < PROCESSES; i++)
        mmput(processes[i].mm);
}

/* ---- operations: each does the same to the model ---- */

static void do_write(void)
{
    int file = (int)below(FILES);
    struct model_file *model = &files[file];
    unsigned long place = below(FILE_SIZE), count = below(LONGEST) + 1;
    unsigned char *buffer = (unsigned char *)BUFFER;

    if (count > FILE_SIZE - place)
        count = FILE_SIZE - place;
    snprintf(did, sizeof(did), "write %lu bytes at %lu of file %d", count,
             place, file);
    paint(buffer, count, (unsigned)below(1000));
    memcpy(model->bytes + place, buffer, count);
    if (model->size < place + count)
        model->size = place + count;
    must(sys_lseek(file, (long)place, SEEK_SET) == (long)place);
    must(sys_write(file, BUFFER, count) == (long)count);
}

static void do_read(void)
{
    int file = (int)below(FILES);
    struct model_file *model = &files[file];
    unsigned long place = below(FILE_SIZE), count = LONGEST;

    snprintf(did, sizeof(did), "read %lu bytes at %lu of file %d", count, place,
             file);
    if (place >= model->size)
        count = 0;
    else if (count > model->size - place)
        count = model->size - place;
    must(sys_lseek(file, (long)place, SEEK_SET) == (long)place);
    must(sys_read(file, BUFFER, LONGEST) == (long)count);
    must(memcmp((void *)BUFFER, model->bytes + place, count) == 0);
}

static void do_extend(void)
{
    int file = (int)below(FILES);
    struct model_file *model = &files[file];
    unsigned long size = below(FILE_SIZE);

    snprintf(did, sizeof(did), "ftruncate file %d to %lu", file, size);
    int error = sys_ftruncate(file, size);
    must(error == (size < model->size ? -EINVAL : 0));
    if (error == 0)
        model->size = size;
}

static void do_map(void)
{
    int file = (int)below(FILES);
    unsigned long first = below(WINDOW), pages = below(WINDOW - first) + 1;
    unsigned long index = below(FILE_PAGES);
    bool shared = below(2);

    snprintf(did, sizeof(did), "map %lu pages of file %d, %s", pages, file,
             shared ? "shared" : "private");
    must(sys_mmap(BASE + first * PAGE_SIZE, pages * PAGE_SIZE, RW,
                  MAP_FIXED | (shared ? MAP_SHARED : MAP_PRIVATE), file,
                  index * PAGE_SIZE) == BASE + first * PAGE_SIZE);
    for (unsigned long i = 0; i < pages; i++) {
        me->pages[first + i].file = file;
        me->pages[first + i].index = index + i;
        me->pages[first + i].shared = shared;
        me->pages[first + i].own = false;
    }
}

static void do_unmap(void)
{
    unsigned long first = below(WINDOW), pages = below(WINDOW - first) + 1;

    snprintf(did, sizeof(did), "munmap %lu pages", pages);
    must(sys_munmap(BASE + first * PAGE_SIZE, pages * PAGE_SIZE) == 0);
    for (unsigned long i = 0; i < pages; i++)
        me->pages[first + i].file = -1;
}

/* A page that can be used: of some file, and not beyond its end. */
static struct model_page *some_page(void)
{
    for (int tries = 0; tries < 10; tries++) {
        struct model_page *page = &me->pages[below(WINDOW)];
        if (page->file >= 0 && page->index * PAGE_SIZE < files[page->file].size)
            return page;
    }
    return NULL;
}

static unsigned char *model_bytes(struct model_page *page)
{
    return page->own ? page->bytes
                     : files[page->file].bytes + page->index * PAGE_SIZE;
}

/* Up to the end of the file; a copy shows only so much, too. */
static unsigned long valid_bytes(const struct model_page *page)
{
    unsigned long left = files[page->file].size - page->index * PAGE_SIZE;
    return left < PAGE_SIZE ? left : PAGE_SIZE;
}

static unsigned char *address_of(const struct model_page *page)
{
    return (unsigned char *)BASE + (page - me->pages) * (long)PAGE_SIZE;
}

static void do_store(void)
{
    struct model_page *page = some_page();
    if (page == NULL)
        return;
    unsigned long place = below(valid_bytes(page));

    snprintf(did, sizeof(did), "store to page %lu of file %d, %s", page->index,
             page->file, page->shared ? "shared" : "private");
    if (!page->shared && !page->own) {
        memcpy(page->bytes, model_bytes(page), PAGE_SIZE);
        page->own = true;
    }
    model_bytes(page)[place] = (unsigned char)below(256);
    address_of(page)[place] = model_bytes(page)[place];
}

static void do_load(void)
{
    struct model_page *page = some_page();
    if (page == NULL)
        return;
    snprintf(did, sizeof(did), "load from page %lu of file %d, %s", page->index,
             page->file, page->own ? "a copy" : "not a copy");
    unsigned long bytes = page->own ? PAGE_SIZE : valid_bytes(page);
    must(memcmp(address_of(page), model_bytes(page), bytes) == 0);
}

static void do_msync(void)
{
    unsigned long first = below(WINDOW), pages = below(WINDOW - first) + 1;
    int error = 0;

    snprintf(did, sizeof(did), "msync %lu pages", pages);
    for (unsigned long i = 0; i < pages; i++)
        if (me->pages[first + i].file < 0)
            error = -ENOMEM;
    must(sys_msync(BASE + first * PAGE_SIZE, pages * PAGE_SIZE,
                   below(2) ? MS_SYNC : MS_ASYNC) == error);
}

static void do_switch(void)
{
    me = &processes[below(PROCESSES)];
    switch_mm(me->mm);
}

/* Frames that others need: the page cache has to do with fewer. */
static void do_take(void)
{
    snprintf(did, sizeof(did), "take frames; %d were taken", nr_taken);
    for (unsigned long n = below(20); n > 0 && nr_taken < TAKEN; n--) {
        taken[nr_taken] = alloc_pages(GFP_KERNEL, 0);
        must(taken[nr_taken] != NULL);
        nr_taken++;
    }
}

static void do_give(void)
{
    snprintf(did, sizeof(did), "give frames back; %d were taken", nr_taken);
    for (unsigned long n = below(20); n > 0 && nr_taken > 0; n--)
        __free_pages(taken[--nr_taken], 0);
}

static void do_flush(void)
{
    snprintf(did, sizeof(did), "the flusher");
    wb_writeback(below(20));
}

static void do_drop(void)
{
    snprintf(did, sizeof(did), "drop_caches");
    must(drop_caches((int)below(3) + 1) == 0);
}

static void do_sync(void)
{
    snprintf(did, sizeof(did), "sync");
    sys_sync();
}

static void do_fsync(void)
{
    int file = (int)below(FILES);
    snprintf(did, sizeof(did), "fsync file %d", file);
    must(sys_fsync(file) == 0);
}

static void do_remove(void)
{
    int file = (int)below(FILES);
    char name[] = {(char)('a' + file), '\0'};

    for (int i = 0; i < PROCESSES; i++)
        for (int page = 0; page < WINDOW; page++)
            if (processes[i].pages[page].file == file)
                return; /* the model does not know of files without a name */
    snprintf(did, sizeof(did), "remove file %d", file);
    must(sys_unlink(name) == 0);
    struct mm_struct *mm = current_mm;
    for (int i = 0; i < PROCESSES; i++) {
        switch_mm(processes[i].mm);
        must(sys_close(file) == 0);
        must(sys_open(name, O_CREAT) == file);
    }
    switch_mm(mm);
    memset(&files[file], 0, sizeof(files[file]));
}

static void do_umount(void)
{
    snprintf(did, sizeof(did), "umount, and mount");
    must(sys_umount() == -EBUSY);
    end_processes();
    while (nr_taken > 0)
        __free_pages(taken[--nr_taken], 0);
    must(sys_umount() == 0);
    must_be_sound(did);
    stop_kernel();
    boot();
}

/* The other process becomes a child of this one. */
static void do_fork(void)
{
    struct process *other = &processes[me == &processes[0]];

    snprintf(did, sizeof(did), "fork");
    mmput(other->mm);
    other->mm = dup_mm(me->mm);
    must(other->mm != NULL);
    memcpy(other->pages, me->pages, sizeof(me->pages));
}

/* What sync() has written is there when the power is back. */
static void do_power_failure(void)
{
    sys_sync();
    snprintf(did, sizeof(did), "the power fails");
    stop_kernel();
    boot();
}

static const struct {
    void (*operation)(void);
    unsigned long weight;
} operations[] = {
    {do_write, 20}, {do_read, 20},  {do_store, 40},        {do_load, 40},
    {do_map, 10},   {do_unmap, 5},  {do_msync, 5},         {do_switch, 20},
    {do_take, 15},  {do_give, 10},  {do_flush, 5},         {do_drop, 3},
    {do_sync, 2},   {do_fsync, 4},  {do_extend, 3},        {do_remove, 2},
    {do_fork, 4},   {do_umount, 1}, {do_power_failure, 1},
};

static void do_something(void)
{
    unsigned long all = 0, choice;
    size_t i = 0;

    for (size_t j = 0; j < LENGTH(operations); j++)
        all += operations[j].weight;
    choice = below(all);
    while (choice >= operations[i].weight)
        choice -= operations[i++].weight;
    operations[i].operation();
}

START_TEST(random_calls_do_what_the_model_does)
{
    state = seed * 1000 + (unsigned)_i;
    disk = disk_create(FILE_PAGES * DIR_ENTRIES + 1);
    boot();
    for (int i = 0; i < OPERATIONS; i++) {
        do_something();
        must_be_sound(did);
    }
    for (int i = 0; i < PROCESSES; i++) {
        me = &processes[i];
        switch_mm(me->mm);
        for (int j = 0; j < WINDOW; j++)
            do_load();
    }
    do_umount();
}
END_TEST

TCase *k05_random(void);

TCase *k05_random(void)
{
    TCase *random = tcase_create("fs_random");
    tcase_add_loop_test(random, random_calls_do_what_the_model_does, 0, RUNS);
    tcase_set_timeout(random, 20);
    return random;
}
