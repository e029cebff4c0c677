/* check.c - walk over the chunks, and check that they are as they must be
 *
 * The walk needs no list: the size of a chunk tells where the next one begins,
 * up to top. Checking after every operation finds a mistake where it is made,
 * not thousands of operations later where it hurts. A walk and a check take
 * time in proportion to the number of chunks.
 */
#include "bins.h"
#include "fastbin.h"
#include "inspect.h"
#include "mapped.h"
#include "slab.h"
#include "tcache.h"

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
    else if (is_in_fastbin(a, c) || is_cached(c))
        info.kind = MALLOC_CACHED;
    return info;
}

/* How many bytes of the allocator's own data lie before this chunk? There are
 * some only at the start of a heap. */
static size_t header_before(struct arena *a, struct chunk *c)
{
    if (a == &main_arena || heap_of(c)->first != c)
        return 0;
    return (size_t)((char *)c - (char *)heap_of(c));
}

/* Do the chunks cover the memory held, and does each have a possible size? */
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
        if ((char *)c < a->low || (char *)c + size > a->high)
            return "a chunk lies outside the bounds of the arena";
        if (size > a->system_mem - total)
            return "the chunks reach beyond the memory held";
        total += size;
    }
    if (total != a->system_mem)
        return "the chunks do not cover the memory held";
    if (a->top != NULL && (char *)chunk_after(a->top) != a->end)
        return "top does not end where its region ends";
    return NULL;
}

static size_t count_free(struct arena *a)
{
    size_t count = 0;

    for (struct chunk *c = a->first; c != NULL; c = walk_next(a, c))
        count += describe(a, c).kind == MALLOC_FREE;
    return count;
}

/* Are the chunks on this list free? Each of them lowers missing, the number of
 * free chunks that have not been seen on a list yet. */
static const char *check_list(struct arena *a, const struct freelist *list,
                              size_t *missing)
{
    struct chunk *c = NULL, *before = list_head(list);

    while ((c = freelist_next(list, c)) != NULL) {
        if (!is_below_top(a, c))
            return "a list leads out of our memory";
        if (c->bk != before)
            return "a list's links do not agree";
        before = c;
        if (chunk_in_use(c))
            return "a chunk on a list is marked as used";
        if ((*missing)-- == 0)
            return "there are more chunks on lists than free ones";
    }
    return NULL;
}

/* Is this bin in order, and are its chunks of the right sizes? */
static const char *check_bin(struct arena *a, size_t index, size_t *missing)
{
    const struct freelist *bin = &a->bins[index];
    const char *broken = check_list(a, bin, missing);
    struct chunk *c = NULL;

    if (broken != NULL || index == UNSORTED_BIN)
        return broken;
    while ((c = freelist_next(bin, c)) != NULL) {
        if (bin_index(chunk_size(c)) != index)
            return "a chunk is in a bin for other sizes";
        if ((a->binmap[index / 32] & 1u << index % 32) == 0)
            return "the bin map says that a bin is empty which is not";
    }
    return NULL;
}

/* Is this large bin sorted, and the first of each size on the ring of sizes? */
static const char *check_ring(const struct freelist *bin)
{
    struct chunk *largest = freelist_next(bin, NULL), *on_ring = NULL;

    for (struct chunk *c = largest; c != NULL; c = freelist_next(bin, c)) {
        if (c != largest && chunk_size(c->bk) < chunk_size(c))
            return "a large bin is not sorted";
        bool first = c == largest || chunk_size(c->bk) != chunk_size(c);
        if (first != (c->fd_nextsize != NULL))
            return "not just the first chunk of a size is on the ring of sizes";
        if (!first)
            continue;
        if ((on_ring != NULL && c->bk_nextsize != on_ring) ||
            c->fd_nextsize->bk_nextsize != c)
            return "the ring of sizes is not in order";
        on_ring = c;
    }
    if (largest != NULL && largest->bk_nextsize != on_ring)
        return "the ring of sizes does not close";
    return NULL;
}

/* Is every free chunk on a list? */
static const char *check_free_chunks(struct arena *a)
{
    size_t missing = count_free(a);
    const char *broken = NULL;

    for (size_t i = UNSORTED_BIN; i < NBINS && broken == NULL; i++) {
        broken = check_bin(a, i, &missing);
        if (broken == NULL && i >= FIRST_LARGE_BIN)
            broken = check_ring(&a->bins[i]);
    }
    if (broken == NULL && missing != 0)
        broken = "a free chunk is on no list";
    return broken;
}

/* Do the chunks in fast bins have the right sizes and the mark? */
static const char *check_fastbins(struct arena *a)
{
    size_t most = a->system_mem / MINSIZE;

    for (size_t i = 0; i < NFASTBINS; i++) {
        struct chunk *c = a->fastbins[i];
        for (; c != NULL; c = fastbin_next(c)) {
            if (!is_below_top(a, c))
                return "a fast bin leads out of our memory";
            if (chunk_size(c) != fastbin_size(i))
                return "a chunk is in a fast bin for another size";
            if (!chunk_in_use(c) || !is_in_fastbin(a, c) || most-- == 0)
                return "a fast bin has a chunk that is not marked, or no end";
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

/* Do mapped chunks fit their mappings, and do these add up to the totals? */
static const char *check_mappings(void)
{
    const char *broken = NULL;
    size_t bytes = 0;

    bool locked = mappings_lock();
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
    mappings_unlock(locked);
    return broken;
}

static int walk_mappings(malloc_visitor *visit, void *context)
{
    struct mapping *m = NULL;
    int answer = 0;

    bool locked = mappings_lock();
    while (answer == 0 && (m = next_mapping(m)) != NULL) {
        struct malloc_chunk_info info = {
            .address = m,
            .payload = chunk_to_payload(m->chunk),
            .size = m->length,
            .kind = MALLOC_MAPPED,
        };
        answer = visit(&info, context);
    }
    mappings_unlock(locked);
    return answer;
}

static int walk_arena(struct arena *a, malloc_visitor *visit, void *context)
{
    int answer = 0;

    bool locked = arena_lock(a);
    for (struct chunk *c = a->first; c != NULL && answer == 0;
         c = walk_next(a, c)) {
        size_t header = header_before(a, c);
        struct malloc_chunk_info info = {
            .address = (char *)c - header,
            .payload = (char *)c - header,
            .size = header,
            .kind = MALLOC_HEADER,
            .arena = a->number,
        };
        if (header != 0)
            answer = visit(&info, context);
        info = describe(a, c);
        if (answer == 0)
            answer = visit(&info, context);
    }
    arena_unlock(a, locked);
    return answer;
}

/* Is this thread's cache in order? */
static const char *check_tcache(void)
{
    for (size_t i = FOREIGN_BIN + 1; i < NBINS; i++) {
        struct tcache_bin *bin = &tcache->bins[i];
        size_t bytes = bin->room;
        for (struct chunk *c = bin->first; c != NULL; c = fastbin_next(c)) {
            if (!is_below_top(tcache->arena, c) || !is_cached(c) ||
                tcache_bin_for(c) != bin || bytes >= bin->limit)
                return "a cache leads to a chunk that is not in it";
            bytes += chunk_size(c);
        }
        if (bytes != bin->limit)
            return "a cache has lost count of its bytes";
    }
    return NULL;
}

/* Are the free slots of this slab as many as they must be? */
static const char *check_slab(const struct slab *s)
{
    size_t missing = slots_of(s->class) - s->used;

    for (struct slot *slot = s->first; slot != NULL; slot = slot_after(slot)) {
        if (slab_of(slot) != s || !is_slot(s, slot))
            return "a list of slots leads out of its slab";
        if (!is_free_slot(slot))
            return "a slot on a list is marked as used";
        if (missing-- == 0)
            return "there are more slots on a list than free ones";
    }
    return missing != 0 ? "a free slot is on no list" : NULL;
}

/* Are the slabs in order, as far as we can tell? Only those of this thread and
 * of idle owners stay as they are meanwhile. */
static const char *check_slabs(void)
{
    const char *broken = NULL;
    struct slab *s = NULL;
    size_t kept = 0, used = 0;

    bool locked = slabs_lock();
    while (broken == NULL && (s = next_slab(s)) != NULL) {
        const struct owner *o = owner_of(s);
        if (s->class != 0 && (o == owner || (o->idle && !o->lost)))
            broken = check_slab(s);
        kept += o == owner && s->held && s->used == 0;
        used += o == owner && s->used != 0;
    }
    const struct pool *pool = &owner->pool;
    if (broken == NULL &&
        (kept != pool->kept_count || used != pool->used_count))
        broken = "a pool has lost count of its slabs";
    slabs_unlock(locked);
    return broken;
}

/* What lies at this place in a slab: a slot, the tail, or a page that is not
 * cut into slots yet. */
static struct malloc_chunk_info describe_slot(const struct slab *s, size_t size,
                                              char *at)
{
    size_t rest = (size_t)(slab_start(s) + SLAB_SIZE - at);
    struct malloc_chunk_info info = {
        .address = at,
        .payload = at,
        .size = size < rest ? size : rest,
        .kind = MALLOC_USED,
        .arena = owner_of(s)->arena,
    };
    if (size == SLAB_SIZE)
        info.kind = MALLOC_TOP;
    else if (size > rest)
        info.kind = MALLOC_FENCE;
    else if (is_free_slot(at))
        info.kind =
            ((struct slot *)at)->mark & SENT ? MALLOC_CACHED : MALLOC_FREE;
    return info;
}

static int walk_slab(const struct slab *s, malloc_visitor *visit, void *context)
{
    size_t size = slot_size(s); /* its owner may change it meanwhile */
    struct malloc_chunk_info info;
    int answer = 0;

    if (size == 0)
        size = SLAB_SIZE;
    for (size_t at = 0; s->held && at < SLAB_SIZE && answer == 0;
         at += info.size) {
        info = describe_slot(s, size, slab_start(s) + at);
        answer = visit(&info, context);
    }
    return answer;
}

int walk_slabs(malloc_visitor *visit, void *context)
{
    bool locked = slabs_lock();
    struct malloc_chunk_info table = {
        .address = next_slab(NULL),
        .size = table_bytes(),
        .kind = MALLOC_HEADER,
    };
    struct slab *s = NULL;
    int answer = table.size != 0 ? visit(&table, context) : 0;
    while (answer == 0 && (s = next_slab(s)) != NULL)
        answer = walk_slab(s, visit, context);
    slabs_unlock(locked);
    return answer;
}

static const char *check_arena(struct arena *a)
{
    bool locked = arena_lock(a);
    const char *broken = check_sizes(a);
    if (broken == NULL)
        broken = check_fastbins(a);
    if (broken == NULL)
        broken = check_free_chunks(a);
    if (broken == NULL)
        broken = check_tags(a);
    if (broken == NULL && a == tcache->arena)
        broken = check_tcache();
    arena_unlock(a, locked);
    return broken;
}

int malloc_walk(malloc_visitor *visit, void *context)
{
    struct arena *a = NULL;
    int answer = 0;

    while (answer == 0 && (a = next_arena(a)) != NULL)
        answer = walk_arena(a, visit, context);
    if (answer == 0)
        answer = walk_slabs(visit, context);
    return answer != 0 ? answer : walk_mappings(visit, context);
}

size_t malloc_held(void)
{
    size_t held = mapped_totals().bytes;

    bool slabs = slabs_lock();
    held += slabs_held();
    slabs_unlock(slabs);
    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a)) {
        bool locked = arena_lock(a);
        held += a->system_mem;
        arena_unlock(a, locked);
    }
    return held;
}

const char *malloc_check(void)
{
    const char *broken = NULL;
    struct arena *a = NULL;

    while (broken == NULL && (a = next_arena(a)) != NULL)
        broken = check_arena(a);
    if (broken == NULL)
        broken = check_slabs();
    return broken != NULL ? broken : check_mappings();
}
