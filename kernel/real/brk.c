/* brk.c - the program break, as the kernel moves it (04-address-space)
 *
 * The break may be any address, but memory comes in pages: the kernel rounds
 * the old break and the new one up, and maps or unmaps what lies between the
 * two. A page that was given back has lost what was in it. The break does not
 * rise into another mapping, nor up to it: one page is left free between them.
 * It does not rise beyond the limit of the process's data, either.
 */
#define _GNU_SOURCE
#include "real.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Pages from start on that are mapped, one after the other. */
static long mapped(const char *start)
{
    long pages = 0;

    while (in_memory(start + (size_t)pages * page_size(), 1) >= 0)
        pages++;
    return pages;
}

static bool refused(intptr_t bytes)
{
    return sbrk(bytes) == (void *)-1 && errno == ENOMEM;
}

int main(void)
{
    intptr_t page = (intptr_t)page_size();
    struct rlimit limit;

    /* stdout takes its buffer from the heap now, at its first line. From the
     * next multiple of a page on, all is ours. */
    step("move the break to a multiple of a page");
    sbrk(page - (intptr_t)sbrk(0) % page);
    char *start = sbrk(0);
    equals("pages mapped from there on", 0, mapped(start));

    step("sbrk(1)");
    sbrk(1);
    equals("pages mapped", 1, mapped(start));
    start[page - 1] = 'x'; /* behind the break, and yet in the page */

    step("sbrk(1) once more, which the page has room for");
    sbrk(1);
    equals("bytes that the break has moved", 2, (char *)sbrk(0) - start);
    equals("pages mapped", 1, mapped(start));

    step("sbrk of 3 pages");
    sbrk(3 * page);
    equals("pages mapped", 4, mapped(start));

    step("back to the start, and up again by a page");
    sbrk(start - (char *)sbrk(0));
    equals("pages mapped in between", 0, mapped(start));
    sbrk(page);
    equals("the byte that was written to there", 0, start[page - 1]);

    step("a mapping of another kind, 16 pages above the start");
    char *wall = mmap(start + 16 * page, (size_t)page, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    require(wall == start + 16 * page, "mmap");
    holds("the break may rise up to it", false, !refused(15 * page));
    holds("and to one page below it", true, !refused(14 * page));

    step("no mapping, but a limit of 0 bytes (RLIMIT_DATA)");
    munmap(wall, (size_t)page);
    getrlimit(RLIMIT_DATA, &limit);
    limit.rlim_cur = 0;
    require(setrlimit(RLIMIT_DATA, &limit) == 0, "setrlimit");
    holds("the break may rise by a page", false, !refused(page));
    return 0;
}
