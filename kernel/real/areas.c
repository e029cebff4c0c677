/* areas.c - how areas of addresses split and merge (04-address-space)
 *
 * The kernel knows a process's memory as a list of areas, each with one set of
 * rights; /proc/self/maps prints them, one a line. Two that touch and are alike
 * become one. What changes the middle of an area splits it: munmap leaves two,
 * mprotect three. When the middle is made as it was, they merge again.
 *
 * All happens in 12 pages that are taken first, so that no area of somebody
 * else can merge with ours; their rights are "---p".
 */
#include "real.h"

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define PAGES 12

static char *start;

/* The areas in our pages, as "first-last rights", the last not included. */
static void list_areas(char *list, size_t size)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    uintptr_t page = page_size(), base = (uintptr_t)start;
    uintptr_t from, to;
    char line[512], rights[5];
    size_t length = 0;

    require(maps != NULL, "/proc/self/maps");
    while (fgets(line, sizeof line, maps) != NULL) {
        require(sscanf(line, "%lx-%lx %4s", &from, &to, rights) == 3, line);
        if (from < base || from >= base + PAGES * page)
            continue;
        length +=
            (size_t)snprintf(list + length, size - length, "  %lu-%lu %s",
                             (from - base) / page, (to - base) / page, rights);
    }
    fclose(maps);
}

static void areas(const char *what, const char *expected)
{
    char list[512] = "";

    list_areas(list, sizeof list);
    printf("%-38s%s\n", what, list);
    fflush(stdout);
    if (strcmp(list, expected) != 0)
        errx(1, "%s: expected%s, got%s", what, expected, list);
}

/* Pages with these rights, whatever was there before. */
static void map(size_t first, size_t pages, int rights)
{
    size_t page = page_size();
    void *there = mmap(start + first * page, pages * page, rights,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    require(there != MAP_FAILED, "mmap");
}

int main(void)
{
    size_t page = page_size();

    start = mmap(NULL, (PAGES + 2) * page, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(start != MAP_FAILED, "mmap");
    mprotect(start, page, PROT_READ); /* a fence on either side */
    mprotect(start + (PAGES + 1) * page, page, PROT_READ);
    start += page;

    areas("12 pages", "  0-12 ---p");
    map(1, 3, PROT_READ | PROT_WRITE);
    areas("mmap pages 1-4", "  0-1 ---p  1-4 rw-p  4-12 ---p");
    map(4, 4, PROT_READ | PROT_WRITE);
    areas("mmap pages 4-8, alike", "  0-1 ---p  1-8 rw-p  8-12 ---p");
    map(8, 2, PROT_READ);
    areas("mmap pages 8-10, to read",
          "  0-1 ---p  1-8 rw-p  8-10 r--p  10-12 ---p");
    munmap(start + 3 * page, 2 * page);
    areas("munmap pages 3-5",
          "  0-1 ---p  1-3 rw-p  5-8 rw-p  8-10 r--p  10-12 ---p");
    mprotect(start + 6 * page, page, PROT_READ);
    areas("mprotect page 6, to read",
          "  0-1 ---p  1-3 rw-p  5-6 rw-p  6-7 r--p  7-8 rw-p  8-10 r--p"
          "  10-12 ---p");
    mprotect(start + 6 * page, page, PROT_READ | PROT_WRITE);
    areas("mprotect page 6, as it was",
          "  0-1 ---p  1-3 rw-p  5-8 rw-p  8-10 r--p  10-12 ---p");
    map(3, 2, PROT_READ | PROT_WRITE);
    areas("mmap pages 3-5, alike",
          "  0-1 ---p  1-8 rw-p  8-10 r--p  10-12 ---p");
    return 0;
}
