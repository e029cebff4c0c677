/* proc.c - what the kernel says of the process and of the machine */
#include "zmalloc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* /proc/self/stat is one line: the PID, the name of the program in parentheses,
 * and numbers. The name may itself have blanks and parentheses, so the fields
 * are counted from the last parenthesis on, behind which the third field
 * begins. */
static long long field_of_stat(int number)
{
    char line[4096];

    int file = open("/proc/self/stat", O_RDONLY);
    if (file == -1)
        return 0;
    ssize_t length = read(file, line, sizeof(line) - 1);
    close(file);
    if (length <= 0)
        return 0;
    line[length] = '\0';

    char *field = strrchr(line, ')');
    for (int i = 2; field != NULL && i < number; i++)
        field = strchr(field + 1, ' ');
    return field != NULL ? strtoll(field, NULL, 10) : 0;
}

size_t zmalloc_get_rss(void)
{
    return (size_t)field_of_stat(24) * (size_t)sysconf(_SC_PAGESIZE);
}

/* The lines of fields look like this one: "Rss:                 132 kB". */
size_t zmalloc_get_smap_bytes_by_field(const char *field, long pid)
{
    char name[64] = "/proc/self/smaps", line[1024];
    size_t length = strlen(field), kib = 0;

    if (pid != -1)
        snprintf(name, sizeof(name), "/proc/%ld/smaps", pid);
    FILE *smaps = fopen(name, "r");
    if (smaps == NULL)
        return 0;
    while (fgets(line, sizeof(line), smaps) != NULL)
        if (strncmp(line, field, length) == 0)
            kib += strtoul(line + length, NULL, 10);
    fclose(smaps);
    return kib * 1024;
}

size_t zmalloc_get_private_dirty(long pid)
{
    return zmalloc_get_smap_bytes_by_field("Private_Dirty:", pid);
}

size_t zmalloc_get_memory_size(void)
{
    return (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
}
