/* slab_objects.c - what a process asks for becomes objects of a cache (02-slab)
 *
 * For each file that is open, the kernel has a struct file, an object of the
 * cache "filp". 3000 more open files are that many objects more in use, which
 * /proc/slabinfo (for root) shows. It does not count exactly, and other
 * processes open and close files, too; so half of them will do.
 */
#include "real.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FILES 3000

/* Objects of a cache that are in use. */
static long in_use(const char *cache)
{
    FILE *file = fopen("/proc/slabinfo", "r");
    char line[512], name[64];
    long active, found = -1;

    if (file == NULL)
        skip("/proc/slabinfo: %s", strerror(errno));
    while (found < 0 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%63s %ld", name, &active) == 2 &&
            strcmp(name, cache) == 0)
            found = active;
    fclose(file);
    if (found < 0)
        skip("/proc/slabinfo has no cache %s", cache);
    return found;
}

int main(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    if (limit.rlim_max < FILES + 100 || setrlimit(RLIMIT_NOFILE, &limit) != 0)
        skip("a process may not open %d files", FILES);

    long before = in_use("filp");
    step("open /dev/null 3000 times");
    for (int i = 0; i < FILES; i++)
        require(open("/dev/null", O_RDONLY) >= 0, "/dev/null");
    at_least("objects more in use in the cache filp", FILES / 2,
             in_use("filp") - before);
    return 0;
}
