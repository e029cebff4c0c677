/* chunk.h - the layout of a chunk
 *
 * A chunk is a header, for the pool, and a payload, for the program. The next
 * chunk begins size bytes after this one. The payload reaches one word over its
 * prev_size:
 *
 *              in use                         free
 *
 *   chunk ->   +--------------------------+   +--------------------------+
 *              | prev_size                |   | prev_size                |
 *              +--------------------------+   +--------------------------+
 *              | size                 |1|P|   | size                 |0|P|
 *   payload -> +--------------------------+   +--------------------------+
 *              | bytes of the program     |   | fd: next on the list     |
 *              :                          :   +--------------------------+
 *              :                          :   | bk: previous one there   |
 *              :                          :   +--------------------------+
 *              :                          :   : what was there           :
 *   next ->    | its prev_size, lent to us|   | foot: our size once more |
 *              +--------------------------+   +--------------------------+
 *              | its size             |?|1|   | its size             |?|0|
 *
 * P, PREV_INUSE, says that the chunk before is in use. The other flag, IN_USE,
 * says it of this one. It is cleared when the chunk is freed, and a header that
 * stays behind inside a merged chunk has it cleared, too. So the second free()
 * of a payload finds a header that is not in use.
 *
 * The last chunk of the pool is the end: a header alone, in use, of size 0.
 *
 * Invariant: a size is a multiple of POOL_ALIGNMENT and at least MINSIZE.
 */
#ifndef CHUNK_H
#define CHUNK_H

#include "pool.h"

#include <stdint.h>

struct chunk {
    size_t prev_size; /* the previous chunk's last word of payload, or foot */
    size_t size;      /* in bytes, header included; its low bits are flags */
    struct chunk *fd; /* forward: next on the list, while free */
    struct chunk *bk; /* back: the previous one there; NULL in the first */
};

#define PREV_INUSE ((size_t)1)
#define IN_USE     ((size_t)2)
#define FLAGS      (PREV_INUSE | IN_USE)

#define HEADER_SIZE (2 * sizeof(size_t))
#define MINSIZE     sizeof(struct chunk)

/* A chunk begins this many bytes after an aligned address, so that its payload
 * is aligned: 0 if the header is as long as the alignment, 8 on 32-bit x86. */
#define CHUNK_OFFSET (-HEADER_SIZE % POOL_ALIGNMENT)

/* n rounded up to a multiple of unit, a power of two. */
static inline size_t align_up(size_t n, size_t unit)
{
    return (n + unit - 1) & ~(unit - 1);
}

static inline bool is_power_of_two(size_t n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

/* Write the header of a chunk that is not in use. P is set: nobody is to look
 * for a chunk before it. */
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

/* The chunk before. It must be free, because only a free chunk has a foot. */
static inline struct chunk *chunk_before(struct chunk *c)
{
    return (struct chunk *)((char *)c - c->prev_size);
}

/* Cut a chunk in two: it keeps size bytes. The rest becomes a chunk of its own,
 * not in use, which is returned. */
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

static inline bool in_use(const struct chunk *c)
{
    return (c->size & IN_USE) != 0;
}

static inline void mark_used(struct chunk *c)
{
    c->size |= IN_USE;
    chunk_after(c)->size |= PREV_INUSE;
}

static inline void mark_free(struct chunk *c)
{
    c->size &= ~IN_USE;
    chunk_after(c)->size &= ~PREV_INUSE;
    chunk_after(c)->prev_size = chunk_size(c);
}

/* How many bytes the program may use: all of the chunk but one word, since the
 * header takes two, and one is borrowed from the next chunk. */
static inline size_t usable_size(const struct chunk *c)
{
    return chunk_size(c) - sizeof(size_t);
}

#endif
