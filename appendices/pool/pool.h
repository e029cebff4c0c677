/* pool.h - memory from one array, in bounded time
 *
 * A pool is made of an array that its owner gives. All that the pool needs lies
 * in there: its own data first, then the chunks. It asks no system for memory,
 * and nothing in a libc for anything. However many chunks there are, and
 * whatever was done before, pool_alloc(), pool_alloc_aligned() and pool_free()
 * take no more than a fixed number of instructions.
 *
 * There are no locks here. Calls on one pool must not overlap: whoever shares
 * one holds a lock of his own around each call, or keeps interrupts off.
 *
 * No call here ends the program. What cannot be done is refused, and the pool
 * stays as it was.
 */
#ifndef POOL_H
#define POOL_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>

struct pool;

/* A payload is aligned for any type, and so must the array of a pool be. */
#define POOL_ALIGNMENT alignof(max_align_t)

/* Make a pool of the array memory, which has size bytes; both are multiples of
 * POOL_ALIGNMENT. Returns the pool, which lies at the start of the array; or
 * NULL if the array is NULL, not aligned, or too short for a single chunk. */
struct pool *pool_init(void *memory, size_t size);

/* Allocate request bytes. NULL if request is 0 or no chunk is found. */
void *pool_alloc(struct pool *pool, size_t request);

/* The same, at a multiple of alignment. NULL as well if that is no power of
 * two. */
void *pool_alloc_aligned(struct pool *pool, size_t alignment, size_t request);

/* Make a payload request bytes long, and move it if necessary; an alignment
 * beyond POOL_ALIGNMENT is lost then. The contents are kept up to the shorter
 * length, which takes time in proportion. NULL if no chunk is found, or the
 * payload is none: then all stays as it was. Without a payload (NULL) it is
 * pool_alloc(). A request of 0 frees the payload and returns NULL. */
void *pool_realloc(struct pool *pool, void *payload, size_t request);

/* Free a payload. false if it is none of this pool that is in use, or if what
 * lies beside it was overwritten: then nothing is done. */
bool pool_free(struct pool *pool, void *payload);

/* How many bytes may be used at payload: those that were asked for, and perhaps
 * some more. 0 if it is no payload of this pool that is in use. */
size_t pool_usable_size(struct pool *pool, void *payload);

/* The bytes of the array. */
size_t pool_size(const struct pool *pool);

/* The bytes of all chunks in use, headers included: now, and at most so far. */
size_t pool_used(const struct pool *pool);
size_t pool_most_used(const struct pool *pool);

/* The three below walk over all chunks: their time grows with the pool. */

/* A summary. Sizes are those of chunks, in bytes. */
struct pool_info {
    size_t used, free; /* bytes */
    size_t used_chunks, free_chunks;
    size_t largest_free; /* bytes */
};

struct pool_info pool_info(struct pool *pool);

/* Call visit() for each chunk, in the order of addresses. The first answer
 * other than 0 ends the walk and is returned; if there is none, 0. */
typedef int pool_visitor(void *payload, size_t size, bool used, void *context);
int pool_walk(struct pool *pool, pool_visitor *visit, void *context);

/* Check every invariant. Returns NULL if all hold, or else a sentence that
 * names the first one found broken. */
const char *pool_check(struct pool *pool);

#endif
