/* syscalls.h - what a process can ask for
 *
 * All act on the process that runs. Those that return int return 0 or -errno;
 * those that return an address may return -errno in its place: see
 * IS_ERR_VALUE(). For the arguments and their meaning see the manual pages of
 * Linux, section 2.
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

struct file;

/* Move the end of the heap. Returns where it is then: where it was, if it
 * cannot be moved. */
unsigned long sys_brk(unsigned long brk);

/* mmap(). There are no file descriptors here: it takes the file itself. */
unsigned long vm_mmap(struct file *file, unsigned long address,
                      unsigned long length, int prot, int flags,
                      unsigned long offset);

int sys_munmap(unsigned long address, unsigned long length);
int sys_mprotect(unsigned long start, unsigned long length, int prot);

/* flags: MREMAP_MAYMOVE, or 0. */
unsigned long sys_mremap(unsigned long address, unsigned long old_length,
                         unsigned long new_length, int flags);

/* advice: MADV_DONTNEED. */
int sys_madvise(unsigned long start, unsigned long length, int advice);

/* ---- files ---- */

int sys_close(int fd);

/* The buffer is an address of the process. Return how many bytes, or -errno. */
long sys_read(int fd, unsigned long buffer, unsigned long count);
long sys_write(int fd, unsigned long buffer, unsigned long count);
long sys_lseek(int fd, long offset, int whence);

/* A file can only become longer. (In Linux, shorter, too.) */
int sys_ftruncate(int fd, unsigned long size);

unsigned long sys_mmap(unsigned long address, unsigned long length, int prot,
                       int flags, int fd, unsigned long offset);

/* ---- shared memory ---- */

struct shmid_ds;

/* By POSIX: names begin with "/". flags: O_CREAT, O_EXCL. Returns a file
 * descriptor, or -errno. */
int sys_shm_open(const char *name, int flags);
int sys_shm_unlink(const char *name);

/* By System V: a key finds a segment (IPC_CREAT, IPC_EXCL); its number attaches
 * it, and removes it (IPC_RMID) or shows its state (IPC_STAT). */
int sys_shmget(int key, unsigned long size, int flags);
unsigned long sys_shmat(int id, unsigned long address);
int sys_shmdt(unsigned long address);
int sys_shmctl(int id, int command, struct shmid_ds *state);

/* Semaphores, by their addresses. Only for processes that take turns: see
 * sched.h. */
int sys_sem_init(unsigned long semaphore, unsigned long value);
int sys_sem_wait(unsigned long semaphore);
int sys_sem_post(unsigned long semaphore);

#endif
