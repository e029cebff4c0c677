/* decay.c - memory that nobody needs goes back after a while
 */
#include "decay.h"
#include "bins.h"
#include "coalesce.h"
#include "trim.h"

/* What all arenas together may keep, in bytes, however little is in use. */
#define SPARE ((size_t)512 * 1024)

/* How often: after so many bytes were freed, or after this part of the bytes in
 * use. */
#define TICK_BYTES ((size_t)128 * 1024)
#define TICK_PART  128

/* Free memory in long chunks and top, in bytes. */
struct spare {
    size_t all, dirty;
};

static struct spare count_spare(struct arena *a)
{
    struct spare spare = {top_size(a), top_size(a) - a->clean_top};

    for (size_t i = bin_index(MIN_LONG_SIZE); i < NBINS; i++) {
        struct chunk *c = NULL;
        while ((c = freelist_next(&a->bins[i], c)) != NULL) {
            spare.all += chunk_size(c);
            spare.dirty += dirty_bytes(c, chunk_size(c));
        }
    }
    return spare;
}

/* The most that was in use lately: it halves in every second. */
static size_t recent_peak(struct arena *a, size_t in_use)
{
    size_t now = os_seconds(), passed = now - a->last_second;

    a->last_second = now;
    a->peak = passed < 32 ? a->peak >> passed : 0;
    if (a->peak < in_use)
        a->peak = in_use;
    return a->peak;
}

/* How many bytes should go back? */
static size_t excess(struct arena *a, struct spare spare)
{
    size_t peak = recent_peak(a, a->in_use);
    size_t now = SPARE / arena_count + a->in_use / 4;
    size_t later = SPARE / arena_count + peak / 4 + peak - a->in_use;

    if (!params.dynamic)
        return spare.dirty;
    if (spare.dirty > now && a->in_use < spare.all &&
        a->discarded + spare.dirty - now <= a->max_system_mem)
        return spare.dirty - now;
    return spare.dirty > later ? spare.dirty - later : 0;
}

void decay(struct arena *a)
{
    if (a->freed < TICK_BYTES || a->freed < a->in_use / TICK_PART)
        return;
    a->freed = 0;
    consolidate_fastbins(a);
    unsorted_take(a, SIZE_MAX); /* files all */
    if (a->clean_top > top_size(a))
        a->clean_top = top_size(a);
    struct spare spare = count_spare(a);
    a->in_use = a->system_mem - spare.all;
    size_t bytes = excess(a, spare);
    size_t clean = a->clean_top, held = a->system_mem;
    if (bytes + clean < TICK_BYTES)
        return;
    a->clean_top = 0;
    trim_top(a, top_size(a) > bytes + clean ? top_size(a) - bytes - clean : 0);
    size_t gone = held - a->system_mem;
    gone -= gone < clean ? gone : clean;
    if (gone < bytes)
        gone += discard_free_pages(a, bytes - gone);
    a->discarded += gone;
}
