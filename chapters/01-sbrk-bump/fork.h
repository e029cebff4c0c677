/* fork.h - what fork() needs; see fork.c */
#ifndef FORK_H
#define FORK_H

/* See to it that fork() finds the allocator at rest. Call it before the first
 * lock is taken; calls after the first one do nothing. */
void register_fork_handlers(void);

#endif
