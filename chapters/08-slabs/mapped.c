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
 * Below the break, a large free chunk cannot be given back while a chunk in use
 * lies above it: at most its pages can. With a mapping of its own a chunk goes
 * back when it is freed. It also grows without being copied: the system moves
 * its pages to other addresses. The cost is a system call or two, a page fault
 * for each page when it is first touched, and the unused rest of the last page.
 *
 * No chunk lies before it, so its prev_size can say how far back the mapping
 * begins.
 */
#include "mapped.h"
#include "lock.h"
#include "os.h"
#include "params.h"

#include <errno.h>

/* All mappings. The lock guards the ring and the totals. */
static struct {
    pthread_mutex_t lock;
    struct mapping head;
    struct mapped_totals totals;
} mappings = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .head = {.next = &mappings.head, .before = &mappings.head},
};

bool mappings_lock(void)
{
    return lock_acquire(&mappings.lock);
}

void mappings_unlock(bool locked)
{
    lock_release(&mappings.lock, locked);
}

struct mapping *next_mapping(struct mapping *m)
{
    struct mapping *next = m != NULL ? m->next : mappings.head.next;
    return next != &mappings.head ? next : NULL;
}

struct mapped_totals mapped_totals(void)
{
    bool locked = mappings_lock();
    struct mapped_totals totals = mappings.totals;
    mappings_unlock(locked);
    return totals;
}

size_t mapped_bytes(void)
{
    return mappings.totals.bytes;
}

static void add_mapping(struct mapping *m)
{
    struct mapped_totals *totals = &mappings.totals;

    bool locked = mappings_lock();
    m->next = &mappings.head;
    m->before = mappings.head.before;
    m->next->before = m;
    m->before->next = m;
    totals->count++;
    totals->bytes += m->length;
    if (totals->max_count < totals->count)
        totals->max_count = totals->count;
    if (totals->max_bytes < totals->bytes)
        totals->max_bytes = totals->bytes;
    mappings_unlock(locked);
}

static void remove_mapping(struct mapping *m)
{
    bool locked = mappings_lock();
    if (m->next->before != m || m->before->next != m)
        fatal("corrupted double-linked list");
    m->next->before = m->before;
    m->before->next = m->next;
    mappings.totals.count--;
    mappings.totals.bytes -= m->length;
    mappings_unlock(locked);
}

/* The size of the chunk that lies offset bytes into a mapping. */
static size_t size_at(const struct mapping *m, size_t offset)
{
    return align_down(m->length - offset, MALLOC_ALIGNMENT);
}

/* Write the header of that chunk. */
static struct chunk *make_mapped_chunk(struct mapping *m, size_t offset)
{
    struct chunk *c = (struct chunk *)((char *)m + offset);

    c->prev_size = offset;
    c->size = size_at(m, offset) | IS_MMAPPED;
    m->chunk = c;
    return c;
}

/* The mapping of a chunk that the program hands to us. If its header was
 * overwritten, complaint is the message. */
static struct mapping *mapping_of(struct chunk *c, const char *complaint)
{
    uintptr_t start = (uintptr_t)c - c->prev_size;
    struct mapping *m = (struct mapping *)start;

    if (start % os_page_size() != 0 || m->chunk != c ||
        chunk_size(c) != size_at(m, c->prev_size))
        fatal(complaint);
    return m;
}

/* The length of a mapping whose chunk, at offset, has room for request bytes.
 * Unlike other chunks, it cannot borrow a word from the next one. */
static size_t length_for(size_t offset, size_t request)
{
    size_t size = align_up(HEADER_SIZE + request, MALLOC_ALIGNMENT);
    return align_up(offset + size, os_page_size());
}

struct chunk *map_chunk(size_t size)
{
    size_t offset = align_up(sizeof(struct mapping), MALLOC_ALIGNMENT);
    offset += CHUNK_OFFSET;
    size_t request = size - sizeof(size_t); /* the largest for this size */
    size_t length = length_for(offset, request);

    bool may_map = mapped_totals().count < params.mmap_max;
    struct mapping *m = may_map ? os_map(length) : NULL;
    if (m == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    m->length = length;
    struct chunk *c = make_mapped_chunk(m, offset);
    add_mapping(m);
    return c;
}

struct chunk *align_mapped_chunk(struct chunk *c, size_t alignment)
{
    uintptr_t payload = (uintptr_t)chunk_to_payload(c);
    size_t lead = align_up(payload, alignment) - payload;
    struct mapping *m = mapping_of(c, "memalign(): invalid pointer");

    bool locked = mappings_lock(); /* malloc_walk() may be here */
    c = make_mapped_chunk(m, c->prev_size + lead);
    mappings_unlock(locked);
    return c;
}

struct chunk *remap_chunk(struct chunk *c, size_t request)
{
    struct mapping *m = mapping_of(c, "mremap_chunk(): invalid pointer");
    size_t offset = c->prev_size;
    size_t length = length_for(offset, request);

    if (length == m->length)
        return c;
    remove_mapping(m); /* its neighbours would lead to its old address */
    struct mapping *moved = os_remap(m, m->length, length);
    if (moved == NULL) {
        add_mapping(m);
        return NULL;
    }
    moved->length = length;
    c = make_mapped_chunk(moved, offset);
    add_mapping(moved);
    return c;
}

void unmap_chunk(struct chunk *c)
{
    struct mapping *m = mapping_of(c, "munmap_chunk(): invalid pointer");

    remove_mapping(m);
    os_unmap(m, m->length);
}
