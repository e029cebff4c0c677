/*
 * keep.c - keeps windows ready in the spool while a command is recorded.
 *
 * Usage: keep SPOOL     (in the background; see spool.h)
 *
 * Creates SPOOL; the file appears under its name only when it can be used. Then
 * it looks every few milliseconds how many windows have been taken, and makes
 * AHEAD more than that ready: more than programs can fill before it looks
 * again. It ends when it is killed, when the process that started it is gone,
 * or when the disk is full. Programs then run on unrecorded once they have used
 * up what is ready.
 *
 * The traces are made from the spool while it is still there. That is why the
 * disk counts as full when half of it is taken: the traces then have as much
 * room as the spool.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "spool.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    STEP = 64,          /* windows made ready at a time, 1 MiB */
    AHEAD = 16 * STEP,  /* windows */
    INTERVAL = 5000000, /* nanoseconds */
};

/* Is the disk large enough for that many windows, and for their traces? */
static bool fits(int file, uint32_t windows)
{
    struct statvfs disk;

    return fstatvfs(file, &disk) != 0 || disk.f_blocks == 0 ||
           disk.f_bavail > (uint64_t)windows * WINDOW / disk.f_frsize;
}

/* Makes some more windows ready; false, with errno, if it cannot. */
static bool extend(int file, struct spool *spool, uint32_t more)
{
    uint32_t ready = spool->ready;

    errno = ENOSPC;
    if (!fits(file, ready + 2 * more))
        return false;
    errno = posix_fallocate(file, (off_t)ready * WINDOW, (off_t)more * WINDOW);
    if (errno != 0)
        return false;
    __atomic_store_n(&spool->ready, ready + more, __ATOMIC_RELEASE);
    syscall(SYS_futex, &spool->ready, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    return true;
}

/* The spool, with no window yet. */
static struct spool *create(const char *path, int *file)
{
    char new[PATH_MAX];
    struct spool *spool;

    snprintf(new, sizeof(new), "%s.new", path);
    *file = open(new, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (*file < 0)
        err(1, "%s", new);
    errno = posix_fallocate(*file, 0, WINDOW);
    if (errno != 0)
        err(1, "%s", path);
    spool = mmap(NULL, sizeof(*spool), PROT_READ | PROT_WRITE, MAP_SHARED,
                 *file, 0);
    if (spool == MAP_FAILED)
        err(1, "%s", path);
    spool->taken = spool->ready = 1;
    if (rename(new, path) != 0)
        err(1, "%s", path);
    return spool;
}

int main(int argc, char **argv)
{
    const struct timespec interval = {.tv_nsec = INTERVAL};
    pid_t parent = getppid();
    struct spool *spool;
    uint32_t step = STEP; /* smaller near the end of the disk; 0: full */
    int file;

    if (argc != 2)
        errx(2, "usage: keep SPOOL");
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes counts as a full disk */
    spool = create(argv[1], &file);
    while (step > 0 && getppid() == parent) {
        uint32_t taken = __atomic_load_n(&spool->taken, __ATOMIC_RELAXED);

        if (spool->ready >= taken + AHEAD)
            nanosleep(&interval, NULL);
        else if (!extend(file, spool, step))
            step /= 2;
    }
    __atomic_store_n(&spool->full, step == 0 ? errno : EOWNERDEAD,
                     __ATOMIC_RELEASE);
    syscall(SYS_futex, &spool->ready, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    return 0;
}
