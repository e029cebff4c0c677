/* slab.c - small payloads without headers
 *
 * A thread takes slots from a bin. When it is empty, it gets all free slots of
 * one of the thread's slabs; or those of a part that was not carved yet. What
 * the thread frees goes into the bin, as far as there is room, and else into
 * the slab where it lies. All this needs no lock, because only the owner of a
 * slab touches it.
 *
 * What another thread owns is sent to it, many slots at a time. It takes them
 * over when one of its bins is empty. When a thread ends, its owner waits for
 * the next thread that begins. Until then it is idle, and belongs to whoever
 * holds the lock of the pool.
 */
#include "slab.h"
#include "allocate.h"
#include "params.h"

/* A class has slots when so many requests could not be served by the cache: a
 * small program need not touch a page for each size. */
#define FIRST_MISSES 3

/* Bounds: what free() puts into a bin, and what is sent at a time. */
#define BIN_BYTES    ((size_t)8192)
#define BIN_SLOTS    ((size_t)32)
#define LENT_PART    8 /* a slot may be longer by so much than its class */
#define PARCEL_BYTES ((size_t)16 * 1024)

/* An owner with more than so many bytes of free slots gives pages back. */
#define LEAST_ALLOWED ((size_t)512 * 1024)

/* It looks when so many slabs have become sparse: these, and a part of all. */
#define SPARSE_SLABS 8
#define SPARSE_PART  16

struct owner no_owner;
__thread struct owner *owner = &no_owner;

static struct owner *owners; /* all; the lock of the pool guards the list */

static struct slot *slot_at(const struct slab *s, size_t index)
{
    return (struct slot *)(slab_start(s) + index * s->size);
}

/* The number of the first slot that begins in this part, or after it. */
static size_t first_in_part(const struct slab *s, size_t part)
{
    size_t slots = SLAB_SIZE / s->size;
    size_t index = (part * PART_SIZE + s->size - 1) / s->size;

    return index < slots ? index : slots;
}

/* Link the slots of the first part that is not carved. If the owner has given
 * parts back that it could use now, it may keep more in future. */
static void carve(struct owner *o, struct slab *s)
{
    size_t part = (size_t)__builtin_ctz(s->fresh);
    size_t start = first_in_part(s, part), end = first_in_part(s, part + 1);

    s->fresh &= s->fresh - 1;
    if (o->gone_parts != 0) {
        o->gone_parts--;
        o->allowed += PART_SIZE;
    }
    s->carved += (uint16_t)(end - start);
    for (size_t i = end; i > start; i--)
        slot_push(&s->first, slot_at(s, i - 1));
}

/* Put a slab onto the ring of its class, unless it has nothing to give. */
static void file_slab(struct owner *o, struct slab *s)
{
    s->filed = s->used < s->carved || s->fresh != 0;
    if (!s->filed) {
        s->low = s->used - 1; /* the next free() will be noticed */
        return;
    }
    s->low = s->used / 2 < SLAB_PARTS ? s->used / 2 : SLAB_PARTS;
    struct ring *ring = &o->partial[s->class];
    ring_add(s->first != NULL ? ring : ring->before, s);
    o->filed_slabs++;
}

static void unfile_slab(struct owner *o, struct slab *s)
{
    if (!s->filed)
        return;
    ring_remove(s);
    o->filed_slabs--;
}

/* A slab of this class that has something to give. NULL if there is no
 * memory. */
static struct slab *find_slab(struct owner *o, size_t class)
{
    struct slab *s = ring_first(&o->partial[class]);

    if (s != NULL)
        return s;
    bool locked = pool_lock();
    s = pool_take();
    pool_unlock(locked);
    if (s == NULL)
        return NULL;
    s->class = (uint8_t) class;
    s->size = (uint16_t)((class + 1) * SLOT_UNIT);
    s->divisor = UINT32_MAX / s->size + 1;
    s->first = NULL;
    s->carved = s->used = 0;
    s->fresh = ALL_PARTS;
    s->sparse = false;
    atomic_store_explicit(&s->owner, o, memory_order_release);
    file_slab(o, s);
    return s;
}

/* Put all free slots of a slab into the bin. */
static void fill_bin(struct owner *o, struct slab *s)
{
    struct slot_bin *bin = &o->bins[s->class];

    unfile_slab(o, s);
    if (s->first == NULL)
        carve(o, s);
    bin->first = s->first;
    bin->room = bin->limit - (s->carved - s->used);
    s->first = NULL;
    s->used = s->carved;
    file_slab(o, s);
}

/* Put a slot into its slab. */
static void put_back(struct owner *o, struct slot *slot)
{
    struct slab *s = slab_of(slot);

    slot_push(&s->first, slot);
    if (--s->used <= s->low)
        slab_refile(o, s);
}

/* Put the slots of a bin back into their slabs. The bin has no room until it is
 * filled again. Slots that are not back yet have no mark, for they count as
 * used. */
static void close_bin(struct owner *o, struct slot_bin *bin)
{
    struct slot *first = bin->first, *slot, *next;

    bin->first = NULL;
    bin->room = 0;
    for (slot = first; slot != NULL; slot = slot_after(slot))
        slot->mark = NULL;
    for (slot = first; slot != NULL; slot = next) {
        next = slot_after(slot);
        put_back(o, slot);
    }
}

/* The parts of a slab that are carved, and in which no slot is in use. (A slot
 * may reach into the next part.) */
static unsigned unused_parts(const struct slab *s)
{
    unsigned busy = s->fresh;

    for (size_t i = 0; i < SLAB_SIZE / s->size; i++) {
        size_t start = i * s->size, end = start + s->size - 1;
        if ((s->fresh >> start / PART_SIZE & 1) == 0 &&
            slot_at(s, i)->mark != FREE_MARK)
            busy |= 1u << start / PART_SIZE | 1u << end / PART_SIZE;
    }
    return ALL_PARTS & ~busy;
}

/* Link the slots that have the mark, in carved parts, and count them. */
static void relink(struct slab *s)
{
    s->first = NULL;
    s->carved = s->used = 0;
    for (size_t i = SLAB_SIZE / s->size; i-- > 0;) {
        struct slot *slot = slot_at(s, i);
        if ((s->fresh >> i * s->size / PART_SIZE & 1) != 0)
            continue;
        s->carved++;
        if (slot->mark == FREE_MARK)
            slot_push(&s->first, slot);
        else
            s->used++;
    }
}

/* Give the pages of a slab back in which no slot is in use. They are as if they
 * had never been carved. */
static void discard_parts(struct owner *o, struct slab *s, struct batch *b)
{
    unsigned parts = unused_parts(s);

    s->sparse = false;
    if (parts == 0)
        return;
    for (size_t part = 0; part < SLAB_PARTS; part++)
        if (parts >> part & 1) {
            os_discard_with(b, slab_start(s) + part * PART_SIZE, PART_SIZE);
            o->gone_parts++;
            if (o->allowed > LEAST_ALLOWED)
                o->allowed -= PART_SIZE / UNLEARN;
        }
    s->fresh |= (uint16_t)parts;
    relink(s);
}

/* The bytes of the free slots in an owner's slabs. */
static size_t free_bytes(const struct owner *o)
{
    size_t bytes = 0;

    for (size_t i = 0; i < NCLASSES; i++) {
        const struct ring *ring = &o->partial[i], *r = ring->next;
        for (; r != ring; r = r->next) {
            const struct slab *s = (struct slab *)r;
            bytes += (size_t)(s->carved - s->used) * s->size;
        }
    }
    return bytes;
}

/* Look at all slabs of which few slots are in use. What is in bins counts as
 * used, and is put back first. */
static void tidy(struct owner *o)
{
    struct batch b = {.count = 0};

    o->sparse_slabs = 0;
    if (free_bytes(o) <= o->allowed || os_page_size() != PART_SIZE)
        return;
    for (size_t i = 0; i < NCLASSES; i++) {
        struct ring *ring = &o->partial[i];
        close_bin(o, &o->bins[i]);
        for (struct ring *r = ring->next; r != ring; r = r->next)
            if (((struct slab *)r)->sparse)
                discard_parts(o, (struct slab *)r, &b);
    }
    os_discard_batch(&b);
}

void slab_refile(struct owner *o, struct slab *s)
{
    unfile_slab(o, s);
    if (s->used == 0) {
        bool locked = !o->idle && pool_lock();
        pool_give(s);
        pool_unlock(locked);
        return;
    }
    file_slab(o, s);
    s->sparse = s->used <= SLAB_PARTS;
    o->sparse_slabs += s->sparse;
    if (o->sparse_slabs >= SPARSE_SLABS + o->filed_slabs / SPARSE_PART)
        tidy(o);
}

/* Send what is in a parcel to its owner. */
static void send(struct parcel *parcel)
{
    struct slot *head = parcel->to->remote;

    do
        parcel->last->next = mix_slot(&parcel->last->next, head);
    while (!atomic_compare_exchange_weak(&parcel->to->remote, &head,
                                         parcel->first));
    parcel->first = NULL;
    parcel->bytes = 0;
}

static void put_into(struct parcel *parcel, struct owner *to, struct slot *slot)
{
    if (parcel->to != to && parcel->first != NULL)
        send(parcel);
    parcel->to = to;
    if (parcel->first == NULL)
        parcel->last = slot;
    slot_push(&parcel->first, slot);
    slot->mark = REMOTE_MARK;
    parcel->bytes += slab_of(slot)->size;
    if (parcel->bytes >= PARCEL_BYTES)
        send(parcel);
}

/* Put back what others have sent. */
static void take_over(struct owner *o)
{
    struct slot *next, *slot = o->remote;

    if (slot == NULL)
        return;
    for (slot = atomic_exchange(&o->remote, NULL); slot != NULL; slot = next) {
        next = slot_after(slot);
        put_back(o, slot);
    }
}

/* The slabs of a thread that is lost since a fork may be in any state. But a
 * slot that has a mark is free. */
static void recover_slabs(struct owner *o)
{
    for (struct slab *s = next_slab(NULL); s != NULL; s = next_slab(s))
        if (s->owner == o) {
            for (size_t i = 0; i < SLAB_SIZE / s->size; i++)
                if ((s->fresh >> i * s->size / PART_SIZE & 1) == 0 &&
                    is_free_slot(slot_at(s, i)))
                    slot_at(s, i)->mark = FREE_MARK;
            relink(s);
            s->filed = false;
            slab_refile(o, s);
        }
    o->lost = false;
}

/* Put a slot back for an owner without a thread. Returns false if it has one
 * meanwhile. */
static bool put_back_for(struct owner *o, struct slot *slot)
{
    bool locked = pool_lock();
    bool idle = o->idle;

    if (idle) {
        if (o->lost)
            recover_slabs(o);
        take_over(o);
        put_back(o, slot);
    }
    pool_unlock(locked);
    return idle;
}

void check_slot(const struct slab *s, const void *payload,
                const char *bad_pointer, const char *freed_twice)
{
    if (!is_slot(s, payload))
        fatal(bad_pointer);
    if (is_free_slot(payload))
        fatal(freed_twice);
}

void slab_free(struct slab *s, void *payload)
{
    struct owner *to = s->owner;

    check_slot(s, payload, "free(): invalid pointer",
               "free(): double free detected in tcache 2");
    if (to->idle && put_back_for(to, payload))
        return;
    struct parcel single = {.to = NULL};
    struct parcel *parcel =
        owner != &no_owner ? &owner->parcels[to->number % NPARCELS] : &single;
    put_into(parcel, to, payload);
    if (single.first != NULL)
        send(&single);
}

/* A free slot that is a little larger than those of this class, in a slab whose
 * slots are aligned so. It is better than a page that was never touched. */
static struct slot *borrow_slot(struct owner *o, size_t class, size_t alignment)
{
    size_t last = class + (class + 1) / LENT_PART;

    for (size_t i = class + 1; i <= last && i < NCLASSES; i++) {
        struct slab *s = ring_first(&o->partial[i]);
        if (s == NULL || s->first == NULL || s->size % alignment != 0)
            continue;
        unfile_slab(o, s);
        s->used++;
        struct slot *slot = slot_pop(&s->first);
        file_slab(o, s);
        return slot;
    }
    return NULL;
}

void *slab_fetch(size_t alignment, size_t request)
{
    struct owner *o = owner;
    size_t class = class_of(request);

    if (request > MAX_SLOT || o == &no_owner || params.tcache_count == 0 ||
        params.perturb != 0)
        return NULL;
    if (o->bins[class].misses < FIRST_MISSES) {
        o->bins[class].misses++;
        return NULL;
    }
    take_over(o);
    struct slab *s = ring_first(&o->partial[class]);
    if (s == NULL || s->first == NULL) {
        struct slot *slot = borrow_slot(o, class, alignment);
        if (slot != NULL)
            return slot;
        s = find_slab(o, class);
    }
    if (s == NULL)
        return NULL;
    fill_bin(o, s);
    return slab_take(request);
}

static void set_up(struct owner *o)
{
    for (size_t i = 0; i < NCLASSES; i++) {
        size_t slots = BIN_BYTES / ((i + 1) * SLOT_UNIT);
        o->bins[i].limit = (uint16_t)(slots < BIN_SLOTS ? slots : BIN_SLOTS);
        ring_init(&o->partial[i]);
    }
    o->allowed = LEAST_ALLOWED;
    bool locked = pool_lock();
    o->number = owners != NULL ? owners->number + 1 : 0;
    o->next = owners;
    owners = o;
    pool_unlock(locked);
}

/* An owner that has no thread; NULL if there is none. */
static struct owner *take_idle_owner(void)
{
    struct owner *o;

    bool locked = pool_lock();
    for (o = owners; o != NULL && !o->idle; o = o->next)
        ;
    if (o != NULL && o->lost)
        recover_slabs(o);
    if (o != NULL)
        o->idle = false;
    pool_unlock(locked);
    return o;
}

void slabs_start(struct arena *a)
{
    struct owner *o = SLAB_SPAN != 0 ? take_idle_owner() : &no_owner;

    if (o == NULL) {
        bool locked = arena_lock(a);
        struct chunk *c =
            allocate_chunk(a, request_to_size(sizeof(struct owner)));
        arena_unlock(a, locked);
        if (c == NULL)
            return;
        o = memset(chunk_to_payload(c), 0, sizeof(struct owner));
        set_up(o);
    }
    if (o != &no_owner)
        o->arena = a->number;
    owner = o;
}

void slabs_flush(struct owner *o)
{
    if (o == &no_owner)
        return;
    for (struct parcel *p = o->parcels; p < o->parcels + NPARCELS; p++)
        if (p->first != NULL)
            send(p);
    for (size_t i = 0; i < NCLASSES; i++)
        close_bin(o, &o->bins[i]);
    take_over(o);
}

void slabs_end(struct owner *o)
{
    if (o == &no_owner)
        return;
    if (o == owner)
        owner = &no_owner;
    slabs_flush(o);
    bool locked = pool_lock();
    o->idle = true;
    take_over(o); /* what was sent in between */
    pool_unlock(locked);
}

bool slabs_trim(void)
{
    slabs_flush(owner);
    bool locked = pool_lock();
    for (struct owner *o = owners; o != NULL; o = o->next)
        if (o->idle && !o->lost)
            take_over(o);
    bool any = pool_trim();
    pool_unlock(locked);
    return any;
}

void forget_other_owners(void)
{
    for (struct owner *o = owners; o != NULL; o = o->next) {
        memset(o->parcels, 0, sizeof(o->parcels)); /* found by their marks */
        if (o == owner)
            continue;
        for (size_t i = 0; i < NCLASSES; i++) {
            o->bins[i].first = NULL;
            o->bins[i].room = 0;
            ring_init(&o->partial[i]);
        }
        o->filed_slabs = o->sparse_slabs = 0;
        o->remote = NULL;
        o->idle = o->lost = true;
    }
}
