/* init.h - the kernel's start and end
 */
#ifndef INIT_H
#define INIT_H

/* Start the kernel on so many page frames of memory. Returns 0, or -EINVAL if
 * that is none, or what the host has against it (-ENOMEM and others). */
int start_kernel(unsigned long frames);

/* Give all memory back to the host, whoever uses it. It can be started again.
 */
void stop_kernel(void);

#endif
