/* slab.h - small payloads without headers
 *
 * A slab is a page that is cut into slots of one size. A slot has no header: it
 * is a payload and nothing else. What the allocator must know stands once for
 * all slots of a slab, in the table (see pool.h):
 *
 *   [ slot | slot | slot | slot | slot | slot | slot | slot | slot | - ]
 *     used   free   used   used   free   free   used   used   used   tail
 *              |                  ^  |    ^
 *              +------------------+  +----+   free slots are linked
 *
 * A slab has an owner: a thread, which alone hands its slots out, and takes
 * them back, without a lock. In front of its slabs a thread has a bin for each
 * size, with a few free slots, so that the one that was freed last is used
 * first.
 *
 * Invariant: a free slot has the mark, whatever list it is on.
 */
#ifndef SLAB_H
#define SLAB_H

#include "fastbin.h"
#include "inspect.h"
#include "pool.h"

#include <stdatomic.h>

/* A free slot. */
struct slot {
    struct slot *next; /* mixed, as in a fast bin */
    uintptr_t mark;
};

struct slot_bin {
    struct slot *first;
    uint32_t room;   /* slots that free() may still put here */
    uint32_t misses; /* found empty, before there were slabs */
};

/* Free slots on their way to another owner. */
struct parcel {
    struct owner *to;
    struct slot *first, *last;
    size_t count;
};

/* What a thread has of slabs. It outlives the thread, and serves another one
 * then. Until then it is idle, and the lock guards it. */
struct owner {
    struct slot_bin bins[NCLASSES];
    struct slab partial[NCLASSES]; /* rings of slabs that have free slots */
    struct pool pool;
    struct parcel parcel;
    struct slot *_Atomic remote; /* freed by others, to be taken over */
    _Atomic bool idle;           /* it has no thread */
    bool lost;                   /* because of a fork: its lists are no good */
    unsigned arena;              /* the number of its thread's */
};

/* This thread's. If it has none it is no_owner, without slots and room, to
 * which nobody writes. */
extern __thread struct owner *owner __attribute__((tls_model("initial-exec")));
extern struct owner no_owner;

/* What stands in a free slot. It depends on the address: whoever copies bytes
 * that nobody has written must not make a mark of them. */
static inline uintptr_t free_mark(const struct slot *slot)
{
    return (uintptr_t)&no_owner ^ (uintptr_t)slot;
}

/* The lowest bit says that a slot is on its way to its owner. */
#define SENT ((uintptr_t)1)

static inline bool is_free_slot(const void *payload)
{
    const struct slot *slot = payload;

    return (slot->mark ^ free_mark(slot)) <= SENT;
}

/* The class for so many units: the largest slots of which as many fit into a
 * page. So 20 units get 21: either way there are 12 slots. */
extern const uint8_t classes[NCLASSES];

static inline size_t class_of(size_t request)
{
    return classes[(request + SLOT_UNIT - 1) / SLOT_UNIT];
}

static inline struct slot *mix_slot(const void *link, struct slot *slot)
{
    return (struct slot *)((uintptr_t)link >> 12 ^ (uintptr_t)slot);
}

/* The slot after this one, which is free. */
static inline struct slot *slot_after(const struct slot *slot)
{
    return mix_slot(&slot->next, slot->next);
}

static inline void slot_push(struct slot **list, struct slot *slot)
{
    slot->next = mix_slot(&slot->next, *list);
    slot->mark = free_mark(slot);
    *list = slot;
}

/* Take the first slot of a list that is not empty. */
static inline struct slot *slot_pop(struct slot **list)
{
    struct slot *slot = *list;

    if (!is_in_slabs(slot) || (uintptr_t)slot % SLOT_UNIT != 0)
        fatal("malloc(): unaligned tcache chunk detected");
    *list = slot_after(slot);
    slot->mark = 0;
    return slot;
}

/* Take a slot for this request from the bin. NULL if there is none, or if the
 * request is large. */
static inline void *slab_take(size_t request)
{
    if (request > MAX_SLOT)
        return NULL;
    struct slot_bin *bin = &owner->bins[class_of(request)];
    if (bin->first == NULL)
        return NULL;
    bin->room++;
    return slot_pop(&bin->first);
}

/* Does a slot begin here? (If n is divided by d without a rest, n times 2^32 /
 * d, rounded up, has a small fraction.) */
static inline bool is_slot(const struct slab *s, const void *payload)
{
    uint32_t offset = (uint32_t)((uintptr_t)payload % SLAB_SIZE);
    uint32_t divisor = divisors[s->class];

    return offset * divisor < divisor && offset + slot_size(s) <= SLAB_SIZE;
}

/* Put a slot back into its slab. */
void put_back(struct owner *o, struct slab *s, struct slot *slot);

/* Free a slot: into the bin if there is room, or else into its slab. Returns
 * false if that is not so easy. */
static inline bool slab_put(struct slab *s, void *payload)
{
    struct owner *mine = owner;

    if (s->owner != mine->pool.owner || !is_slot(s, payload) ||
        is_free_slot(payload))
        return false;
    struct slot_bin *bin = &mine->bins[s->class];
    if (bin->room > 0) {
        bin->room--;
        slot_push(&bin->first, payload);
    } else {
        put_back(mine, s, payload);
    }
    return true;
}

/* Free a payload in a slab that slab_put() has refused. */
void slab_free(struct slab *s, void *payload);

/* A slot for this request, when the bin is empty. NULL if chunks should serve
 * it: it is large, or hardly any of its size were asked for, or there is no
 * memory. */
void *slab_fetch(size_t request);

/* What to ask for, so that a slot lies at a multiple of alignment, a power of
 * two: its size must be one, for its page begins at one. */
static inline size_t aligned_request(size_t alignment, size_t request)
{
    while (request <= MAX_SLOT &&
           class_of(request) * SLOT_UNIT % alignment != 0)
        request = class_of(request) * SLOT_UNIT + 1;
    return request;
}

/* Is this a slot in use? If not, one of these texts is the message. */
void check_slot(const struct slab *s, const void *payload,
                const char *bad_pointer, const char *freed_twice);

/* Give this thread, which is attached to an arena, an owner. */
void slabs_start(struct arena *a);

/* Empty the bins of an owner, and take over what others have sent. Its thread
 * is this one, or gone. */
void slabs_flush(struct owner *o);

/* The same, and leave its slabs to whoever needs them: its thread has ended, or
 * is about to. */
void slabs_end(struct owner *o);

/* Give back what this thread, and threads that have ended, do not use. Returns
 * whether that were any pages. */
bool slabs_trim(void);

/* After a fork, in the child: there is no other thread any more. */
void forget_other_owners(void);

/* The owner of a slab. */
struct owner *owner_of(const struct slab *s);

/* As malloc_walk(), for the table, slabs, and their slots. */
int walk_slabs(malloc_visitor *visit, void *context);

#endif
