/* support_05_3.c - a kernel with a disk, files on it, and threads that use them
 */
#include "files.h"

#include "disk.h"
#include "diskfs.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct disk *disk;

struct mm_struct *must_boot(void)
{
    must_start(FRAMES);
    ck_assert_int_eq(sys_mount(disk), 0);
    return must_have_process();
}

struct mm_struct *must_mount(void)
{
    disk = disk_create(SLOT * DIR_ENTRIES + 1);
    return must_boot();
}

int must_open(const char *name)
{
    int fd = sys_open(name, O_CREAT);
    ck_assert_msg(fd >= 0, "open: %s", strerror(-fd));
    return fd;
}

int must_make(const char *name, unsigned long pages, unsigned tag)
{
    int fd = must_open(name);
    for (unsigned long i = 0; i < pages; i++)
        must_write(fd, PAGES(i), PAGE_SIZE, tag + (unsigned)i);
    return fd;
}

void must_forget(int fd, const char *name)
{
    sys_close(fd);
    ck_assert_int_eq(sys_umount(), 0);
    ck_assert_int_eq(sys_mount(disk), 0);
    ck_assert_int_eq(sys_open(name, 0), fd);
    ck_assert_uint_eq(pages_of(fd), 0);
}

/* ---- threads ---- */

#define THREADS    4
#define MOST_PAGES 300
#define STEPS      1500

bool work;
static int common; /* a file that all read */
static unsigned long file_pages;

/* A process's own access, of which ThreadSanitizer need not know. */
__attribute__((no_sanitize("thread"))) bool
change_byte(unsigned long address, unsigned char from, unsigned char to)
{
    volatile unsigned char *byte = (unsigned char *)address;
    bool right = *byte == from;
    *byte = to;
    return right;
}

/* Each has a file of its own, of which it knows the first byte of each page; it
 * reads, writes, and uses a mapping. And all read one more file, by private
 * mappings. */
static void *use_files(void *argument)
{
    uint64_t state = (size_t)argument;
    unsigned char bytes[MOST_PAGES] = {0};
    char name[20];

    snprintf(name, sizeof(name), "file-%d", (int)state);
    int fd = sys_open(name, O_CREAT);
    sys_ftruncate(fd, PAGES(file_pages));
    unsigned long map = sys_mmap(0, PAGES(file_pages), RW, MAP_SHARED, fd, 0);
    unsigned long text =
        sys_mmap(0, PAGES(file_pages), RW, MAP_PRIVATE, common, 0);
    unsigned long to = vm_mmap(NULL, 0, PAGE_SIZE, RW, PRIVATE, 0);

    for (int step = 0; step < STEPS; step++) {
        unsigned long page = random_below(&state, file_pages);
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
                sys_madvise(text, PAGES(file_pages), MADV_DONTNEED);
        }
    }
    return NULL;
}

void must_use_files(unsigned long pages, void *(*one_more)(void *))
{
    pthread_t threads[THREADS], another;

    must_mount();
    file_pages = pages;
    common = must_open("common");
    for (unsigned i = 0; i < pages; i++) {
        buffer[0] = (char)i;
        sys_write(common, (unsigned long)buffer, PAGE_SIZE);
    }
    disk->sleep_us = 5;
    work = true;
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, use_files, (void *)(i + 1));
    if (one_more != NULL)
        pthread_create(&another, NULL, one_more, NULL);
    for (int i = 0; i < 10; i++) {
        must_be_sound("the threads work");
        usleep(10000);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *trouble;
        pthread_join(threads[i], &trouble);
        ck_assert_msg(trouble == NULL, "%s", (char *)trouble);
    }
    __atomic_store_n(&work, false, __ATOMIC_RELAXED);
    if (one_more != NULL)
        pthread_join(another, NULL);
    must_be_sound("the threads have ended");
    mmput(current_mm);
    ck_assert_int_eq(sys_umount(), 0);
    must_be_sound("umount()");
}
