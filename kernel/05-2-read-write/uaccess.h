/* uaccess.h - the kernel reads and writes the memory of a process
 *
 * An address that comes from a process is worth nothing: it may be wrong, or
 * its page may not be there yet. So the kernel never follows it as its own.
 */
#ifndef UACCESS_H
#define UACCESS_H

/* Copy between the kernel and the process that runs. Returns how many bytes
 * could not be copied, because the process has no memory there or no right to
 * it: a system call then returns -EFAULT. */
unsigned long copy_to_user(unsigned long to, const void *from,
                           unsigned long size);
unsigned long copy_from_user(void *to, unsigned long from, unsigned long size);

/* One word. Return 0 or -EFAULT. */
int get_user(unsigned long *value, unsigned long address);
int put_user(unsigned long value, unsigned long address);

#endif
