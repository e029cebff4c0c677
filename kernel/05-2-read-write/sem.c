/* sem.c - semaphores: a process waits for another one
 *
 * A semaphore is a word in memory that the processes share. Who waits for it
 * takes 1 from it; if it is 0, he sleeps until another one adds 1. One process
 * runs at a time, so between the load of the word and its store no other one
 * comes in. (In Linux the C library does it, with atomic instructions; only who
 * has to sleep, or to wake others up, calls the kernel: futex().)
 */
#include "sched.h"
#include "syscalls.h"
#include "uaccess.h"

int sys_sem_init(unsigned long semaphore, unsigned long value)
{
    return put_user(value, semaphore);
}

int sys_sem_wait(unsigned long semaphore)
{
    unsigned long value;
    int error;

    while ((error = get_user(&value, semaphore)) == 0 && value == 0)
        sleep_on_event();
    return error != 0 ? error : put_user(value - 1, semaphore);
}

int sys_sem_post(unsigned long semaphore)
{
    unsigned long value;
    int error = get_user(&value, semaphore);

    if (error == 0)
        error = put_user(value + 1, semaphore);
    wake_up_all();
    return error;
}
