/* files.h - what the cases of files share
 *
 * Each needs a process that runs, with a buffer for read() and write(). The
 * functions stand in support_05_1.c, support_05_2.c and support_05_3.c, each of
 * which is linked with the stages from that one on.
 */
#ifndef FILES_H
#define FILES_H

#include "suite.h"

#include "buddy.h"
#include "file.h"
#include "filemap.h"
#include "fork.h"
#include "mm.h"
#include "sched.h"
#include "shmem.h"
#include "syscalls.h"

#define FRAMES   1024
#define RW       (PROT_READ | PROT_WRITE)
#define PRIVATE  (MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED   (MAP_SHARED | MAP_ANONYMOUS)
#define PAGES(n) ((n)*PAGE_SIZE)
#define BUFFER   64 /* pages */

/* The results of calls, and what they must be. */
struct call {
    long got;
    int wanted;
};
void must_be_refused(const struct call *calls, size_t count);

/* ---- from k05-1 on ---- */

extern char *buffer; /* the process's */

/* A process that runs from now on, and has a buffer. */
struct mm_struct *must_have_process(void);

/* Map so many pages of an open file, or none. */
char *must_map_file(int fd, unsigned long pages, int flags);

/* What a process does at its own addresses. */
char load_byte(const char *address);
void store_byte(char *address, char value);

struct address_space *mapping_of(int fd);
unsigned long pages_of(int fd); /* how many are in memory */

/* ---- from k05-2 on ---- */

/* Write painted bytes at a place in a file; read them, and compare. */
void must_write(int fd, unsigned long place, unsigned long size, unsigned tag);
void must_read(int fd, unsigned long place, unsigned long size, unsigned tag);

/* An empty file must do what POSIX says. */
void must_keep_what_is_written(int fd);
void must_have_holes_of_zeros(int fd);

/* ---- from k05-3 on ---- */

#define SLOT 2048 /* pages that a file may have */

extern struct disk *disk;

/* Start a kernel with the disk, or a new one, and a process. */
struct mm_struct *must_boot(void);
struct mm_struct *must_mount(void);

int must_open(const char *name);

/* A file of so many pages. Each is painted with its index, and tag. */
int must_make(const char *name, unsigned long pages, unsigned tag);

/* Let the page cache forget all files: the disk is unmounted, so this one may
 * be the only one that is open. It is opened again. */
void must_forget(int fd, const char *name);

/* A process changes a byte. Returns whether it was as it must be. Threads may
 * do so at the same time. */
bool change_byte(unsigned long address, unsigned char from, unsigned char to);

/* Threads that read, write and map a file of so many pages each, and another
 * one that all read; and one thread more, unless it is NULL, as long as work is
 * true. */
extern bool work;
void must_use_files(unsigned long pages, void *(*one_more)(void *));

#endif
