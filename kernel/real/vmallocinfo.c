/* vmallocinfo.c - vmalloc's areas and their guard pages (03-kmalloc-vmalloc)
 *
 * /proc/vmallocinfo, which is for root, has a line for each area of addresses
 * that vmalloc gave out: its addresses, its bytes, who asked, and how many
 * frames it has. An area is a page longer than its frames. Nothing is mapped
 * in that last page, so that who runs over the end faults. The stacks of all
 * threads' kernel side are such areas, if the kernel is built with
 * CONFIG_VMAP_STACK.
 */
#include "real.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    FILE *file = fopen("/proc/vmallocinfo", "r");
    long areas = 0, unguarded = 0, bytes, frames;
    char line[512];

    if (file == NULL)
        skip("/proc/vmallocinfo: %s", strerror(errno));
    while (fgets(line, sizeof line, file) != NULL) {
        char *pages = strstr(line, " pages=");
        if (pages == NULL || strstr(pages, " vmalloc") == NULL)
            continue; /* a device's registers, and the like */
        require(sscanf(line, "%*s %ld", &bytes) == 1 &&
                    sscanf(pages, " pages=%ld", &frames) == 1,
                line);
        areas++;
        unguarded += bytes < (frames + 1) * (long)page_size();
    }
    fclose(file);
    step("/proc/vmallocinfo");
    at_least("areas of vmalloc", 1, areas);
    equals("areas without a page more than they have frames", 0, unguarded);
    return 0;
}
