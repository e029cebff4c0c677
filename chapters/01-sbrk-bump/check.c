/* check.c - walk over the chunks, and check that they are as they must be
 *
 * The walk needs no list: the size of a chunk tells where the next one begins,
 * up to top. Checking after every operation finds a mistake where it is made,
 * not thousands of operations later where it hurts. A walk and a check take
 * time in proportion to the number of chunks.
 */
#include "arena.h"
#include "inspect.h"

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
    return info;
}

/* Do the chunks cover the memory held, and does each have a possible size? */
static const char *check_sizes(struct arena *a)
{
    size_t total = 0;

    for (struct chunk *c = a->first; c != NULL; c = walk_next(a, c)) {
        size_t size = extent(c);
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

static int walk_arena(struct arena *a, malloc_visitor *visit, void *context)
{
    int answer = 0;

    bool locked = arena_lock(a);
    for (struct chunk *c = a->first; c != NULL && answer == 0;
         c = walk_next(a, c)) {
        struct malloc_chunk_info info = describe(a, c);
        answer = visit(&info, context);
    }
    arena_unlock(a, locked);
    return answer;
}

static const char *check_arena(struct arena *a)
{
    bool locked = arena_lock(a);
    const char *broken = check_sizes(a);
    arena_unlock(a, locked);
    return broken;
}

int malloc_walk(malloc_visitor *visit, void *context)
{
    struct arena *a = NULL;
    int answer = 0;

    while (answer == 0 && (a = next_arena(a)) != NULL)
        answer = walk_arena(a, visit, context);
    return answer;
}

size_t malloc_held(void)
{
    size_t held = 0;

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
    return broken;
}
