/* mapped.c - chunks that have a mapping of their own
 *
 *   mapping -> +--------------------------+ \
 *              | struct mapping           |  |
 *              :                          :  | prev_size bytes
 *   chunk ->   +--------------------------+ /
 *              | prev_size                |
 *              +--------------------------+
 *              | size                 |M| |  to the end of the mapping
 *   payload -> +--------------------------+
 *              | bytes of the program     |
 *              :                          :
 *              +--------------------------+  a multiple of a page
 *
 * A large chunk before a small one that lives on could never be given back, if
 * it lay on the heap. In a mapping of its own it goes back when it is freed,
 * and grows without being copied: the system moves its pages elsewhere by
 * changing addresses. The cost is a system call or two, a page fault for each
 * page that is touched, and what is lost up to the end of the last page.
 *
 * There is no chunk before, so prev_size is free to say how far the mapping's
 * start is away.
 */
#include "mapped.h"
#include "arena.h"
#include "os.h"
#include "params.h"

#include <errno.h>

/* All mappings. The lock guards the ring and the sums. */
static struct {
    pthread_mutex_t lock;
    struct mapping head;
    struct mapped_totals totals;
} all = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .head = {.next = &all.head, .before = &all.head},
};

void mappings_lock(void)
{
    if (!forking)
        pthread_mutex_lock(&all.lock);
}

void mappings_unlock(void)
{
    if (!forking)
        pthread_mutex_unlock(&all.lock);
}

struct mapping *next_mapping(struct mapping *m)
{
    struct mapping *next = m != NULL ? m->next : all.head.next;
    return next != &all.head ? next : NULL;
}

struct mapped_totals mapped_totals(void)
{
    mappings_lock();
    struct mapped_totals totals = all.totals;
    mappings_unlock();
    return totals;
}

size_t mapped_bytes(void)
{
    return all.totals.bytes;
}

static void join(struct mapping *m)
{
    mappings_lock();
    m->next = &all.head;
    m->before = all.head.before;
    m->next->before = m;
    m->before->next = m;
    all.totals.count++;
    all.totals.bytes += m->length;
    if (all.totals.max_count < all.totals.count)
        all.totals.max_count = all.totals.count;
    if (all.totals.max_bytes < all.totals.bytes)
        all.totals.max_bytes = all.totals.bytes;
    mappings_unlock();
}

static void leave(struct mapping *m)
{
    mappings_lock();
    m->next->before = m->before;
    m->before->next = m->next;
    all.totals.count--;
    all.totals.bytes -= m->length;
    mappings_unlock();
}

static bool may_map(void)
{
    mappings_lock();
    bool may = all.totals.count < params.mmap_max;
    mappings_unlock();
    return may;
}

/* The size of the chunk that lies offset bytes into a mapping. */
static size_t size_at(const struct mapping *m, size_t offset)
{
    return align_down(m->length - offset, MALLOC_ALIGNMENT);
}

/* Write the header of that chunk. */
static struct chunk *make_mapped(struct mapping *m, size_t offset)
{
    struct chunk *c = (struct chunk *)((char *)m + offset);

    c->prev_size = offset;
    c->size = size_at(m, offset) | IS_MMAPPED;
    m->chunk = c;
    return c;
}

static struct mapping *mapping_of(struct chunk *c, const char *complaint)
{
    uintptr_t start = (uintptr_t)c - c->prev_size;
    struct mapping *m = (struct mapping *)start;

    if (start % os_page_size() != 0 || m->chunk != c ||
        chunk_size(c) != size_at(m, c->prev_size))
        fatal(complaint);
    return m;
}

/* So long is a mapping for a chunk of size bytes that begins at offset. There
 * is more at its end, since it cannot borrow a word from a next chunk. */
static size_t length_for(size_t offset, size_t size)
{
    return align_up(offset + size + MALLOC_ALIGNMENT, os_page_size());
}

struct chunk *map_chunk(size_t size)
{
    size_t offset = align_up(sizeof(struct mapping), MALLOC_ALIGNMENT);
    offset += -HEADER_SIZE % MALLOC_ALIGNMENT;
    size_t length = length_for(offset, size);

    struct mapping *m = may_map() ? os_map(length) : NULL;
    if (m == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    m->length = length;
    struct chunk *c = make_mapped(m, offset);
    join(m);
    return c;
}

struct chunk *align_mapped(struct chunk *c, size_t alignment)
{
    uintptr_t payload = (uintptr_t)chunk_to_payload(c);
    size_t lead = align_up(payload, alignment) - payload;
    struct mapping *m = mapping_of(c, "memalign(): invalid pointer");

    mappings_lock(); /* somebody may be walking */
    c = make_mapped(m, c->prev_size + lead);
    mappings_unlock();
    return c;
}

struct chunk *remap_chunk(struct chunk *c, size_t size)
{
    struct mapping *m = mapping_of(c, "mremap_chunk(): invalid pointer");
    size_t offset = c->prev_size;
    size_t length = length_for(offset, size);

    if (length == m->length)
        return c;
    leave(m); /* its neighbours would still lead to where it was */
    struct mapping *moved = os_remap(m, m->length, length);
    if (moved == NULL) {
        join(m);
        return NULL;
    }
    moved->length = length;
    c = make_mapped(moved, offset);
    join(moved);
    return c;
}

void unmap_chunk(struct chunk *c)
{
    struct mapping *m = mapping_of(c, "munmap_chunk(): invalid pointer");

    leave(m);
    os_unmap(m, m->length);
}
