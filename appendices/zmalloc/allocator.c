/* allocator.c - how does the allocator below stand?
 *
 * The questions are those that jemalloc answers to Redis:
 *
 *   allocated   bytes of chunks that are handed out, to anybody
 *   active      bytes of the pages on which such a chunk lies
 *   resident    bytes of all its pages that are in memory
 *   retained    bytes of its pages that are not
 *   muzzy       bytes of pages that the kernel may take; we have none
 *   frag_smallbins_bytes
 *               active less allocated: what lies free beside chunks in use, and
 *               cannot go back to the system without moving these
 *
 * So allocated <= active, and active less what was never touched <= resident. A
 * stage is asked by malloc_walk(), and the answer is exact. It takes a step for
 * each chunk, with locks held. The C library says only how much is allocated.
 */
#include "zmalloc.h"

#include "inspect.h"

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only a stage has it. */
#pragma weak malloc_walk

struct counts {
    uintptr_t page_size;
    size_t allocated, active, resident, pages;
    uintptr_t last_active; /* the address of the page counted last */
    uintptr_t run, end;    /* whole pages that nobody has looked at yet */
};

/* Which pages of the run are in memory? */
static void count_resident(struct counts *counts)
{
    unsigned char state[512];

    while (counts->run < counts->end) {
        size_t pages = (counts->end - counts->run) / counts->page_size;
        if (pages > sizeof(state))
            pages = sizeof(state);
        if (mincore((void *)counts->run, pages * counts->page_size, state) == 0)
            for (size_t i = 0; i < pages; i++)
                counts->resident += (state[i] & 1) * counts->page_size;
        counts->pages += pages;
        counts->run += pages * counts->page_size;
    }
}

static int count_chunk(const struct malloc_chunk_info *chunk, void *context)
{
    struct counts *counts = context;
    uintptr_t page_size = counts->page_size;
    uintptr_t start = (uintptr_t)chunk->address;
    uintptr_t first = start & -page_size;
    uintptr_t end = (start + chunk->size + page_size - 1) & -page_size;

    /* A chunk that does not go on where the one before it ended begins a run.
     */
    if (start < counts->run || first > counts->end) {
        count_resident(counts);
        counts->run = first;
    }
    counts->end = end;
    if (chunk->kind != MALLOC_USED && chunk->kind != MALLOC_MAPPED)
        return 0;

    counts->allocated += chunk->size;
    /* Its first page may be the last one of the chunk in use before it. */
    if (first == counts->last_active)
        first += page_size;
    if (first < end) {
        counts->active += end - first;
        counts->last_active = end - page_size;
    }
    return 0;
}

static void set(size_t *number, size_t value)
{
    if (number != NULL)
        *number = value;
}

int zmalloc_get_allocator_info(int refresh, size_t *allocated, size_t *active,
                               size_t *resident, size_t *retained,
                               size_t *muzzy, size_t *frag_smallbins_bytes)
{
    struct counts counts = {.page_size = (uintptr_t)sysconf(_SC_PAGESIZE)};

    (void)refresh; /* nothing is kept that could be old */
    if (malloc_walk != NULL) {
        malloc_walk(count_chunk, &counts);
        count_resident(&counts);
    } else {
        struct mallinfo2 info = mallinfo2();
        counts.allocated = info.uordblks + info.hblkhd;
    }
    *allocated = counts.allocated;
    *active = counts.active;
    *resident = counts.resident;
    set(retained, counts.pages * counts.page_size - counts.resident);
    set(muzzy, 0);
    set(frag_smallbins_bytes,
        counts.active > 0 ? counts.active - counts.allocated : 0);
    return 1;
}
