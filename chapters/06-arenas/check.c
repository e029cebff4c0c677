/* check.c - walk over the chunks, and check that they are as they must be
 *
 * The walk needs no list: from a chunk and its size follows where the next
 * one begins, up to top. A check that is made after every operation finds a
 * mistake where it is made, not thousands of operations later where it hurts.
 * Both cost time in proportion to the number of chunks.
 */
#include "arenas.h"
#include "bins.h"
#include "fastbin.h"
#include "inspect.h"
#include "mapped.h"

#pragma GCC visibility push(default)

/* The chunk that follows in the walk; NULL after top. */
static struct chunk *walk_next(struct arena *a, struct chunk *c)
{
    if (c == a->top)
        return NULL;
    if (is_fence(c))
        return ((struct fence *)c)->next;
    return chunk_after(c);
}

/* For the time of a walk the chunks in fast bins are marked with a flag that
 * no chunk of an arena has otherwise, since nothing else tells them from used
 * ones. */
#define FAST_MARK IS_MMAPPED

static void flip_fast_marks(struct arena *a)
{
    for (size_t i = 0; i < NFASTBINS; i++)
        for (struct chunk *c = a->fastbins[i]; c != NULL; c = fastbin_next(c))
            c->size ^= FAST_MARK;
}

static struct malloc_chunk_info describe(struct arena *a, struct chunk *c)
{
    struct malloc_chunk_info info = {
        .address = c,
        .payload = chunk_to_payload(c),
        .size = extent(c),
        .kind = MALLOC_USED,
        .arena = a->number,
    };
    if (c == a->top)
        info.kind = MALLOC_TOP;
    else if (is_fence(c))
        info.kind = MALLOC_FENCE;
    else if (!chunk_in_use(c))
        info.kind = MALLOC_FREE;
    else if ((c->size & FAST_MARK) != 0)
        info.kind = MALLOC_CACHED;
    return info;
}

/* How many bytes of the allocator's own lie before this chunk? They do where a
 * heap begins. */
static size_t header_before(struct arena *a, struct chunk *c)
{
    if (a == &main_arena || heap_of(c)->first != c)
        return 0;
    return (size_t)((char *)c - (char *)heap_of(c));
}

static struct malloc_chunk_info describe_header(struct arena *a,
                                                struct chunk *c)
{
    size_t size = header_before(a, c);

    return (struct malloc_chunk_info){
        .address = (char *)c - size,
        .payload = (char *)c - size,
        .size = size,
        .kind = MALLOC_HEADER,
        .arena = a->number,
    };
}

/* Do the chunks cover the memory held, each of a possible size? */
static const char *check_sizes(struct arena *a)
{
    size_t total = 0;

    for (struct chunk *c = a->first; c != NULL; c = walk_next(a, c)) {
        size_t size = extent(c);
        total += header_before(a, c);
        if (size < MINSIZE)
            return "a chunk is smaller than MINSIZE";
        if (size % MALLOC_ALIGNMENT != 0)
            return "a chunk's size is not a multiple of the alignment";
        if (size > a->system_mem - total)
            return "the chunks reach beyond the memory held";
        total += size;
    }
    if (total != a->system_mem)
        return "the chunks do not cover the memory held";
    return NULL;
}

static size_t count_free(struct arena *a)
{
    size_t count = 0;

    for (struct chunk *c = a->first; c != NULL; c = walk_next(a, c))
        count += describe(a, c).kind == MALLOC_FREE;
    return count;
}

/* Is this bin in order? Its chunks are taken off the count of those missing. */
static const char *check_bin(struct arena *a, size_t index, size_t *missing)
{
    struct chunk *head = &a->bins[index].head, *before = head;

    if (index != UNSORTED_BIN && head->fd != head &&
        (a->binmap[index / 32] & 1u << index % 32) == 0)
        return "the bin map says that a bin is empty which is not";
    for (struct chunk *c = head->fd; c != head; c = c->fd) {
        if (!is_below_top(a, c))
            return "a bin leads out of our memory";
        if (c->bk != before)
            return "a bin's links do not agree";
        before = c;
        if (chunk_in_use(c))
            return "a chunk in a bin is marked as used";
        if (index != UNSORTED_BIN && bin_index(chunk_size(c)) != index)
            return "a chunk is in a bin for other sizes";
        if ((*missing)-- == 0)
            return "there are more chunks in bins than free ones";
    }
    return NULL;
}

/* Is this large bin sorted, and the first of each size on the ring of sizes? */
static const char *check_ring(struct arena *a, size_t index)
{
    struct chunk *head = &a->bins[index].head;
    struct chunk *on_ring = NULL;

    for (struct chunk *c = head->fd; c != head; c = c->fd) {
        if (c->bk != head && chunk_size(c->bk) < chunk_size(c))
            return "a large bin is not sorted";
        if (c->bk != head && chunk_size(c->bk) == chunk_size(c)) {
            if (c->fd_nextsize != NULL)
                return "two chunks of one size are on the ring of sizes";
            continue;
        }
        if (c->fd_nextsize == NULL || c->fd_nextsize->bk_nextsize != c)
            return "the ring of sizes is broken";
        if (c->bk != head && on_ring->fd_nextsize != c)
            return "the ring of sizes is not in order";
        on_ring = c;
    }
    if (on_ring != NULL && on_ring->fd_nextsize != head->fd)
        return "the ring of sizes does not close";
    return NULL;
}

static const char *check_bins(struct arena *a)
{
    size_t missing = count_free(a);
    const char *broken = NULL;

    if (a->top == NULL)
        return NULL; /* nothing was allocated yet, and no bin made */
    for (size_t i = UNSORTED_BIN; i < NBINS && broken == NULL; i++) {
        broken = check_bin(a, i, &missing);
        if (broken == NULL && i >= FIRST_LARGE_BIN)
            broken = check_ring(a, i);
    }
    if (broken == NULL && missing != 0)
        broken = "a free chunk is in no bin";
    return broken;
}

/* Have the chunks in fast bins the right sizes, and are they marked as used? */
static const char *check_fastbins(struct arena *a)
{
    size_t most = a->system_mem / MINSIZE;

    for (size_t i = 0; i < NFASTBINS; i++) {
        struct chunk *c = a->fastbins[i];
        if (c != NULL && !a->have_fast)
            return "chunks in fast bins go unnoticed";
        for (; c != NULL; c = fastbin_next(c)) {
            if (chunk_size(c) != fastbin_size(i))
                return "a chunk is in a fast bin for another size";
            if (!chunk_in_use(c))
                return "a chunk in a fast bin is marked as free";
            if (most-- == 0)
                return "a fast bin has no end";
        }
    }
    return NULL;
}

/* Does every free chunk have its foot, and no free neighbour? */
static const char *check_tags(struct arena *a)
{
    for (struct chunk *c = a->first; c != NULL; c = walk_next(a, c)) {
        if (describe(a, c).kind != MALLOC_FREE)
            continue;
        struct chunk *next = chunk_after(c);
        if (next->prev_size != chunk_size(c))
            return "a free chunk's foot is not its size";
        if (describe(a, next).kind == MALLOC_FREE)
            return "two free chunks are neighbours";
        if (next == a->top)
            return "a free chunk borders on top";
    }
    return NULL;
}

/* Do the headers of mapped chunks fit their mappings, and these the sum? */
static const char *check_mappings(void)
{
    const char *broken = NULL;
    size_t bytes = 0;

    mappings_lock();
    for (struct mapping *m = next_mapping(NULL); m; m = next_mapping(m)) {
        struct chunk *c = m->chunk;
        if (!is_mapped(c) || (char *)c - c->prev_size != (char *)m)
            broken = "a mapped chunk does not know its mapping";
        else if (c->prev_size + chunk_size(c) > m->length)
            broken = "a mapped chunk ends after its mapping";
        bytes += m->length;
    }
    if (broken == NULL && bytes != mapped_bytes())
        broken = "the mappings do not add up";
    mappings_unlock();
    return broken;
}

static int walk_mappings(malloc_visitor *visit, void *context)
{
    struct mapping *m = NULL;
    int answer = 0;

    mappings_lock();
    while (answer == 0 && (m = next_mapping(m)) != NULL) {
        struct malloc_chunk_info info = {
            .address = m,
            .payload = chunk_to_payload(m->chunk),
            .size = m->length,
            .kind = MALLOC_MAPPED,
        };
        answer = visit(&info, context);
    }
    mappings_unlock();
    return answer;
}

static int walk_arena(struct arena *a, malloc_visitor *visit, void *context)
{
    int answer = 0;

    arena_lock(a);
    flip_fast_marks(a);
    for (struct chunk *c = a->first; c != NULL && answer == 0;
         c = walk_next(a, c)) {
        struct malloc_chunk_info info = describe_header(a, c);
        if (info.size != 0)
            answer = visit(&info, context);
        info = describe(a, c);
        if (answer == 0)
            answer = visit(&info, context);
    }
    flip_fast_marks(a);
    arena_unlock(a);
    return answer;
}

static const char *check_arena(struct arena *a)
{
    arena_lock(a);
    const char *broken = check_sizes(a);
    if (broken == NULL)
        broken = check_fastbins(a);
    if (broken == NULL)
        broken = check_bins(a);
    if (broken == NULL)
        broken = check_tags(a);
    arena_unlock(a);
    return broken;
}

int malloc_walk(malloc_visitor *visit, void *context)
{
    struct arena *a = NULL;
    int answer = 0;

    arenas_lock();
    while (answer == 0 && (a = next_arena(a)) != NULL)
        answer = walk_arena(a, visit, context);
    arenas_unlock();
    return answer != 0 ? answer : walk_mappings(visit, context);
}

size_t malloc_held(void)
{
    struct arena *a = NULL;
    size_t held = mapped_totals().bytes;

    arenas_lock();
    while ((a = next_arena(a)) != NULL) {
        arena_lock(a);
        held += a->system_mem;
        arena_unlock(a);
    }
    arenas_unlock();
    return held;
}

const char *malloc_check(void)
{
    const char *broken = check_mappings();
    struct arena *a = NULL;

    arenas_lock();
    while (broken == NULL && (a = next_arena(a)) != NULL)
        broken = check_arena(a);
    arenas_unlock();
    return broken;
}
