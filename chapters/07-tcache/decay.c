/* decay.c - memory that nobody needs goes back after a while
 *
 * Memory that is given back as soon as it is free has to be fetched again when
 * the program goes on; memory that is kept helps nobody if it does not. From
 * time to time, when much has been freed, the arena is looked at. Only if more
 * is free there than in use do pages go back: those at the end of top, and those
 * inside long free chunks. And only so many in a second as the arena has at
 * most. So a program that fills and empties its memory in turn pays for that
 * once in a second, not each time.
 */
#include "decay.h"
#include "bins.h"
#include "coalesce.h"
#include "trim.h"

/* An arena is looked at when so many bytes have been freed in it, or this part
 * of what is in use. */
#define TICK_BYTES ((size_t)128 * 1024)
#define TICK_PART  128

/* Free chunks of this many bytes or more count. */
#define MIN_LONG_SIZE ((size_t)8 * 1024)

/* So much free memory, in bytes, all arenas may keep together. */
#define SPARE_BYTES ((size_t)512 * 1024)

/* The free bytes in top and in long chunks. */
static size_t count_free(struct arena *a)
{
    size_t bytes = top_size(a);

    for (size_t i = bin_index(MIN_LONG_SIZE); i < NBINS; i++)
        for (struct chunk *c = NULL;
             (c = freelist_next(&a->bins[i], c)) != NULL;)
            bytes += chunk_size(c);
    return bytes;
}

/* May so many bytes go back in this second? */
static bool is_in_budget(struct arena *a, size_t bytes)
{
    size_t now = os_seconds();

    if (a->second != now)
        a->gone = 0;
    a->second = now;
    if (a->gone + bytes > a->max_system_mem)
        return false;
    a->gone += bytes;
    return true;
}

void decay(struct arena *a)
{
    size_t spare = SPARE_BYTES / arena_count;

    if (a->freed < TICK_BYTES || a->freed < a->in_use / TICK_PART)
        return;
    a->freed = 0;
    consolidate_fastbins(a);
    unsorted_take(a, SIZE_MAX); /* files all chunks */
    size_t bytes = count_free(a);
    a->in_use = a->system_mem - bytes;
    if (a->clean > bytes)
        a->clean = bytes;
    if (params.dynamic &&
        (bytes < a->in_use || bytes - a->clean < spare + a->in_use / 4 ||
         !is_in_budget(a, bytes - a->clean)))
        return;
    trim_top(a, params.dynamic ? spare : 0);
    discard_free_pages(a, SIZE_MAX);
    a->clean = a->system_mem - a->in_use - top_size(a);
}
