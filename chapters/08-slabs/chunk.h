/* chunk.h - the layout of a chunk
 *
 * Memory is handed out in chunks. A chunk is a header, for the allocator, and a
 * payload, for the program. The next chunk begins size bytes after this one.
 * The payload reaches one word (8 bytes on a 64-bit machine) into that chunk,
 * over its prev_size:
 *
 *              in use                         free
 *
 *   chunk ->   +--------------------------+   +--------------------------+
 *              | prev_size                |   | prev_size                |
 *              +--------------------------+   +--------------------------+
 *              | size                   |P|   | size                   |P|
 *   payload -> +--------------------------+   +--------------------------+
 *              | bytes of the program     |   | fd: next in the bin      |
 *              :                          :   +--------------------------+
 *              :                          :   | bk: previous in the bin  |
 *              :                          :   +--------------------------+
 *              :                          :   | fd_nextsize              |
 *              :                          :   +  if in a large bin       +
 *              :                          :   | bk_nextsize              |
 *              :                          :   +--------------------------+
 *              :                          :   : what was there           :
 *   next ->    | its prev_size, lent to us|   | foot: our size once more |
 *              +--------------------------+   +--------------------------+
 *              | its size               |1|   | its size               |0|
 *
 * A payload must be aligned for any type: on a 64-bit machine, to 16 bytes.
 * Chunks begin at multiples of 16 too, so the header is 16 bytes long. The size
 * needs only 8 of these. The other 8, prev_size, are not wasted: they are the
 * last word of the payload before. A chunk costs one word, not two.
 *
 * A size is a multiple of 16, so its low bits are always 0, and flags are kept
 * there. P, PREV_INUSE, says that the chunk *before* this one is in use. So
 * whether a chunk is free stands in the header of the next chunk.
 *
 * A free chunk has its size at both ends. The copy at the end, its foot, is a
 * boundary tag: it tells whoever looks back from the next chunk where the free
 * chunk begins. A chunk in use needs no foot, because P says that nothing can
 * be merged with it. So that word can be lent to the program.
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
    size_t prev_size; /* the previous chunk's last word of payload, or foot */
    size_t size;      /* in bytes, header included; its low bits are flags */
    struct chunk *fd; /* forward: next in the bin, while free */
    struct chunk *bk; /* back: the previous one there, while free */

    /* In a large bin: the first of the next smaller and the next larger size;
     * NULL unless it is the first of its own. The smallest chunks lack both. */
    struct chunk *fd_nextsize;
    struct chunk *bk_nextsize;
};

#define PREV_INUSE ((size_t)1)
#define IS_MMAPPED ((size_t)2)
#define FLAGS      ((size_t)7) /* low bits, 0 in every size */

/* This chunk belongs to an arena other than the main one: see heap.h. */
#define NON_MAIN_ARENA ((size_t)4)

#define HEADER_SIZE      (2 * sizeof(size_t))
#define MALLOC_ALIGNMENT alignof(max_align_t)
#define MINSIZE          (4 * sizeof(size_t)) /* as long as a fence */
#define MIN_LARGE_SIZE   (MINSIZE + 62 * MALLOC_ALIGNMENT) /* 62 small bins */

/* A chunk begins this many bytes after an aligned address, so that its payload
 * is aligned: 0 if the header is 16 bytes long, 8 if it is 8. (-x % n is the
 * distance from x up to the next multiple of n, which is a power of two.) */
#define CHUNK_OFFSET (-HEADER_SIZE % MALLOC_ALIGNMENT)

/* n rounded up to a multiple of unit, a power of two. */
static inline size_t align_up(size_t n, size_t unit)
{
    return (n + unit - 1) & ~(unit - 1);
}

static inline size_t align_down(size_t n, size_t unit)
{
    return n & ~(unit - 1);
}

/* The chunk size that a request needs, in bytes; 0 if it is too large. */
static inline size_t request_to_size(size_t request)
{
    if (request > PTRDIFF_MAX)
        return 0;
    size_t size = align_up(request + sizeof(size_t), MALLOC_ALIGNMENT);
    return size < MINSIZE ? MINSIZE : size;
}

/* Write the header of a new chunk. P is set: either the chunk before it is in
 * use, or a region begins here, and P keeps everybody from looking for a chunk
 * before it. */
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

/* What lies offset bytes after the start of c, be it a chunk already or not. */
static inline struct chunk *chunk_at(struct chunk *c, size_t offset)
{
    return (struct chunk *)((char *)c + offset);
}

static inline struct chunk *chunk_after(struct chunk *c)
{
    return chunk_at(c, chunk_size(c));
}

/* Cut a chunk in two: it keeps size bytes. The rest becomes a chunk of its own,
 * which is returned. */
static inline struct chunk *cut_chunk(struct chunk *c, size_t size)
{
    struct chunk *rest = make_chunk(chunk_at(c, size), chunk_size(c) - size);
    rest->size |= c->size & NON_MAIN_ARENA;
    set_size(c, size);
    return rest;
}

static inline bool prev_in_use(const struct chunk *c)
{
    return (c->size & PREV_INUSE) != 0;
}

/* The chunk before. It must be free, because only a free chunk has a foot. */
static inline struct chunk *chunk_before(struct chunk *c)
{
    return (struct chunk *)((char *)c - c->prev_size);
}

/* Whether a chunk is in use stands in the P of the next one. */
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

/* Is there a bin for chunks of exactly this size? */
static inline bool is_small(size_t size)
{
    return size < MIN_LARGE_SIZE;
}

/* Does this chunk have a mapping of its own? Then no chunk lies before or after
 * it; see mapped.c. */
static inline bool is_mapped(const struct chunk *c)
{
    return (c->size & IS_MMAPPED) != 0;
}

/* How many bytes the program may use: all of the chunk but one word, since the
 * header takes two, and one is borrowed from the next chunk. A mapped chunk has
 * no next chunk to borrow from. */
static inline size_t usable_size(const struct chunk *c)
{
    if (is_mapped(c))
        return chunk_size(c) - HEADER_SIZE;
    return chunk_size(c) - sizeof(size_t);
}

#endif
