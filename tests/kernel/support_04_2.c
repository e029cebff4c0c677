/* support_04_2.c - what the cases of address spaces need: munmap() */
#include "process.h"
#include "suite.h"

#include "syscalls.h"

void must_unmap(const void *address, unsigned long pages)
{
    ck_assert_int_eq(sys_munmap((unsigned long)address, PAGES(pages)), 0);
}
