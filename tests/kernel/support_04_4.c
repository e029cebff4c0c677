/* support_04_4.c - what the cases of address spaces need: fork() */
#include "process.h"
#include "suite.h"

#include "fork.h"

struct mm_struct *must_fork(struct mm_struct *mm)
{
    struct mm_struct *child = dup_mm(mm);
    ck_assert_ptr_nonnull(child);
    must_be_sound("dup_mm()");
    return child;
}
