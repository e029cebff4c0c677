/* pool_alone.c - a program that is nothing but a pool: no C library, no start
 *
 * Linked with libpool.a and -nostdlib, for 64 or 32 bits. It makes random calls
 * on pools of several lengths, fills the payloads, and looks whether they are
 * as they were. The exit status is 0, or says at which step something was
 * wrong.
 */
#include "pool.h"

#include <stdint.h>

enum { PAYLOADS = 32, CALLS = 20000 };

static alignas(max_align_t) unsigned char memory[1 << 16];

static struct payload {
    unsigned char *start;
    size_t size;
} payloads[PAYLOADS];

static uint32_t state = 1;

static uint32_t random_number(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static bool is_filled(int i)
{
    for (size_t j = 0; j < payloads[i].size; j++)
        if (payloads[i].start[j] != (unsigned char)(i + 1))
            return false;
    return true;
}

static void fill(int i)
{
    for (size_t j = 0; j < payloads[i].size; j++)
        ((volatile unsigned char *)payloads[i].start)[j] =
            (unsigned char)(i + 1);
}

/* One call: 0 if all is well. */
static int step(struct pool *pool)
{
    uint32_t random = random_number();
    int i = random % PAYLOADS;
    size_t size = 1 + (random >> 8) % 700, alignment = 8u << (random >> 29);
    unsigned char *start = payloads[i].start;

    if (start == NULL) {
        start = pool_alloc_aligned(pool, alignment, size);
        if ((uintptr_t)start % alignment != 0)
            return 60;
    } else if (!is_filled(i)) {
        return 61;
    } else if (random >> 31 != 0) {
        start = pool_realloc(pool, start, size);
        if (start == NULL)
            return 0; /* it is as it was */
    } else {
        if (!pool_free(pool, start) || pool_free(pool, start))
            return 62;
        start = NULL;
    }
    payloads[i] = (struct payload){start, start != NULL ? size : 0};
    fill(i);
    return pool_check(pool) != NULL ? 63 : 0;
}

static int test(void)
{
    for (size_t size = 4096; size <= sizeof memory; size *= 2) {
        struct pool *pool = pool_init(memory, size);
        if (pool == NULL)
            return 51;
        for (int call = 0; call < CALLS; call++) {
            int wrong = step(pool);
            if (wrong != 0)
                return wrong;
        }
        for (int i = 0; i < PAYLOADS; i++) {
            if (payloads[i].start != NULL &&
                !pool_free(pool, payloads[i].start))
                return 52;
            payloads[i].start = NULL;
            payloads[i].size = 0;
        }
        if (pool_info(pool).free_chunks != 1 || pool_used(pool) != 0)
            return 53;
    }
    return 40;
}

/* Where a program begins that has no C library. The system call exit() has the
 * number 60, and in a 32-bit program 1. */
__attribute__((force_align_arg_pointer)) _Noreturn void _start(void)
{
#ifdef __x86_64__
    __asm__ volatile("syscall" : : "a"(60), "D"(test()));
#else
    __asm__ volatile("int $0x80" : : "a"(1), "b"(test()));
#endif
    __builtin_unreachable();
}
