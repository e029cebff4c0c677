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

/* mmap(). There are no files: file is NULL, and flags have MAP_ANONYMOUS. */
unsigned long vm_mmap(struct file *file, unsigned long address,
                      unsigned long length, int prot, int flags,
                      unsigned long offset);

int sys_munmap(unsigned long address, unsigned long length);
int sys_mprotect(unsigned long start, unsigned long length, int prot);

#endif
