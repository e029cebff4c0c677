/* report.c - what the C library's face says of the pool
 *
 * These functions are glibc's, and they count what glibc counts. What a pool
 * does not have, such as fast bins, counts as 0. All is counted first and
 * printed when the lock is released, because printing may allocate.
 */
#include "array.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>

#pragma GCC visibility push(default)

#if !__GLIBC_PREREQ(2, 33) /* it is not in <malloc.h> yet */
struct mallinfo2 {
    size_t arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks,
        fordblks, keepcost;
};
#endif

static struct mallinfo2 info_of_pool(void)
{
    bool locked;
    struct pool *pool = pool_acquire(&locked);
    struct pool_info info = pool_info(pool);
    size_t size = pool_size(pool);

    lock_release(&pool_lock, locked);
    return (struct mallinfo2){
        .arena = size,
        .ordblks = info.free_chunks,
        .uordblks = size - info.free,
        .fordblks = info.free,
    };
}

/* What the pool has, in bytes and in chunks. [glibc 2.33] */
struct mallinfo2 mallinfo2(void)
{
    return info_of_pool();
}

/* The same, cut to the size of an int. [SVID] */
struct mallinfo mallinfo(void)
{
    struct mallinfo2 info = info_of_pool();

    return (struct mallinfo){
        .arena = (int)info.arena,
        .ordblks = (int)info.ordblks,
        .uordblks = (int)info.uordblks,
        .fordblks = (int)info.fordblks,
    };
}

static void print_use(const char *title, const struct mallinfo2 *info)
{
    fprintf(stderr, "%s:\n", title);
    fprintf(stderr, "system bytes     = %10zu\n", info->arena);
    fprintf(stderr, "in use bytes     = %10zu\n", info->uordblks);
}

/* Print to standard error what is held and what is in use. A thread cannot be
 * cancelled meanwhile. [glibc] */
void malloc_stats(void)
{
    struct mallinfo2 info = info_of_pool();
    int state;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    flockfile(stderr); /* so that no other line comes between */
    print_use("Arena 0", &info);
    print_use("Total (incl. mmap)", &info);
    fprintf(stderr, "max mmap regions = %10d\n", 0);
    fprintf(stderr, "max mmap bytes   = %10d\n", 0);
    funlockfile(stderr);
    pthread_setcancelstate(state, NULL);
}

static void print_totals(FILE *out, const struct mallinfo2 *info)
{
    fprintf(out, "<total type=\"fast\" count=\"0\" size=\"0\"/>\n");
    fprintf(out, "<total type=\"rest\" count=\"%zu\" size=\"%zu\"/>\n",
            info->ordblks, info->fordblks);
}

static void print_system(FILE *out, size_t size)
{
    fprintf(out, "<system type=\"current\" size=\"%zu\"/>\n", size);
    fprintf(out, "<system type=\"max\" size=\"%zu\"/>\n", size);
    fprintf(out, "<aspace type=\"total\" size=\"%zu\"/>\n", size);
    fprintf(out, "<aspace type=\"mprotect\" size=\"%zu\"/>\n", size);
}

/* Write what the pool has to out, as XML. options must be 0. Returns 0, or
 * EINVAL if they are not. [glibc] */
int malloc_info(int options, FILE *out)
{
    struct mallinfo2 info = info_of_pool();

    if (options != 0)
        return EINVAL;
    fprintf(out,
            "<malloc version=\"1\">\n<heap nr=\"0\">\n<sizes>\n</sizes>\n");
    print_totals(out, &info);
    print_system(out, info.arena);
    fprintf(out, "</heap>\n");
    print_totals(out, &info);
    fprintf(out, "<total type=\"mmap\" count=\"0\" size=\"0\"/>\n");
    print_system(out, info.arena);
    fprintf(out, "</malloc>\n");
    return 0;
}
