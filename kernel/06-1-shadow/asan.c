/* asan.c - what the compiler calls
 *
 * With -fsanitize=kernel-address the compiler puts a call of __asan_load8()
 * before each instruction that reads eight bytes, and so on. The ending noabort
 * says that it expects us to return even if we report. Here a bad access is
 * reported before it is made, and never made.
 *
 * Nearly all accesses are good, and nearly all good ones lie in granules that
 * are accessible as a whole. So the fast part of the check asks whether their
 * shadow is 00, and only otherwise each granule is looked at.
 */
#include "report.h"
#include "shadow.h"

#include <string.h>

/* The caller's address: that of the instruction after the call. */
#define RETURN_ADDRESS __builtin_return_address(0)

static inline __attribute__((always_inline)) void
check_access(const void *start, size_t size, bool is_write, const void *ip)
{
    const char *first = start;

    /* 1 to 16 bytes lie in three granules at most. */
    if (size - 1 < 16 &&
        (*kasan_mem_to_shadow(first) | *kasan_mem_to_shadow(first + size / 2) |
         *kasan_mem_to_shadow(first + size - 1)) == 0)
        return;
    const void *bad = first + size < first /* size is negative, it seems */
                          ? first
                          : kasan_find_first_bad_addr(start, size);
    if (bad != NULL)
        kasan_report_access(start, size, bad, is_write, ip);
}

#define DEFINE_ASAN_LOAD_STORE(size)                                           \
    void __asan_load##size##_noabort(const void *start)                        \
    {                                                                          \
        check_access(start, size, false, RETURN_ADDRESS);                      \
    }                                                                          \
    void __asan_store##size##_noabort(const void *start)                       \
    {                                                                          \
        check_access(start, size, true, RETURN_ADDRESS);                       \
    }

DEFINE_ASAN_LOAD_STORE(1)
DEFINE_ASAN_LOAD_STORE(2)
DEFINE_ASAN_LOAD_STORE(4)
DEFINE_ASAN_LOAD_STORE(8)
DEFINE_ASAN_LOAD_STORE(16)

/* For any other size, for example that of a structure that is copied. */
void __asan_loadN_noabort(const void *start, size_t size)
{
    check_access(start, size, false, RETURN_ADDRESS);
}

void __asan_storeN_noabort(const void *start, size_t size)
{
    check_access(start, size, true, RETURN_ADDRESS);
}

/* ---- functions that access memory for their caller ---- */

void *__asan_memset(void *to, int byte, size_t size)
{
    check_access(to, size, true, RETURN_ADDRESS);
    return memset(to, byte, size);
}

void *__asan_memcpy(void *to, const void *from, size_t size)
{
    check_access(from, size, false, RETURN_ADDRESS);
    check_access(to, size, true, RETURN_ADDRESS);
    return memcpy(to, from, size);
}

void *__asan_memmove(void *to, const void *from, size_t size)
{
    check_access(from, size, false, RETURN_ADDRESS);
    check_access(to, size, true, RETURN_ADDRESS);
    return memmove(to, from, size);
}

/* This is called before a call that never returns. There is nothing to do. */
void __asan_handle_no_return(void)
{
}
