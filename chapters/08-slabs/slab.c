/* slab.c - small payloads without headers
 *
 * A thread takes slots from its bin. If that is empty, it gets all the free
 * slots of one of the thread's slabs, or else those of a part that was not
 * carved yet. A thread frees into the bin, up to a bound, and beyond it into
 * the slab where the slot lies: the slab is found in the table, and no lock is
 * needed, as nobody else changes what the thread owns.
 *
 * What another thread owns is sent to it, many slots at a time: they are put on
 * a list that the owner takes over when a bin of its is empty.
 *
 * A slab that becomes empty goes to the pool. Slabs of a thread that ends go to
 * nobody, an owner without a thread, whose lock is the pool's; whoever needs a
 * slab of their size takes it.
 */
#include "slab.h"
#include "allocate.h"
#include "os.h"
#include "params.h"

/* Slots serve when the cache was found empty so often: a small program should
 * not touch a page for each size. */
#define FIRST_MISSES 3

#define BIN_BYTES    4096 /* in a bin that free() fills, but */
#define BIN_SLOTS    32   /* no more slots than these */
#define PARCEL_BYTES ((size_t)16 * 1024)

#define MANY_SLABS 64
#define AT_ONCE    8

struct owner no_owner;
__thread struct owner *owner = &no_owner;

/* Slabs without a thread. The pool's lock guards it. */
static struct owner nobody;

/* All owners. */
static struct owner *owners;

/* Stands in the list of an owner without a thread: nothing can be sent. */
static struct slot closed;

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

/* Link the slots of the first part that is not carved. */
static void carve(struct slab *s)
{
    size_t part = (size_t)__builtin_ctz(s->fresh);
    size_t start = first_in_part(s, part);
    size_t end = first_in_part(s, part + 1);

    s->fresh &= (uint16_t) ~(1u << part);
    s->carved += (uint16_t)(end - start);
    for (size_t i = end; i-- > start;)
        slot_push(&s->first, slot_at(s, i));
}

/* File a slab that is on no ring, under what it has to give. */
static void take_in(struct owner *o, struct slab *s)
{
    s->full = s->used == s->carved && s->fresh == 0;
    s->low = s->full ? (uint16_t)(s->used - 1) : s->used / 2;
    if (!s->full && s->low > SLAB_PARTS)
        s->low = SLAB_PARTS;
    if (!s->full)
        o->partial_slabs++;
    ring_add(s->full ? &o->full : &o->partial[s->class], s);
    atomic_store_explicit(&s->owner, o, memory_order_relaxed);
}

static void take_out(struct owner *o, struct slab *s)
{
    if (!s->full)
        o->partial_slabs--;
    ring_remove(s);
}

/* Cut a slab that comes from the pool into slots. */
static void set_class(struct slab *s, size_t class)
{
    s->class = (uint8_t) class;
    s->size = (uint16_t)((class + 1) * SLOT_UNIT);
    s->divisor = UINT32_MAX / s->size + 1;
    s->carved = s->used = 0;
    s->sparse = s->doubtful = false;
    s->fresh = ALL_PARTS;
    s->first = NULL;
}

/* Is this slot free, and not on its way to us? In the child of a fork nothing
 * is on its way any more. */
static bool is_spare(const struct slab *s, const struct slot *slot)
{
    return slot->mark == FREE_MARK || (s->doubtful && is_free_slot(slot));
}

/* Let the slab forget its lists: a slot is free if it has the mark. */
static void recount(struct slab *s)
{
    s->first = NULL;
    s->used = s->carved;
    for (size_t part = 0; part < SLAB_PARTS; part++) {
        size_t end = first_in_part(s, part + 1);
        if (s->fresh >> part & 1)
            continue;
        for (size_t i = first_in_part(s, part); i < end; i++)
            if (is_spare(s, slot_at(s, i))) {
                slot_push(&s->first, slot_at(s, i));
                s->used--;
            }
    }
    s->doubtful = false;
}

/* The parts of a slab that are carved, and in which no slot is in use. (A slot
 * may reach into the next part.) */
static unsigned unused_parts(const struct slab *s)
{
    unsigned in_use = s->fresh;

    for (size_t part = 0; part < SLAB_PARTS; part++) {
        size_t i = first_in_part(s, part), end = first_in_part(s, part + 1);
        for (; i < end && (s->fresh >> part & 1) == 0; i++)
            if (!is_spare(s, slot_at(s, i)))
                in_use |=
                    1u << part | 1u << ((i + 1) * s->size - 1) / PART_SIZE;
    }
    return ALL_PARTS & ~in_use;
}

/* Give the pages of some parts back. They are as if they had never been
 * carved. */
static void discard_parts(struct slab *s, unsigned parts, struct batch *b)
{
    for (size_t part = 0; part < SLAB_PARTS; part++) {
        size_t end = part;
        while (parts >> end & 1)
            end++;
        if (end == part)
            continue;
        os_discard_with(b, slab_start(s) + part * PART_SIZE,
                        (end - part) * PART_SIZE);
        s->carved -= (uint16_t)(first_in_part(s, end) - first_in_part(s, part));
        s->fresh |= (uint16_t)((1u << end) - (1u << part));
        part = end;
    }
}

/* A slab of a thread that has ended, if there is one for this class. */
static struct slab *adopt(size_t class)
{
    struct slab *s;

    while ((s = ring_first(&nobody.partial[class])) != NULL) {
        take_out(&nobody, s);
        if (s->doubtful)
            recount(s);
        if (s->used != s->carved || s->fresh != 0)
            return s;
        take_in(&nobody, s);
    }
    return NULL;
}

/* A slab of this class that has slots to give; NULL if there is none. */
static struct slab *find_slab(struct owner *o, size_t class)
{
    struct slab *s = ring_first(&o->partial[class]);

    if (s != NULL)
        return s;
    bool locked = pool_lock();
    s = adopt(class);
    if (s == NULL) {
        s = pool_take();
        if (s != NULL)
            set_class(s, class);
    }
    if (s != NULL)
        take_in(o, s);
    pool_unlock(locked);
    return s;
}

/* Put all free slots of a slab into the bin. */
static void fill_bin(struct owner *o, struct slab *s)
{
    struct slot_bin *bin = &o->bins[s->class];

    if (s->first == NULL)
        carve(s);
    bin->first = s->first;
    bin->room = bin->limit - (s->carved - s->used);
    s->first = NULL;
    s->used = s->carved;
    take_out(o, s);
    take_in(o, s);
}

/* A slot goes back to its slab. If that is nobody's, the lock is held. */
static void put_back(struct owner *o, struct slab *s, struct slot *slot)
{
    slot_push(&s->first, slot);
    if (--s->used <= s->low)
        slab_refile(o, s);
}

/* Put the slots in a bin back. It has no room until it is filled again. As long
 * as they are not back they have no mark, for their slabs count them as used.
 */
static void close_bin(struct owner *o, struct slot_bin *bin)
{
    struct slot *next, *slot, *first = bin->first;

    bin->first = NULL;
    bin->room = 0;
    for (slot = first; slot != NULL; slot = slot_after(slot))
        slot->mark = NULL;
    for (slot = first; slot != NULL; slot = next) {
        next = slot_after(slot);
        put_back(o, slab_of(slot), slot);
    }
}

/* Where few slots of a slab are in use, they leave pages that can go back. What
 * is in the bin counts as used here, so it is put back first. */
static void tidy_class(struct owner *o, size_t class, struct batch *b)
{
    struct ring *ring = &o->partial[class], *r;

    close_bin(o, &o->bins[class]);
    for (r = ring->next; r != ring; r = r->next) {
        struct slab *s = (struct slab *)r;
        if (!s->sparse || s->doubtful)
            continue;
        s->sparse = false;
        discard_parts(s, unused_parts(s), b);
        recount(s);
        s->low = s->used / 2;
    }
}

static void tidy(struct owner *o)
{
    struct batch b = {.count = 0};

    o->sparse_slabs = 0;
    if (o->partial_slabs <= MANY_SLABS || os_page_size() != PART_SIZE)
        return;
    for (size_t i = 0; i < NCLASSES; i++)
        tidy_class(o, i, &b);
    os_discard_batch(&b);
}

void slab_refile(struct owner *o, struct slab *s)
{
    take_out(o, s);
    if (s->used != 0) {
        s->sparse = s->used <= SLAB_PARTS;
        o->sparse_slabs += s->sparse;
        take_in(o, s);
        if (o->sparse_slabs >= AT_ONCE)
            tidy(o);
        return;
    }
    bool locked = o != &nobody && pool_lock();
    pool_give(s);
    pool_unlock(locked);
}

/* Send what is in a parcel. If the owner has ended meanwhile, its slabs have
 * others. */
static void send(struct parcel *parcel)
{
    struct slot *head = parcel->to->remote;
    struct slot *slot = parcel->first, *last = parcel->last;

    parcel->first = NULL;
    parcel->bytes = 0;
    do {
        if (head == &closed) {
            last->next = mix_slot(&last->next, NULL);
            break;
        }
        last->next = mix_slot(&last->next, head);
    } while (!atomic_compare_exchange_weak(&parcel->to->remote, &head, slot));
    if (head != &closed)
        return;
    while (slot != NULL) {
        struct slot *next = slot_after(slot);
        slot->mark = NULL;
        slab_free(slab_of(slot), slot);
        slot = next;
    }
}

static void put_into_parcel(struct owner *o, struct owner *to,
                            struct slot *slot)
{
    struct parcel single = {.to = NULL};
    struct parcel *parcel = &o->parcels[(uintptr_t)to >> 6 & (NPARCELS - 1)];

    if (o == &no_owner)
        parcel = &single;
    if (parcel->to != to && parcel->first != NULL)
        send(parcel);
    parcel->to = to;
    if (parcel->first == NULL)
        parcel->last = slot;
    slot_push(&parcel->first, slot);
    slot->mark = REMOTE_MARK;
    parcel->bytes += slab_of(slot)->size;
    if (parcel->bytes >= PARCEL_BYTES || parcel == &single)
        send(parcel);
}

/* Free a slot of a slab that nobody has. Returns false if somebody has taken it
 * meanwhile. */
static bool free_of_nobody(struct slab *s, struct slot *slot)
{
    bool locked = pool_lock();
    bool still = s->owner == &nobody;

    if (still && s->doubtful)
        slot->mark = FREE_MARK; /* it will be found */
    else if (still)
        put_back(&nobody, s, slot);
    pool_unlock(locked);
    return still;
}

size_t slot_size(const struct slab *s, const void *payload,
                 const char *bad_pointer)
{
    if (!is_slot(s, payload) || is_free_slot(payload))
        fatal(bad_pointer);
    return s->size;
}

void slab_free(struct slab *s, void *payload)
{
    struct owner *to = s->owner;

    if (!is_slot(s, payload))
        fatal("free(): invalid pointer");
    if (is_free_slot(payload))
        fatal("free(): double free detected in tcache 2");
    if (to == owner)
        slab_put(s, payload);
    else if (to != &nobody)
        put_into_parcel(owner, to, payload);
    else if (!free_of_nobody(s, payload))
        slab_free(s, payload);
}

/* Free what others have sent. */
static void take_over(struct owner *o, struct slot *last)
{
    struct slot *next, *slot = atomic_exchange(&o->remote, last);

    for (; slot != NULL; slot = next) {
        next = slot_after(slot);
        slot->mark = NULL;
        slab_free(slab_of(slot), slot);
    }
}

/* Should slots of this class serve, or does it do with chunks still? */
static bool has_begun(struct owner *o, size_t class)
{
    struct slot_bin *bin = &o->bins[class];

    if (o == &no_owner || params.tcache_count == 0 || params.perturb != 0)
        return false;
    if (bin->misses < FIRST_MISSES)
        bin->misses++;
    return bin->misses >= FIRST_MISSES;
}

void *slab_fetch(size_t request)
{
    struct owner *o = owner;
    size_t class = class_of(request);

    if (request > MAX_SLOT || !has_begun(o, class))
        return NULL;
    if (o->remote != NULL)
        take_over(o, NULL);
    if (o->bins[class].first == NULL) {
        struct slab *s = find_slab(o, class);
        if (s == NULL)
            return NULL;
        fill_bin(o, s);
    }
    return slab_take(request);
}

static void set_up(struct owner *o)
{
    for (size_t i = 0; i < NCLASSES; i++) {
        size_t slots = BIN_BYTES / ((i + 1) * SLOT_UNIT);
        o->bins[i].limit = (uint16_t)(slots < BIN_SLOTS ? slots : BIN_SLOTS);
        o->bins[i].room = 0;
        o->bins[i].first = NULL;
        o->bins[i].misses = 0;
        ring_init(&o->partial[i]);
    }
    ring_init(&o->full);
    o->remote = NULL;
}

/* An owner without a thread, or NULL. */
static struct owner *take_idle_owner(void)
{
    bool locked = pool_lock();
    struct owner *o = owners;
    while (o != NULL && !o->idle)
        o = o->next;
    if (o != NULL)
        o->idle = false;
    if (nobody.full.next == NULL)
        set_up(&nobody);
    pool_unlock(locked);
    return o;
}

static struct owner *new_owner(struct arena *a)
{
    bool locked = arena_lock(a);
    struct chunk *c = allocate_chunk(a, request_to_size(sizeof(struct owner)));
    arena_unlock(a, locked);
    if (c == NULL)
        return NULL;
    struct owner *o = memset(chunk_to_payload(c), 0, sizeof(struct owner));
    locked = pool_lock();
    o->next = owners;
    owners = o;
    pool_unlock(locked);
    return o;
}

void slabs_start(struct arena *a)
{
    struct owner *o = SLAB_SPAN != 0 ? take_idle_owner() : NULL;

    if (o == NULL && SLAB_SPAN != 0)
        o = new_owner(a);
    if (o == NULL)
        return;
    set_up(o);
    o->arena = a->number;
    owner = o;
}

void slabs_flush(struct owner *o)
{
    if (o == &no_owner)
        return;
    for (size_t i = 0; i < NPARCELS; i++)
        if (o->parcels[i].first != NULL)
            send(&o->parcels[i]);
    for (size_t i = 0; i < NCLASSES; i++)
        close_bin(o, &o->bins[i]);
}

/* Leave all slabs of a ring to nobody. */
static void leave(struct owner *o, struct ring *ring)
{
    struct slab *s;

    while ((s = ring_first(ring)) != NULL) {
        take_out(o, s);
        take_in(&nobody, s);
    }
}

void slabs_end(struct owner *o)
{
    if (o == &no_owner)
        return;
    if (o == owner)
        owner = &no_owner;
    slabs_flush(o);
    bool locked = pool_lock();
    leave(o, &o->full);
    for (size_t i = 0; i < NCLASSES; i++)
        leave(o, &o->partial[i]);
    pool_unlock(locked);
    take_over(o, &closed);
    locked = pool_lock();
    o->idle = true;
    pool_unlock(locked);
}

bool slabs_trim(void)
{
    if (owner != &no_owner) {
        slabs_flush(owner);
        take_over(owner, NULL);
    }
    bool locked = pool_lock();
    bool any = pool_trim();
    pool_unlock(locked);
    return any;
}

bool is_checkable(const struct slab *s)
{
    return s->owner == &nobody ? !s->doubtful
                               : s->owner != NULL && s->owner == owner;
}

size_t slabs_held(void)
{
    bool locked = pool_lock();
    size_t held = pool_held();
    pool_unlock(locked);
    return held;
}

void forget_other_owners(void)
{
    nobody.partial_slabs = 0;
    ring_init(&nobody.full);
    for (size_t i = 0; i < NCLASSES; i++)
        ring_init(&nobody.partial[i]);
    for (struct slab *s = next_slab(NULL); s != NULL; s = next_slab(s)) {
        if (s->owner == NULL || s->owner == owner)
            continue;
        s->owner = &nobody;
        s->doubtful = true;
        s->full = false;
        nobody.partial_slabs++;
        ring_add(&nobody.partial[s->class], s);
    }
    for (struct owner *o = owners; o != NULL; o = o->next)
        if (o != owner) {
            o->remote = &closed;
            o->idle = true;
        }
}
