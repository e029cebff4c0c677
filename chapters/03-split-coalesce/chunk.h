/* chunk.h - the layout of a chunk
 *
 * All memory is handed out in chunks. A chunk is a header and a payload. The
 * next chunk begins size bytes further on. The payload does not end there: it
 * goes on for one word, over the prev_size of the next chunk:
 *
 *              in use                         free
 *
 *   chunk ->   +--------------------------+   +--------------------------+
 *              | prev_size                |   | prev_size                |
 *              +--------------------------+   +--------------------------+
 *              | size                   |P|   | size                   |P|
 *   payload -> +--------------------------+   +--------------------------+
 *              | bytes of the program     |   | fd: next on the free list|
 *              :                          :   +--------------------------+
 *              :                          :   | bk: previous on the list |
 *              :                          :   +--------------------------+
 *              :                          :   : nothing                  :
 *   next ->    | its prev_size, lent to us|   | foot: our size once more |
 *              +--------------------------+   +--------------------------+
 *              | its size               |1|   | its size               |0|
 *
 * A payload must be aligned for any type, on 64-bit machines to 16 bytes, and
 * chunks begin at multiples of 16. So the header is 16 bytes long, but the size
 * needs only 8 of them. The other 8, prev_size, are not lost: the chunk before
 * uses them as the last word of its payload. A chunk costs one word, not two.
 *
 * The low bits of a size are always 0, so flags are kept there. P, PREV_INUSE,
 * says that the chunk *before* is in use: so a chunk's own state stands in the
 * next chunk's header.
 *
 * A free chunk has its size at both ends. The foot is a boundary tag: from the
 * chunk after, it tells where the free chunk begins. A chunk in use has no
 * foot, since P already says that there is nothing to merge with; so the
 * word can be lent to the program.
 *
 * Invariant: a size is a multiple of MALLOC_ALIGNMENT and at least MINSIZE.
 */
#ifndef CHUNK_H
#define CHUNK_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chunk {
    size_t prev_size; /* the last word of the payload before, or its foot */
    size_t size;      /* in bytes, header included, and the flags */
    struct chunk *fd; /* forward: next on the free list, while free */
    struct chunk *bk; /* back: the previous one there, while free */
};

#define PREV_INUSE ((size_t)1)
#define FLAGS      ((size_t)7) /* the bits that no size needs */

#define HEADER_SIZE      (2 * sizeof(size_t))
#define MALLOC_ALIGNMENT alignof(max_align_t)
#define MINSIZE          (4 * sizeof(size_t)) /* room for a fence */

/* How far after an aligned address a chunk begins, so that its payload is
 * aligned: 0 with a header of 16 bytes, 8 with one of 8. (-x % n is the way
 * from x up to the next multiple of n.) */
#define CHUNK_OFFSET (-HEADER_SIZE % MALLOC_ALIGNMENT)

/* The next multiple of unit, a power of two. */
static inline size_t align_up(size_t n, size_t unit)
{
    return (n + unit - 1) & ~(unit - 1);
}

static inline size_t align_down(size_t n, size_t unit)
{
    return n & ~(unit - 1);
}

/* The size of the chunk for a request, in bytes; 0 if there can be none. */
static inline size_t request_to_size(size_t request)
{
    if (request > PTRDIFF_MAX)
        return 0;
    size_t size = align_up(request + sizeof(size_t), MALLOC_ALIGNMENT);
    return size < MINSIZE ? MINSIZE : size;
}

/* Write the header of a new chunk. P is set: the chunk before is in use, or the
 * region starts here, and P keeps everybody from looking for one. */
static inline struct chunk *make_chunk(void *address, size_t size)
{
    struct chunk *c = address;
    c->size = size | PREV_INUSE;
    return c;
}

static inline void *chunk_to_payload(struct chunk *c)
{
    return (char *)c + HEADER_SIZE;
}

static inline struct chunk *payload_to_chunk(void *payload)
{
    return (struct chunk *)((char *)payload - HEADER_SIZE);
}

static inline size_t chunk_size(const struct chunk *c)
{
    return c->size & ~FLAGS;
}

static inline void set_size(struct chunk *c, size_t size)
{
    c->size = size | (c->size & FLAGS);
}

/* The chunk, or whatever else, that lies offset bytes further on. */
static inline struct chunk *chunk_at(struct chunk *c, size_t offset)
{
    return (struct chunk *)((char *)c + offset);
}

static inline struct chunk *chunk_after(struct chunk *c)
{
    return chunk_at(c, chunk_size(c));
}

/* Cut a chunk in two: it keeps size bytes, and the rest, which is returned,
 * becomes a chunk of its own. */
static inline struct chunk *cut_chunk(struct chunk *c, size_t size)
{
    struct chunk *rest = make_chunk(chunk_at(c, size), chunk_size(c) - size);
    set_size(c, size);
    return rest;
}

static inline bool prev_in_use(const struct chunk *c)
{
    return (c->size & PREV_INUSE) != 0;
}

/* The chunk before, which must be free: only then does it have a foot. */
static inline struct chunk *chunk_before(struct chunk *c)
{
    return (struct chunk *)((char *)c - c->prev_size);
}

static inline bool chunk_in_use(struct chunk *c)
{
    return (chunk_after(c)->size & PREV_INUSE) != 0;
}

static inline void mark_used(struct chunk *c)
{
    chunk_after(c)->size |= PREV_INUSE;
}

static inline void mark_free(struct chunk *c)
{
    chunk_after(c)->size &= ~PREV_INUSE;
    chunk_after(c)->prev_size = chunk_size(c);
}

/* How many bytes the program may use: all but our own size. */
static inline size_t usable_size(const struct chunk *c)
{
    return chunk_size(c) - sizeof(size_t);
}

#endif
