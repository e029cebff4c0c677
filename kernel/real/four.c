/* four.c - the four kinds of mapping (04-address-space, 05-page-cache)
 *
 * A mapping is private or shared, and anonymous or of a file. Each cell of this
 * table is an experiment with a mapping of one page. Shared memory is one
 * memory for parent and child, and that of a file is the file: read, write and
 * all who map it see the same page. A private mapping of a file shows the file
 * until it is written to; then the page is a copy, which nobody else sees.
 */
#include "real.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct mapping {
    char *page;
    int fd; /* -1: anonymous */
};

static char write_faults(struct mapping map)
{
    long before = minor_faults();
    *map.page = 'w';
    return minor_faults() > before ? 'y' : 'n';
}

static char frame_of_its_own(struct mapping map)
{
    *map.page = 'w';
    return smaps(map.page, "Anonymous") == 1 ? 'y' : 'n';
}

static char parent_sees_child(struct mapping map)
{
    pid_t child = start_child();
    if (child == 0) {
        *map.page = 'c';
        exit(0);
    }
    end_child(child);
    return *map.page == 'c' ? 'y' : 'n';
}

static char file_has_it(struct mapping map)
{
    char byte;

    if (map.fd < 0)
        return '-';
    *map.page = 'w';
    require(pread(map.fd, &byte, 1, 0) == 1, "pread");
    return byte == 'w' ? 'y' : 'n';
}

static char sees_file(struct mapping map)
{
    if (map.fd < 0)
        return '-';
    read_pages(map.page, 1);
    require(pwrite(map.fd, "F", 1, 0) == 1, "pwrite");
    return *(volatile char *)map.page == 'F' ? 'y' : 'n';
}

static char sees_file_when_written(struct mapping map)
{
    map.page[1] = 'w'; /* another byte, but the same page */
    return sees_file(map);
}

static const struct row {
    const char *what;
    char (*experiment)(struct mapping map);
    const char *expected; /* private, shared; private, shared of a file */
} rows[] = {
    {"its first write is a minor fault", write_faults, "yyyy"},
    {"it gets a frame that is no file's", frame_of_its_own, "ynyn"},
    {"the parent sees what a child writes", parent_sees_child, "nyny"},
    {"read() of the file sees a write", file_has_it, "--ny"},
    {"a write() to the file is seen", sees_file, "--yy"},
    {"and in a page that was written to", sees_file_when_written, "--ny"},
};

static void show_row(const struct row *row)
{
    char got[5] = "";

    printf("%-38s", row->what);
    for (int kind = 0; kind < 4; kind++) {
        int fd = kind < 2 ? -1 : scratch_file(1);
        int flags = kind % 2 == 0 ? MAP_PRIVATE : MAP_SHARED;
        struct mapping map = {map_alone(1, flags, fd), fd};
        got[kind] = row->experiment(map);
        printf(" %9s", got[kind] == 'y'   ? "yes"
                       : got[kind] == 'n' ? "no"
                                          : "-");
    }
    printf("\n");
    fflush(stdout);
    if (strcmp(got, row->expected) != 0)
        errx(1, "%s: expected %s, got %s", row->what, row->expected, got);
}

int main(void)
{
    printf("%-38s %9s %9s %9s %9s\n", "", "private", "shared", "private",
           "shared");
    printf("%-38s %9s %9s %9s %9s\n", "", "anonymous", "anonymous", "file",
           "file");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        show_row(&rows[i]);
    return 0;
}
