/* k05_page_cache.c - files, the page cache, write-back, reclaim, shared memory
 *
 * A process runs; what it reads and writes by system calls goes through a
 * buffer at an address of its own. How often the disk was needed is counted by
 * the disk, and how long was waited by the clock: so what is slow on a real
 * machine is a number here.
 */
#include "suite.h"

#include "buddy.h"
#include "disk.h"
#include "diskfs.h"
#include "fault.h"
#include "file.h"
#include "filemap.h"
#include "fork.h"
#include "init.h"
#include "inode.h"
#include "lru.h"
#include "pages.h"
#include "rmap.h"
#include "sched.h"
#include "shmem.h"
#include "slab.h"
#include "syscalls.h"
#include "vma.h"
#include "vmscan.h"
#include "vmstat.h"
#include "writeback.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#define FRAMES   1024
#define SLOT     2048 /* pages that a file may have */
#define RW       (PROT_READ | PROT_WRITE)
#define PRIVATE  (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED   (MAP_SHARED | MAP_ANONYMOUS)
#define PAGES(n) ((n)*PAGE_SIZE)
#define BUFFER   64 /* pages */

static struct disk *disk;
static char *buffer; /* the process's */

/* Start a kernel with the disk, and a process that has a buffer. */
static struct mm_struct *must_boot(void)
{
    must_start(FRAMES);
    ck_assert_int_eq(sys_mount(disk), 0);
    struct mm_struct *mm = mm_alloc();
    switch_mm(mm);
    buffer = (char *)vm_mmap(NULL, 0, PAGES(BUFFER), RW, PRIVATE, 0);
    memset(buffer, 0, PAGES(BUFFER));
    return mm;
}

static struct mm_struct *must_run(void)
{
    disk = disk_create(SLOT * DIR_ENTRIES + 1);
    return must_boot();
}

static int must_open(const char *name)
{
    int fd = sys_open(name, O_CREAT);
    ck_assert_msg(fd >= 0, "open: %s", strerror(-fd));
    return fd;
}

/* Write painted bytes at a place in a file. */
static void must_write(int fd, unsigned long place, unsigned long size,
                       unsigned tag)
{
    paint(buffer, size, tag);
    ck_assert_int_eq(sys_lseek(fd, (long)place, SEEK_SET), (long)place);
    ck_assert_int_eq(sys_write(fd, (unsigned long)buffer, size), (long)size);
}

/* Read them, and compare. */
static void must_read(int fd, unsigned long place, unsigned long size,
                      unsigned tag)
{
    memset(buffer, 0xee, size);
    ck_assert_int_eq(sys_lseek(fd, (long)place, SEEK_SET), (long)place);
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, size), (long)size);
    ck_assert_msg(is_painted(buffer, size, tag), "other bytes at %lu", place);
}

/* A file of so many pages. Each is painted with its index, and tag. */
static int must_make(const char *name, unsigned long pages, unsigned tag)
{
    int fd = must_open(name);
    for (unsigned long i = 0; i < pages; i++)
        must_write(fd, PAGES(i), PAGE_SIZE, tag + (unsigned)i);
    return fd;
}

static char *must_map(int fd, unsigned long pages, int flags)
{
    unsigned long address = sys_mmap(0, PAGES(pages), RW, flags, fd, 0);
    ck_assert_msg(!IS_ERR_VALUE(address), "mmap: %s", strerror((int)-address));
    return (char *)address;
}

static char load(const char *address)
{
    return *(const volatile char *)address;
}

static void store(char *address, char value)
{
    *(volatile char *)address = value;
}

static struct address_space *mapping_of(int fd)
{
    struct file *file = fget(fd);
    fput(file);
    return file->f_mapping;
}

static unsigned long pages_of(int fd)
{
    return mapping_of(fd)->nrpages;
}

/* Let the page cache forget the file. */
static void must_drop(int fd)
{
    sys_fsync(fd);
    ck_assert_int_eq(drop_caches(1), 0);
    ck_assert_uint_eq(pages_of(fd), 0);
}

/* ---- files ---- */

START_TEST(what_was_written_is_read)
{
    must_run();
    int fd = must_open("file");
    must_write(fd, 0, 10000, 1);
    must_read(fd, 0, 10000, 1);
    ck_assert_int_eq(sys_lseek(fd, -100, SEEK_CUR), 9900);
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, 5000), 100);
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, 5000), 0);
    ck_assert_int_eq(sys_lseek(fd, 5, SEEK_END), 10005);
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, 5), 0);
    must_write(fd, 4000, 200, 2);
    must_read(fd, 4000, 200, 2);
    must_be_sound("reading and writing");
}
END_TEST

START_TEST(a_hole_is_zeros)
{
    must_run();
    int fd = must_open("file");
    must_write(fd, 10, 1, 1);
    must_write(fd, PAGES(5) + 7, 3, 2);
    ck_assert_int_eq(sys_lseek(fd, 11, SEEK_SET), 11);
    long size = (long)PAGES(5) - 4;
    ck_assert_int_eq(sys_read(fd, (unsigned long)buffer, (size_t)size), size);
    for (long i = 0; i < size; i++)
        ck_assert_int_eq(buffer[i], 0);
    must_read(fd, PAGES(5) + 7, 3, 2);
}
END_TEST

/* A process can store behind the end of a file, in its last page; nobody else
 * is to see that, when the file has become longer. */
START_TEST(bytes_behind_the_end_are_zeros_when_it_grows)
{
    must_run();
    int fd = must_open("file");
    must_write(fd, 0, 100, 1);
    char *map = must_map(fd, 1, MAP_SHARED);
    store(map + 200, 'x');
    sys_fsync(fd);
    const char *block = diskfs_block(find_page(mapping_of(fd), 0));
    ck_assert_int_eq(block[200], 0);
    ck_assert_int_eq(sys_ftruncate(fd, 300), 0);
    ck_assert_int_eq(load(map + 200), 0);
    store(map + 400, 'x');
    must_write(fd, 500, 1, 2);
    ck_assert_int_eq(load(map + 400), 0);
    must_be_sound("a file that grows");
}
END_TEST

START_TEST(a_file_outlives_the_kernel)
{
    must_run();
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
    must_run();
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

START_TEST(who_has_it_open_keeps_a_file_without_a_name)
{
    must_run();
    int fd = must_make("file", 3, 1);
    ck_assert_int_eq(sys_unlink("file"), 0);
    ck_assert_int_eq(sys_unlink("file"), -ENOENT);
    ck_assert_int_eq(sys_open("file", 0), -ENOENT);
    int other = must_make("file", 3, 50);
    must_drop(fd);
    must_drop(other);
    must_read(fd, PAGES(2), PAGE_SIZE, 3);
    must_read(other, PAGES(2), PAGE_SIZE, 52);
    char *map = must_map(fd, 3, MAP_SHARED);
    sys_close(fd);
    ck_assert(is_painted(map, PAGE_SIZE, 1));
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 3);
    sys_munmap((unsigned long)map, PAGES(3));
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 1);
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
    struct mm_struct *parent = must_run();
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

    must_run();
    memset(long_name, 'n', FILE_NAME_SIZE);
    int fd = must_open("file");
    must_write(fd, 0, 10, 1);
    unsigned long to = (unsigned long)buffer;
    char *map = must_map(fd, 2, MAP_SHARED);
    unsigned long a = (unsigned long)map;
    const long end = (long)PAGES(SLOT);
    struct {
        long got;
        int wanted;
    } calls[] = {
        {sys_mount(disk), -EBUSY},
        {sys_open("none", 0), -ENOENT},
        {sys_open("", O_CREAT), -ENOENT},
        {sys_open("file", O_CREAT | O_EXCL), -EEXIST},
        {sys_open(long_name, O_CREAT), -ENAMETOOLONG},
        {sys_unlink("none"), -ENOENT},
        {sys_close(-1), -EBADF},
        {sys_close(NR_OPEN), -EBADF},
        {sys_close(fd + 1), -EBADF},
        {sys_read(fd + 1, to, 1), -EBADF},
        {sys_write(fd + 1, to, 1), -EBADF},
        {sys_lseek(fd + 1, 0, SEEK_SET), -EBADF},
        {sys_ftruncate(fd + 1, 1), -EBADF},
        {sys_fsync(fd + 1), -EBADF},
        {(int)sys_mmap(0, 1, RW, MAP_SHARED, fd + 1, 0), -EBADF},
        {sys_lseek(fd, -1, SEEK_SET), -EINVAL},
        {sys_lseek(fd, 0, 77), -EINVAL},
        {sys_ftruncate(fd, 9), -EINVAL},
        {sys_ftruncate(fd, (unsigned long)end + 1), -EFBIG},
        {sys_lseek(fd, end, SEEK_SET), 0},
        {sys_write(fd, to, 1), -EFBIG},
        {sys_lseek(fd, 0, SEEK_SET), 0},
        {sys_read(fd, 0x20000000, 1), -EFAULT},
        {sys_write(fd, 0x20000000, 1), -EFAULT},
        {sys_msync(a + 1, 1, MS_SYNC), -EINVAL},
        {sys_msync(a, 1, 0), -EINVAL},
        {sys_msync(a, 1, MS_SYNC | MS_ASYNC), -EINVAL},
        {sys_msync(0x20000000, 1, MS_SYNC), -ENOMEM},
        {sys_msync(a, ~0UL, MS_SYNC), -ENOMEM},
        {drop_caches(0), -EINVAL},
        {drop_caches(4), -EINVAL},
        {sys_shm_open("name", O_CREAT), -EINVAL},
        {sys_shm_open("/none", 0), -ENOENT},
        {sys_shm_unlink("/none"), -ENOENT},
        {sys_shmget(5, 0, IPC_CREAT), -EINVAL},
        {sys_shmget(5, 10, 0), -ENOENT},
        {(int)sys_shmat(12345, 0), -EINVAL},
        {sys_shmctl(12345, IPC_RMID, NULL), -EINVAL},
        {sys_shmdt(a), -EINVAL},
        {sys_sem_init(0x20000000, 1), -EFAULT},
        {sys_sem_wait(0x20000000), -EFAULT},
        {sys_sem_post(0x20000000), -EFAULT},
    };

    for (size_t i = 0; i < LENGTH(calls); i++)
        if (calls[i].wanted != 0)
            ck_assert_msg(calls[i].got == calls[i].wanted,
                          "call %zu: %ld, not %d", i, calls[i].got,
                          calls[i].wanted);
    must_be_sound("calls that were refused");
    sys_munmap(a, PAGES(2));
    sys_close(fd);
    ck_assert_int_eq(sys_umount(), 0);
    ck_assert_int_eq(sys_umount(), -EINVAL);
    ck_assert_int_eq(sys_open("file", O_CREAT), -ENOENT);
}
END_TEST

START_TEST(there_is_room_for_so_many)
{
    char name[20];

    must_run();
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
    must_run();
    int fd = must_make("file", 8, 1);
    must_drop(fd);
    unsigned long reads = disk->reads, clock = jiffies;
    must_read(fd, 0, 100, 1);
    ck_assert_uint_eq(disk->reads, reads + 1);
    ck_assert_uint_eq(jiffies, clock + disk->ticks);
    for (unsigned i = 0; i < 8; i++)
        must_read(fd, PAGES(i), PAGE_SIZE, 1 + i);
    must_read(must_open("file"), 0, PAGE_SIZE, 1);
    ck_assert_uint_eq(disk->reads, reads + 8);
    char *map = must_map(fd, 8, MAP_SHARED);
    ck_assert(is_painted(map + PAGES(7), PAGE_SIZE, 8));
    ck_assert_uint_eq(disk->reads, reads + 8);
    ck_assert_uint_eq(jiffies, clock + 8 * disk->ticks);
}
END_TEST

START_TEST(a_fault_is_major_if_it_waits_for_the_disk)
{
    struct mm_struct *mm = must_run();
    int fd = must_make("file", 4, 1);
    char *map = must_map(fd, 4, MAP_SHARED);
    unsigned long minor = mm->min_flt;
    load(map);
    ck_assert_uint_eq(mm->maj_flt, 0);
    ck_assert_uint_eq(mm->min_flt, minor + 1);
    sys_munmap((unsigned long)map, PAGES(4));
    must_drop(fd);
    map = must_map(fd, 4, MAP_PRIVATE);
    load(map);
    store(map + PAGES(1), 1);
    ck_assert_uint_eq(mm->maj_flt, 2);
    ck_assert_uint_eq(mm->min_flt, minor + 1);
    load(must_map(fd, 4, MAP_SHARED)); /* another mapping: it is there */
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
    struct mm_struct *parent = must_run();
    bool of_file = _i >= 2;
    int flags = (_i % 2 == 0 ? MAP_PRIVATE : MAP_SHARED) |
                (of_file ? 0 : MAP_ANONYMOUS);
    int fd = of_file ? must_make("file", 6, 1) : -1;
    char *map = must_map(fd, 6, flags);

    /* its first write is a minor fault; it gets a frame that is no file's */
    unsigned long faults = parent->min_flt;
    unsigned long own = parent->rss[MM_ANONPAGES];
    store(map, 'w');
    got[0] = parent->min_flt == faults + 1 ? 'y' : 'n';
    got[1] = parent->rss[MM_ANONPAGES] == own + 1 ? 'y' : 'n';

    /* the parent sees what a child writes */
    switch_mm(dup_mm(parent));
    store(map, 'c');
    mmput(current_mm);
    switch_mm(parent);
    got[2] = load(map) == 'c' ? 'y' : 'n';
    if (of_file) {
        /* read() of the file sees a write */
        store(map + PAGES(1), 'w');
        sys_lseek(fd, (long)PAGES(1), SEEK_SET);
        sys_read(fd, (unsigned long)buffer, 1);
        got[3] = *buffer == 'w' ? 'y' : 'n';
        /* a write() to the file is seen; also in a page that was written to */
        load(map + PAGES(2));
        must_write(fd, PAGES(2), 1, 99);
        got[4] = load(map + PAGES(2)) == *buffer ? 'y' : 'n';
        store(map + PAGES(3) + 1, 'w');
        must_write(fd, PAGES(3), 1, 99);
        got[5] = load(map + PAGES(3)) == *buffer ? 'y' : 'n';
    }
    ck_assert_str_eq(got, columns[_i]);
    must_be_sound("the four kinds");
}
END_TEST

START_TEST(beyond_the_end_is_a_bus_error)
{
    struct mm_struct *mm = must_run();
    int fd = must_make("file", 1, 1);
    char *map = must_map(fd, 3, MAP_SHARED);
    unsigned long second = (unsigned long)map + PAGES(1);
    ck_assert_int_eq(handle_mm_fault(mm, 0, second), SIGBUS);
    ck_assert_uint_eq(pages_of(fd), 1);
    must_write(fd, PAGES(1), 1, 1);
    ck_assert_int_eq(handle_mm_fault(mm, 0, second), 0);
    ck_assert_int_eq(handle_mm_fault(mm, 0, second + PAGES(1)), SIGBUS);
}
END_TEST

/* ---- write-back ---- */

START_TEST(msync_waits_or_does_not)
{
    struct mm_struct *mm = must_run();
    int fd = must_make("file", 8, 1);
    char *map = must_map(fd, 8, MAP_SHARED);
    unsigned long address = (unsigned long)map;
    sys_sync();
    for (int i = 0; i < 8; i++)
        store(map + PAGES(i), 'a');
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 8);
    unsigned long writes = disk->writes, clock = jiffies;
    ck_assert_int_eq(sys_msync(address, PAGES(8), MS_ASYNC), 0);
    ck_assert_uint_eq(jiffies, clock);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 8);
    ck_assert_int_eq(sys_msync(address + PAGES(2), PAGES(3), MS_SYNC), 0);
    ck_assert_uint_eq(jiffies, clock + 3 * disk->ticks);
    ck_assert_uint_eq(disk->writes, writes + 3);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 5);
    must_be_sound("msync()");

    /* The next store to a page that was written is a fault. */
    unsigned long faults = mm->min_flt;
    store(map + PAGES(2), 'b');
    ck_assert_uint_eq(mm->min_flt, faults + 1);
    store(map + PAGES(2), 'c');
    store(map, 'c');
    ck_assert_uint_eq(mm->min_flt, faults + 1);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 6);
}
END_TEST

START_TEST(many_changes_are_written_once)
{
    must_run();
    int fd = must_make("file", 1, 1);
    sys_sync();
    unsigned long writes = disk->writes;
    for (unsigned i = 0; i < 1000; i++)
        must_write(fd, i, 10, i);
    ck_assert_uint_eq(disk->writes, writes);
    sys_fsync(fd);
    sys_fsync(fd);
    ck_assert_uint_eq(disk->writes, writes + 1);
    must_drop(fd);
    must_read(fd, 999, 10, 999);
}
END_TEST

START_TEST(the_flusher_writes_some)
{
    must_run();
    must_make("one", 5, 1);
    must_make("two", 5, 1);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 10);
    ck_assert_uint_ge(wb_writeback(3), 3);
    ck_assert_uint_gt(node_stat[NR_FILE_DIRTY], 0);
    must_be_sound("the flusher");
    wb_writeback(10);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 0);
    ck_assert_uint_eq(disk->writes, 10);
    ck_assert_uint_eq(wb_writeback(10), 0);
}
END_TEST

/* Both processes could write to the page; after it has been written neither
 * can without a fault. */
START_TEST(all_who_map_a_page_are_asked_before_it_is_written)
{
    struct mm_struct *parent = must_run();
    int fd = must_make("file", 1, 1);
    char *map = must_map(fd, 1, MAP_SHARED);
    store(map, 'p');
    struct mm_struct *child = dup_mm(parent);
    switch_mm(child);
    store(map, 'c');
    sys_sync();
    must_be_sound("sync()");
    switch_mm(parent);
    store(map + 1, 'q');
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 1);
    sys_sync();
    switch_mm(child);
    store(map + 2, 'd');
    mmput(child);
    switch_mm(parent);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 1);
    ck_assert_int_eq(memcmp(map, "cqd", 3), 0);
    sys_munmap((unsigned long)map, PAGE_SIZE);
    must_drop(fd);
    sys_lseek(fd, 0, SEEK_SET);
    sys_read(fd, (unsigned long)buffer, 3);
    ck_assert_int_eq(memcmp(buffer, "cqd", 3), 0);
}
END_TEST

/* ---- reclaim ---- */

/* Fill all memory that is free with clean pages of a file. */
static int must_fill(const char *name)
{
    int fd = must_make(name, FRAMES, 1);
    sys_fsync(fd);
    ck_assert_uint_lt(pages_of(fd), FRAMES);
    ck_assert_uint_gt(pages_of(fd), FRAMES / 2);
    must_be_sound("the page cache takes all memory");
    return fd;
}

START_TEST(clean_pages_go_when_a_process_needs_frames)
{
    must_run();
    int fd = must_fill("file");
    unsigned long writes = disk->writes;
    unsigned long pages = FRAMES - FRAMES / 4;
    char *heap = must_map(-1, pages, PRIVATE);
    for (unsigned i = 0; i < pages; i++)
        paint(heap + PAGES(i), PAGE_SIZE, i);
    ck_assert_uint_lt(pages_of(fd), FRAMES / 4);
    ck_assert_uint_eq(disk->writes, writes);
    must_be_sound("a large heap");
    for (unsigned i = 0; i < pages; i++)
        ck_assert(is_painted(heap + PAGES(i), PAGE_SIZE, i));
    must_read(fd, PAGES(5), PAGE_SIZE, 6);
}
END_TEST

START_TEST(dirty_pages_are_written_first)
{
    must_run();
    int fd = must_make("file", 400, 1);
    ck_assert_uint_eq(disk->writes, 0);
    ck_assert_uint_eq(node_stat[NR_FILE_DIRTY], 400);
    char *heap = must_map(-1, 800, PRIVATE);
    for (unsigned i = 0; i < 800; i++)
        store(heap + PAGES(i), 1);
    ck_assert_uint_gt(disk->writes, 200);
    must_be_sound("a large heap");
    sys_munmap((unsigned long)heap, PAGES(800));
    for (unsigned i = 0; i < 400; i++)
        must_read(fd, PAGES(i), PAGE_SIZE, 1 + i);
}
END_TEST

/* Through a mapping of it, which no frame can stay behind. */
START_TEST(a_file_may_be_longer_than_memory)
{
    struct mm_struct *mm = must_run();
    unsigned long pages = FRAMES + FRAMES / 2;
    int fd = must_open("file");
    ck_assert_int_eq(sys_ftruncate(fd, PAGES(pages)), 0);
    char *map = must_map(fd, pages, MAP_SHARED);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < pages; i++)
            paint(map + PAGES(i), 100, i + round);
        must_be_sound("stores to a long file");
        for (unsigned i = 0; i < pages; i++)
            ck_assert(is_painted(map + PAGES(i), 100, i + round));
    }
    ck_assert_uint_gt(mm->maj_flt, pages);
    sys_munmap((unsigned long)map, PAGES(pages));
    for (unsigned i = 0; i < pages; i++)
        must_read(fd, PAGES(i), 100, i + 1);
}
END_TEST

START_TEST(what_cannot_be_had_again_stays)
{
    struct mm_struct *mm = must_run();
    char *heap = must_map(-1, 300, PRIVATE);
    char *shared = must_map(-1, 300, SHARED);
    for (unsigned i = 0; i < 300; i++) {
        paint(heap + PAGES(i), PAGE_SIZE, i);
        paint(shared + PAGES(i), PAGE_SIZE, i + 1);
    }
    unsigned long faults = mm->min_flt;
    must_make("file", FRAMES, 1);
    for (unsigned i = 0; i < 300; i++) {
        ck_assert(is_painted(heap + PAGES(i), PAGE_SIZE, i));
        ck_assert(is_painted(shared + PAGES(i), PAGE_SIZE, i + 1));
    }
    ck_assert_uint_eq(mm->min_flt, faults);
}
END_TEST

START_TEST(a_long_file_does_not_drive_out_what_is_used)
{
    must_run();
    int used = must_make("used", 50, 1);
    for (int i = 0; i < 3; i++)
        for (unsigned page = 0; page < 50; page++)
            must_read(used, PAGES(page), PAGE_SIZE, 1 + page);
    ck_assert_uint_eq(nr_lru[LRU_ACTIVE], 50);
    int once = must_fill("once");
    ck_assert_uint_eq(pages_of(used), 50);
    for (unsigned i = 0; i < FRAMES; i++) {
        sys_lseek(once, (long)PAGES(i), SEEK_SET);
        sys_read(once, (unsigned long)buffer, PAGE_SIZE);
    }
    ck_assert_uint_eq(pages_of(used), 50);
    must_be_sound("a scan");
}
END_TEST

/* The page table says what is used, and reclaim looks there. */
START_TEST(a_mapped_page_that_is_used_stays)
{
    struct mm_struct *mm = must_run();
    int fd = must_make("file", 20, 1);
    sys_sync();
    char *map = must_map(fd, 20, MAP_SHARED);
    int other = must_open("other");
    for (unsigned i = 0; i < 4 * FRAMES; i++) {
        must_write(other, PAGES(i % FRAMES), PAGE_SIZE, i % FRAMES);
        for (unsigned page = 0; page < 10; page++)
            load(map + PAGES(page));
    }
    ck_assert_uint_eq(mm->maj_flt, 0);
    for (unsigned page = 0; page < 20; page++)
        ck_assert_msg((find_page(mapping_of(fd), page) != NULL) == (page < 10),
                      "page %u", page);
    must_be_sound("pages used and not used");
}
END_TEST

START_TEST(who_cannot_wait_gets_nothing_from_the_cache)
{
    static struct page *taken[FRAMES];
    int count = 0;

    must_run();
    int fd = must_fill("file");
    unsigned long pages = pages_of(fd);
    while ((taken[count] = alloc_pages(GFP_ATOMIC, 0)) != NULL)
        count++;
    ck_assert_int_gt(count, 0);
    ck_assert_uint_eq(pages_of(fd), pages);
    while ((taken[count] = alloc_pages(GFP_KERNEL, 0)) != NULL)
        count++;
    ck_assert_uint_eq(pages_of(fd), 0);
    while (count > 0)
        __free_pages(taken[--count], 0);
    must_be_sound("all frames were taken");
}
END_TEST

/* Every second frame is free, the others hold pages of a file. */
START_TEST(frames_in_a_row_are_made_free_too)
{
    static struct page *taken[FRAMES], *rest[FRAMES];
    unsigned count = 0, left = 0;

    must_run();
    int fd = must_open("file");
    while (normal_zone.free_pages > normal_zone.watermark[WMARK_HIGH] + 10) {
        must_write(fd, PAGES(count), PAGE_SIZE, count);
        taken[count++] = alloc_pages(GFP_KERNEL, 0);
    }
    while ((rest[left] = alloc_pages(GFP_ATOMIC, 0)) != NULL)
        left++;
    for (unsigned i = 0; i < count; i++)
        __free_pages(taken[i], 0);
    ck_assert_uint_gt(normal_zone.free_pages, FRAMES / 4);
    ck_assert_ptr_null(alloc_pages(GFP_ATOMIC, 6));
    struct page *page = alloc_pages(GFP_KERNEL, 6);
    ck_assert_ptr_nonnull(page);
    __free_pages(page, 6);
    while (left > 0)
        __free_pages(rest[--left], 0);
    must_be_sound("a large block");
    for (unsigned i = 0; i < count; i++)
        must_read(fd, PAGES(i), PAGE_SIZE, i);
}
END_TEST

/* To copy a page table takes frames, and so reclaim may take away the very page
 * whose PTE is about to be copied. */
START_TEST(fork_may_lose_the_page_that_it_copies)
{
    static struct page *taken[FRAMES];
    struct mm_struct *mm = must_run();
    int fd = must_make("file", 1, 1), count = 0;
    unsigned long lost = 0;

    sys_sync();
    char *map = must_map(fd, 1, MAP_SHARED);
    struct address_space *mapping = mapping_of(fd);
    for (int spare = 0; spare < 30; spare++) {
        load(map);
        spin_lock(&page_cache_lock);
        struct page *page = find_page(mapping, 0);
        page_referenced(page); /* from now on it has not been used */
        clear_page_bit(page, PG_referenced);
        spin_unlock(&page_cache_lock);
        unsigned long left = normal_zone.watermark[WMARK_LOW];
        while (normal_zone.free_pages > left + (unsigned long)spare)
            taken[count++] = alloc_pages(GFP_ATOMIC, 0);
        struct mm_struct *child = dup_mm(mm);
        must_be_sound("dup_mm()");
        lost += pages_of(fd) == 0;
        if (child != NULL)
            mmput(child);
        while (count > 0)
            __free_pages(taken[--count], 0);
        ck_assert(is_painted(map, PAGE_SIZE, 1));
    }
    ck_assert_uint_gt(lost, 0);
}
END_TEST

/* ---- drop_caches ---- */

START_TEST(clean_pages_are_dropped_and_nothing_else)
{
    struct mm_struct *mm = must_run();
    char *heap = must_map(-1, 100, PRIVATE);
    char *shared = must_map(-1, 10, SHARED);
    for (unsigned i = 0; i < 100; i++)
        paint(heap + PAGES(i), PAGE_SIZE, i);
    paint(shared, PAGES(10), 77);
    int clean = must_make("clean", 100, 1);
    int mapped = must_make("mapped", 100, 1);
    sys_sync();
    int dirty = must_make("dirty", 100, 1);
    char *map = must_map(mapped, 100, MAP_SHARED);
    for (int i = 0; i < 5; i++)
        load(map + PAGES(10 * i));
    unsigned long free = normal_zone.free_pages, rss = mm->rss[MM_ANONPAGES];

    ck_assert_int_eq(drop_caches(1), 0);
    ck_assert_uint_eq(pages_of(clean), 0);
    ck_assert_uint_eq(pages_of(mapped), 5);
    ck_assert_uint_eq(pages_of(dirty), 100);
    ck_assert_uint_eq(normal_zone.free_pages, free + 195);
    must_be_sound("drop_caches()");
    sys_sync();
    ck_assert_int_eq(drop_caches(3), 0);
    ck_assert_uint_eq(pages_of(dirty), 0);
    ck_assert_uint_eq(mm->rss[MM_ANONPAGES], rss);
    for (unsigned i = 0; i < 100; i++)
        ck_assert(is_painted(heap + PAGES(i), PAGE_SIZE, i));
    ck_assert(is_painted(shared, PAGES(10), 77));
    must_read(dirty, PAGES(99), PAGE_SIZE, 100);
}
END_TEST

static unsigned long objects_of(const char *name)
{
    struct kmem_cache *cache;
    unsigned long objects = 0;

    list_for_each_entry(cache, &slab_caches, list) {
        if (strcmp(cache->name, name) == 0)
            for (struct list_head *link = cache->node.slabs_full.next;
                 link != &cache->node.slabs_full; link = link->next)
                objects += cache->num;
    }
    return objects;
}

START_TEST(files_without_pages_are_forgotten)
{
    char name[20];

    must_run();
    int fd = must_make("with pages", 1, 1);
    sys_close(fd);
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof(name), "file-%d", i);
        sys_close(must_open(name));
    }
    ck_assert_int_eq(sys_close(must_open("open")), 0);
    int open = must_open("open");
    unsigned long free = normal_zone.free_pages;
    ck_assert_uint_gt(objects_of("inode_cache"), 20);
    ck_assert_int_eq(drop_caches(2), 0);
    ck_assert_uint_eq(objects_of("inode_cache"), 0);
    ck_assert_uint_gt(normal_zone.free_pages, free);
    ck_assert_uint_eq(node_stat[NR_FILE_PAGES], 1);
    ck_assert_int_eq(sys_lseek(open, 0, SEEK_END), 0);
    must_be_sound("drop_caches()");
    fd = must_open("with pages");
    unsigned long reads = disk->reads;
    must_read(fd, 0, PAGE_SIZE, 1);
    ck_assert_uint_eq(disk->reads, reads);
}
END_TEST

START_TEST(free_has_the_format_of_the_command)
{
    char text[500], last[20];
    unsigned long n[6];
    int end = 0;

    must_start(16384);
    FILE *file = fmemopen(text, sizeof(text), "w");
    free_show(file);
    fclose(file);
    static const char head[] =
        "               total        used        free      shared  buff/cache  "
        " available\n";
    ck_assert_msg(strncmp(text, head, strlen(head)) == 0, "%s", text);
    ck_assert_int_eq(sscanf(text + strlen(head),
                            "Mem: %lu %lu %lu %lu %lu %lu\nSwap: 0 0 %s%n", n,
                            n + 1, n + 2, n + 3, n + 4, n + 5, last, &end),
                     7);
    ck_assert_uint_eq(n[0], 64);
    ck_assert_uint_ge(n[2], 62);
    ck_assert_uint_eq(n[3], 0);
    ck_assert_uint_eq(n[4], 0);
    ck_assert_uint_eq(strcspn(text + strlen(head), "\n"), strlen(head) - 1);
}
END_TEST

/* ---- shared memory ---- */

/* What client and server share. */
struct shared {
    unsigned long request, answer; /* semaphores */
    unsigned long size, sum;
    unsigned char data[PAGE_SIZE * 4];
};

static unsigned long address_of(void *semaphore)
{
    return (unsigned long)semaphore;
}

/* A process of its own: adds what it finds up, until the size is 0. */
static void *serve(void *argument)
{
    struct mm_struct *mm = argument;

    run_process(mm);
    int fd = sys_shm_open("/server", 0);
    struct shared *shared = (struct shared *)sys_mmap(
        0x30000000, sizeof(*shared), RW, MAP_SHARED, fd, 0);
    for (;;) {
        sys_sem_wait(address_of(&shared->request));
        if (shared->size == 0)
            break;
        shared->sum = 0;
        for (size_t i = 0; i < shared->size; i++)
            shared->sum += shared->data[i];
        sys_sem_post(address_of(&shared->answer));
    }
    mmput(mm);
    stop_process();
    return NULL;
}

START_TEST(a_client_and_a_server_share_memory)
{
    pthread_t server;

    must_start(FRAMES);
    struct mm_struct *mm = mm_alloc();
    run_process(mm);
    int fd = sys_shm_open("/server", O_CREAT | O_EXCL);
    ck_assert_int_eq(sys_shm_open("/server", O_CREAT | O_EXCL), -EEXIST);
    ck_assert_int_eq(sys_ftruncate(fd, sizeof(struct shared)), 0);
    struct shared *shared = (struct shared *)must_map(fd, 5, MAP_SHARED);
    pthread_create(&server, NULL, serve, mm_alloc());
    for (unsigned round = 1; round <= 100; round++) {
        shared->size = 100 * round;
        memset(shared->data, (int)round, shared->size);
        sys_sem_post(address_of(&shared->request));
        ck_assert_int_eq(sys_sem_wait(address_of(&shared->answer)), 0);
        ck_assert_uint_eq(shared->sum, 100 * round * round);
        if (round == 50) /* the name is not needed any more */
            ck_assert_int_eq(sys_shm_unlink("/server"), 0);
    }
    ck_assert_int_eq(sys_shm_open("/server", 0), -ENOENT);
    must_be_sound("requests and answers");
    ck_assert_uint_eq(node_stat[NR_SHMEM], 3);
    shared->size = 0;
    sys_sem_post(address_of(&shared->request));
    stop_process();
    pthread_join(server, NULL);
    run_process(mm);
    mmput(mm);
    ck_assert_uint_eq(node_stat[NR_SHMEM], 0);
    stop_process();
    must_be_sound("the end of both");
}
END_TEST

START_TEST(a_name_keeps_memory_that_nobody_has)
{
    must_run();
    int fd = sys_shm_open("/name", O_CREAT);
    ck_assert_int_eq(sys_ftruncate(fd, 5000), 0);
    must_write(fd, 0, 5000, 3);
    sys_close(fd);
    ck_assert_int_eq(drop_caches(3), 0);
    ck_assert_uint_eq(node_stat[NR_SHMEM], 2);
    fd = sys_shm_open("/name", 0);
    must_read(fd, 0, 5000, 3);
    sys_close(fd);
    ck_assert_int_eq(sys_shm_unlink("/name"), 0);
    ck_assert_uint_eq(node_stat[NR_SHMEM], 0);
    must_be_sound("shm_unlink()");
}
END_TEST

START_TEST(a_segment_goes_with_its_last_process)
{
    struct mm_struct *one = must_run();
    struct shmid_ds state;
    int id = sys_shmget(0x1234, 5000, IPC_CREAT | IPC_EXCL);
    ck_assert_int_ge(id, 0);
    ck_assert_int_eq(sys_shmget(0x1234, 5000, IPC_CREAT | IPC_EXCL), -EEXIST);
    ck_assert_int_eq(sys_shmget(0x1234, 5001, 0), -EINVAL);
    ck_assert_int_eq(sys_shmget(0x1234, 0, 0), id);
    char *here = (char *)sys_shmat(id, 0);
    strcpy(here, "segment");

    struct mm_struct *two = mm_alloc();
    switch_mm(two);
    char *there = (char *)sys_shmat(sys_shmget(0x1234, 10, 0), 0x20000000);
    ck_assert_ptr_eq(there, (char *)0x20000000);
    ck_assert_str_eq(there, "segment");
    ck_assert_int_eq(sys_shmctl(id, IPC_STAT, &state), 0);
    ck_assert_uint_eq(state.shm_nattch, 2);
    ck_assert_uint_eq(state.shm_segsz, 5000);
    ck_assert_int_eq(sys_shmctl(id, 77, NULL), -EINVAL);
    ck_assert_int_eq(sys_shmctl(id, IPC_RMID, NULL), 0);
    ck_assert_int_eq(sys_shmget(0x1234, 0, 0), -ENOENT);
    strcpy(there, "removed");
    mmput(two);
    switch_mm(one);
    ck_assert_str_eq(here, "removed");
    must_be_sound("the end of one process");
    ck_assert_uint_eq(node_stat[NR_SHMEM], 1);
    ck_assert_int_eq(sys_shmdt((unsigned long)here + PAGE_SIZE), -EINVAL);
    ck_assert_int_eq(sys_shmdt((unsigned long)here), 0);
    ck_assert_int_eq(sys_shmdt((unsigned long)here), -EINVAL);
    ck_assert_uint_eq(node_stat[NR_SHMEM], 0);

    int first = sys_shmget(IPC_PRIVATE, 1, 0);
    ck_assert_int_ne(first, sys_shmget(IPC_PRIVATE, 1, 0));
    must_be_sound("segments");
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

#define THREADS    4
#define FILE_PAGES 300
#define STEPS      1500

static bool working;
static int common; /* a file that all read */

/* A process's own access, of which ThreadSanitizer need not know. */
__attribute__((no_sanitize("thread"))) static bool
change_byte(unsigned long address, unsigned char from, unsigned char to)
{
    volatile unsigned char *byte = (unsigned char *)address;
    bool right = *byte == from;
    *byte = to;
    return right;
}

/* Each has a file of its own, of which it knows the first byte of each page; it
 * reads, writes, and uses a mapping. All files together are more than memory.
 * And all read one more file, by private mappings. */
static void *use_files(void *argument)
{
    uint64_t state = (size_t)argument;
    unsigned char bytes[FILE_PAGES] = {0};
    char name[20];

    snprintf(name, sizeof(name), "file-%d", (int)state);
    int fd = sys_open(name, O_CREAT);
    sys_ftruncate(fd, PAGES(FILE_PAGES));
    unsigned long map = sys_mmap(0, PAGES(FILE_PAGES), RW, MAP_SHARED, fd, 0);
    unsigned long text =
        sys_mmap(0, PAGES(FILE_PAGES), RW, MAP_PRIVATE, common, 0);
    unsigned long to = vm_mmap(NULL, 0, PAGE_SIZE, RW, PRIVATE, 0);

    for (int step = 0; step < STEPS; step++) {
        unsigned long page = random_below(&state, FILE_PAGES);
        unsigned char new = (unsigned char)random_below(&state, 256);
        sys_lseek(fd, (long)PAGES(page), SEEK_SET);
        switch (random_below(&state, 4)) {
        case 0:
            if (sys_read(fd, to, 1) != 1 || !change_byte(to, bytes[page], 0))
                return "read() has other bytes";
            break;
        case 1:
            change_byte(to, 0, new);
            if (sys_write(fd, to, 1) != 1)
                return "no memory to write()";
            bytes[page] = new;
            break;
        case 2:
            if (!change_byte(map + PAGES(page), bytes[page], new))
                return "the mapping has other bytes";
            bytes[page] = new;
            break;
        case 3:
            if (!change_byte(text + PAGES(page), (unsigned char)page,
                             (unsigned char)page))
                return "the common file has other bytes";
            if (page == 0)
                sys_fsync(fd);
            if (page < 5)
                sys_madvise(text, PAGES(FILE_PAGES), MADV_DONTNEED);
        }
    }
    return NULL;
}

static void *flush(void *argument)
{
    while (__atomic_load_n(&working, __ATOMIC_RELAXED)) {
        wb_writeback(20);
        drop_caches(1);
        usleep(500);
    }
    return argument;
}

static void run_threads(bool with_flusher)
{
    pthread_t threads[THREADS], flusher;

    must_run();
    common = must_open("common");
    for (unsigned i = 0; i < FILE_PAGES; i++) {
        buffer[0] = (char)i;
        sys_write(common, (unsigned long)buffer, PAGE_SIZE);
    }
    disk->sleep_us = 5;
    working = true;
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, use_files, (void *)(i + 1));
    if (with_flusher)
        pthread_create(&flusher, NULL, flush, NULL);
    for (int i = 0; i < 10; i++) {
        must_be_sound("the threads work");
        usleep(10000);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *trouble;
        pthread_join(threads[i], &trouble);
        ck_assert_msg(trouble == NULL, "%s", (char *)trouble);
    }
    __atomic_store_n(&working, false, __ATOMIC_RELAXED);
    if (with_flusher)
        pthread_join(flusher, NULL);
    must_be_sound("the threads have ended");
    mmput(current_mm);
    ck_assert_int_eq(sys_umount(), 0);
    must_be_sound("umount()");
}

START_TEST(threads_use_more_than_there_is)
{
    run_threads(false);
}
END_TEST

/* The disk may write a page while it is changed; then it is written again. So
 * this is not for ThreadSanitizer. */
START_TEST(a_flusher_writes_what_threads_change)
{
    run_threads(true);
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

    must_run();
    int fd = must_make("file", 1, 1);
    must_drop(fd);
    sys_lseek(fd, 0, SEEK_SET);
    unsigned long map = (unsigned long)must_map(fd, 1, MAP_PRIVATE);
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
    must_run();
    unsigned long blocks = disk->blocks;
    if (child_must_report("disk_read: block %lu of a disk of %lu", blocks,
                          blocks)) {
        disk_read(disk, blocks, buffer);
        _exit(0);
    }
    if (child_must_report("disk_write: block %lu of a disk of %lu", blocks + 5,
                          blocks)) {
        disk_write(disk, blocks + 5, buffer, PAGE_SIZE);
        _exit(0);
    }
    if (child_must_report("sleep_on_event: this thread runs no process")) {
        sys_sem_init((unsigned long)buffer, 0);
        sys_sem_wait((unsigned long)buffer);
        _exit(0);
    }
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static struct page *first, *second, *third;
static struct vm_area_struct *area;

static void a_page_of_another_index(void)
{
    first->index = 77;
}

static void a_page_that_is_anonymous(void)
{
    set_page_bit(third, PG_anon);
}

static void a_lost_user(void)
{
    put_page(second);
}

static void other_bytes(void)
{
    memset(page_address(second), 'x', 10);
}

static void a_page_on_no_list(void)
{
    list_del(&second->lru);
    nr_lru[LRU_INACTIVE]--;
}

static void a_list_with_no_way_back(void)
{
    first->lru.prev = &first->lru;
}

static void a_page_on_the_wrong_list(void)
{
    set_page_bit(first, PG_active);
}

static void a_wrong_length(void)
{
    nr_lru[LRU_ACTIVE]++;
}

static void a_stranger_on_a_list(void)
{
    list_add(&zero_page->lru, &lru_lists[LRU_ACTIVE]);
}

static void a_wrong_count(void)
{
    node_stat[NR_SHMEM]++;
}

static void a_dirty_page_too_many(void)
{
    set_page_bit(second, PG_dirty);
}

static void a_file_without_its_area(void)
{
    vma_unlink_file(area);
}

static void a_page_that_looks_clean(void)
{
    clear_page_bit(first, PG_dirty);
    node_stat[NR_FILE_DIRTY]--;
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {a_page_of_another_index, "page 77 of file: not found in the cache"},
    {a_page_that_is_anonymous, "page 2 of file: no single frame of a file"},
    {a_lost_user, "page 1 of file: 1 users and 1 PTEs"},
    {other_bytes, "page 1 of file: clean, but the disk has other bytes"},
    {a_page_on_no_list, "a page of a file on a disk is on no LRU list"},
    {a_list_with_no_way_back, "LRU list 0: page "},
    {a_page_on_the_wrong_list, "belongs on the other"},
    {a_wrong_length, "LRU list 1: 1 pages, not 0"},
    {a_stranger_on_a_list, "is of no file on a disk"},
    {a_wrong_count, "node_stat: 1 shmem pages, not 0"},
    {a_dirty_page_too_many, "node_stat: 1 dirty pages, not 2"},
    {a_file_without_its_area, "its file does not know of it"},
    {a_page_that_looks_clean, "writable, but page 0 of the file is clean"},
};

START_TEST(the_check_finds_what_is_broken)
{
    must_run();
    int fd = must_make("file", 3, 1);
    sys_sync();
    char *map = must_map(fd, 3, MAP_SHARED);
    store(map, 1);
    load(map + PAGES(1));
    first = find_page(mapping_of(fd), 0);
    second = find_page(mapping_of(fd), 1);
    third = find_page(mapping_of(fd), 2);
    area = find_vma(current_mm, (unsigned long)map);
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

TCase *k05_random(void);

void add_k05(Suite *suite)
{
    TCase *posix = tcase_create("posix");
    tcase_add_test(posix, what_was_written_is_read);
    tcase_add_test(posix, a_hole_is_zeros);
    tcase_add_test(posix, bytes_behind_the_end_are_zeros_when_it_grows);
    tcase_add_test(posix, a_file_outlives_the_kernel);
    tcase_add_test(posix, what_was_not_written_is_lost_when_the_power_fails);
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

    TCase *writeback = tcase_create("writeback");
    tcase_add_test(writeback, msync_waits_or_does_not);
    tcase_add_test(writeback, many_changes_are_written_once);
    tcase_add_test(writeback, the_flusher_writes_some);
    tcase_add_test(writeback,
                   all_who_map_a_page_are_asked_before_it_is_written);
    suite_add_tcase(suite, writeback);

    TCase *reclaim = tcase_create("reclaim");
    tcase_add_test(reclaim, clean_pages_go_when_a_process_needs_frames);
    tcase_add_test(reclaim, dirty_pages_are_written_first);
    tcase_add_test(reclaim, a_file_may_be_longer_than_memory);
    tcase_add_test(reclaim, what_cannot_be_had_again_stays);
    tcase_add_test(reclaim, a_long_file_does_not_drive_out_what_is_used);
    tcase_add_test(reclaim, a_mapped_page_that_is_used_stays);
    tcase_add_test(reclaim, who_cannot_wait_gets_nothing_from_the_cache);
    tcase_add_test(reclaim, frames_in_a_row_are_made_free_too);
    tcase_add_test(reclaim, fork_may_lose_the_page_that_it_copies);
    tcase_set_timeout(reclaim, 10);
    suite_add_tcase(suite, reclaim);

    TCase *drop = tcase_create("drop_caches");
    tcase_add_test(drop, clean_pages_are_dropped_and_nothing_else);
    tcase_add_test(drop, files_without_pages_are_forgotten);
    tcase_add_test(drop, free_has_the_format_of_the_command);
    suite_add_tcase(suite, drop);

    TCase *shm = tcase_create("shm");
    tcase_add_test(shm, a_client_and_a_server_share_memory);
    tcase_add_test(shm, a_name_keeps_memory_that_nobody_has);
    tcase_add_test(shm, a_segment_goes_with_its_last_process);
    suite_add_tcase(suite, shm);

    TCase *memory = tcase_create("fs_memory");
    tcase_add_test(memory, nothing_is_lost_when_memory_runs_out);
    tcase_set_timeout(memory, 10);
    suite_add_tcase(suite, memory);

    suite_add_tcase(suite, k05_random());

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, threads_use_more_than_there_is);
    tcase_add_test(threads, who_needs_a_page_that_is_being_read_waits);
    tcase_set_timeout(threads, 20);
    suite_add_tcase(suite, threads);

    TCase *flusher = tcase_create("flusher");
    tcase_add_test(flusher, a_flusher_writes_what_threads_change);
    tcase_set_timeout(flusher, 20);
    suite_add_tcase(suite, flusher);

    TCase *misuse = tcase_create("misuse");
    tcase_add_test(misuse, misuse_is_reported);
    suite_add_tcase(suite, misuse);

    TCase *check = tcase_create("check");
    tcase_add_loop_test(check, the_check_finds_what_is_broken, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
