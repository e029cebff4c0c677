/* scattered.c - addresses in a row, frames anywhere (03-kmalloc-vmalloc)
 *
 * Each page gets its frame when it is touched. Pages that are touched in
 * another order than they lie in have frames that do not lie in that order:
 * nobody notices, for the page table stands between. A device that reads memory
 * by frame number does notice. Inside the kernel, vmalloc's memory is like
 * this, and kmalloc's is not. Only root is told the numbers.
 */
#include "real.h"

#include <sys/mman.h>

#define PAGES 1024
#define STRIDE                                                                 \
    387 /* has no factor in common with PAGES: reaches every page              \
         */

int main(void)
{
    size_t page = page_size();
    char *start = map_alone(PAGES, MAP_PRIVATE, -1);
    long followed = 0;

    step("write to 1024 pages, each 387 pages behind the last, in a circle");
    for (size_t i = 0; i < PAGES; i++)
        start[i * STRIDE % PAGES * page] = 'w';
    equals("pages in memory, by mincore", PAGES, in_memory(start, PAGES));
    for (size_t i = 0; i + 1 < PAGES; i++)
        followed +=
            frame_of(start + (i + 1) * page) == frame_of(start + i * page) + 1;
    at_most("pages whose neighbour has the next frame", PAGES / 10, followed);
    return 0;
}
