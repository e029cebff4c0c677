/* fork.h - what fork() needs; see fork.c */
#ifndef FORK_H
#define FORK_H

/* Make sure that fork() never finds the allocator in the middle of a call. To
 * be called before the first lock is taken; later calls do nothing. */
void register_fork_handlers(void);

#endif
