/* start.c - a kernel and a process in it, as soon as a library is loaded
 *
 * Linked in front of a chapter's malloc and os.c, this makes a libmalloc.so
 * that brings its own system. Programs can be run on it, such as the chapters'
 * suite.
 *
 * When the host's process forks, there are two machines from then on. The
 * frames are a file that both would share: so the child gets a copy of it,
 * while the parent waits. (This is the host's fork(), by which a test protects
 * itself. Our kernel is not asked, and has one process before and after.)
 */
#define _GNU_SOURCE
#include "fork.h"
#include "init.h"
#include "memory.h"
#include "mmu.h"
#include "sched.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* 100 MiB: as much as tests may write to a file. */
#define FRAMES 25600

static int copied[2]; /* a pipe: through it the child says that it has a copy */

static void fail(const char *what)
{
    perror(what);
    _exit(1);
}

static void before_fork(void)
{
    if (pipe(copied) != 0)
        fail("start: pipe");
    mmap_write_lock(current_mm);
}

static void after_fork_in_parent(void)
{
    char byte;

    close(copied[1]);
    if (read(copied[0], &byte, 1) < 0)
        fail("start: read");
    close(copied[0]);
    mmap_write_unlock(current_mm);
}

/* Copy what is in the file; most of it are holes. */
static void copy_frames(int to, int from)
{
    off_t start = 0, end;

    while ((start = lseek(from, start, SEEK_DATA)) >= 0) {
        end = lseek(from, start, SEEK_HOLE);
        lseek(to, start, SEEK_SET);
        while (start < end)
            if (sendfile(to, from, &start, (size_t)(end - start)) <= 0)
                fail("start: sendfile");
    }
}

static void after_fork_in_child(void)
{
    int frames = memfd_create("frames", MFD_CLOEXEC);

    if (frames < 0 || ftruncate(frames, FRAMES * PAGE_SIZE) != 0)
        fail("start: memfd_create");
    copy_frames(frames, memory_fd());
    close(copied[0]);
    close(copied[1]); /* the parent goes on */
    if (dup2(frames, memory_fd()) < 0 ||
        mmap(direct_map, FRAMES * PAGE_SIZE, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_FIXED, memory_fd(), 0) == MAP_FAILED)
        fail("start: mmap");
    close(frames);
    load_cr3(current_mm->pgd); /* the TLB still has the parent's frames */
    mmap_write_unlock(current_mm);
}

/* What the process has got, for those who measure it. */
__attribute__((visibility("default"))) size_t down_frames(void)
{
    return current_mm->rss[MM_ANONPAGES] + current_mm->rss[MM_FILEPAGES];
}

__attribute__((visibility("default"))) size_t down_faults(void)
{
    return current_mm->min_flt;
}

static void start(void)
{
    if (start_kernel(FRAMES) != 0)
        fail("start: the kernel does not start");
    switch_mm(mm_alloc());
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/* Before all that is in other files, also before the chapter's fork handlers:
 * those run in the copy. */
__attribute__((section(".init_array.0"),
               used)) static void (*first)(void) = start;
