/* slab.c - small payloads without headers
 *
 * A thread takes slots from a bin. When that is empty, it gets all free slots
 * of one of the thread's slabs. What the thread frees goes into the bin, as far
 * as there is room, and else into the slab where it lies. All this needs no
 * lock, because only the owner of a slab touches it.
 *
 * What another thread owns is sent to it, some slots at a time. It takes them
 * over when one of its bins is empty. When a thread ends, its owner waits for
 * the next thread that begins. Until then it is idle, and belongs to whoever
 * holds the lock.
 */
#include "slab.h"
#include "allocate.h"
#include "params.h"

/* A class has slots when so many requests could not be served by the cache: a
 * small program need not touch a page for each size. */
#define FIRST_MISSES 3

/* A bin can hold as many slots as so many slabs have. */
#define BIN_SLABS 3

/* So many slots are sent together. */
#define PARCEL_SLOTS 16

/* A thread beyond so many that live at once has chunks only. */
#define MAX_OWNERS (UINT16_MAX + 1)

const uint8_t classes[NCLASSES] = {
    1,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
    17, 18, 19, 21, 21, 23, 23, 25, 25, 28, 28, 28, 32, 32, 32, 32, 36,
    36, 36, 36, 42, 42, 42, 42, 42, 42, 51, 51, 51, 51, 51, 51, 51, 51,
    51, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
};

struct owner no_owner;
__thread struct owner *owner = &no_owner;

static struct owner *owners[MAX_OWNERS]; /* by number, from 1 */
static size_t owner_count = 1;           /* the lock guards both */

struct owner *owner_of(const struct slab *s)
{
    return owners[s->owner];
}

static struct slot *slot_at(const struct slab *s, size_t index)
{
    return (struct slot *)(slab_start(s) + index * slot_size(s));
}

/* Cut a page into slots of this class, which are all free. */
static void carve(struct slab *s, size_t class)
{
    s->first = NULL;
    s->class = (uint8_t) class;
    for (size_t i = slots_of(class); i-- > 0;)
        slot_push(&s->first, slot_at(s, i));
}

/* Put all free slots of a slab into the bin, which is empty. */
static void fill_bin(struct slot_bin *bin, struct slab *s)
{
    uint16_t slots = (uint16_t)slots_of(s->class);

    bin->first = s->first;
    bin->room = BIN_SLABS * slots - (uint32_t)(slots - s->used);
    s->first = NULL;
    s->used = slots;
}

/* Put the slots of a list back into their slabs. */
static void put_all_back(struct owner *o, struct slot *list)
{
    while (list != NULL) {
        struct slot *slot = slot_pop(&list);
        put_back(o, slab_of(slot), slot);
    }
}

/* Empty a bin. It has no room until it is filled again. */
static void close_bin(struct owner *o, struct slot_bin *bin)
{
    struct slot *list = bin->first;

    bin->first = NULL;
    bin->room = 0;
    put_all_back(o, list);
}

void put_back(struct owner *o, struct slab *s, struct slot *slot)
{
    size_t class = s->class; /* the pool may change it */

    if (s->first == NULL)
        ring_add(&o->partial[class], s);
    slot_push(&s->first, slot);
    s->used--;
    if (s->used == 0) {
        ring_remove(s);
        pool_give(&o->pool, s);
        close_bin(o, &o->bins[class]);
    }
}

/* Put back what others have sent. */
static void take_over(struct owner *o)
{
    if (o->remote != NULL)
        put_all_back(o, atomic_exchange(&o->remote, NULL));
}

/* Send what is in a parcel to its owner. */
static void send(struct parcel *p)
{
    if (p->first == NULL)
        return;
    struct slot *head = p->to->remote;

    do
        p->last->next = mix_slot(&p->last->next, head);
    while (!atomic_compare_exchange_weak(&p->to->remote, &head, p->first));
    p->first = NULL;
    p->count = 0;
}

static void put_into(struct parcel *p, struct owner *to, struct slot *slot)
{
    if (p->to != to)
        send(p);
    p->to = to;
    if (p->first == NULL)
        p->last = slot;
    slot_push(&p->first, slot);
    slot->mark |= SENT;
    p->count++;
    if (p->count == PARCEL_SLOTS)
        send(p);
}

/* Begin with nothing. */
static void init_owner(struct owner *o, size_t number)
{
    memset(o, 0, sizeof(*o));
    for (size_t i = 1; i < NCLASSES; i++)
        ring_init(&o->partial[i]);
    pool_init(&o->pool, (uint16_t)number);
}

/* The lists of a thread that is lost since a fork may be in any state. But a
 * slot that has the mark is free. */
static void recover_slabs(struct owner *o)
{
    for (struct slab *s = next_slab(NULL); s != NULL; s = next_slab(s)) {
        if (s->owner != o->pool.owner)
            continue;
        if (!s->held) {
            ring_add(o->pool.gone.before, s);
            continue;
        }
        s->first = NULL;
        s->used = 0;
        for (size_t i = slots_of(s->class); i-- > 0;)
            if (is_free_slot(slot_at(s, i)))
                slot_push(&s->first, slot_at(s, i));
            else
                s->used++;
        if (s->used == 0) {
            pool_keep(&o->pool, s);
            continue;
        }
        o->pool.used_count++;
        if (s->first != NULL)
            ring_add(&o->partial[s->class], s);
    }
    o->lost = false;
}

/* Put a slot back for an owner without a thread. Returns false if it has one
 * meanwhile. */
static bool put_back_for(struct owner *o, struct slab *s, struct slot *slot)
{
    bool locked = slabs_lock();
    bool idle = o->idle;

    if (idle) {
        if (o->lost)
            recover_slabs(o);
        take_over(o);
        put_back(o, s, slot);
    }
    slabs_unlock(locked);
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
    struct owner *to = owner_of(s);

    check_slot(s, payload, "free(): invalid pointer",
               "free(): double free detected in tcache 2");
    if (to->idle && put_back_for(to, s, payload))
        return;
    struct parcel single = {.to = NULL};
    put_into(owner != &no_owner ? &owner->parcel : &single, to, payload);
    send(&single);
}

void *slab_fetch(size_t request)
{
    struct owner *o = owner;

    if (request > MAX_SLOT || o == &no_owner || params.tcache_count == 0 ||
        params.perturb != 0)
        return NULL;
    size_t class = class_of(request);
    struct slot_bin *bin = &o->bins[class];
    if (bin->first != NULL) /* filled since this thread has an owner */
        return slab_take(request);
    if (bin->misses < FIRST_MISSES) {
        bin->misses++;
        return NULL;
    }
    take_over(o);
    struct slab *s = ring_first(&o->partial[class]);
    if (s != NULL) {
        ring_remove(s);
    } else {
        s = pool_take(&o->pool);
        if (s == NULL)
            return NULL;
        if (s->class != class)
            carve(s, class);
    }
    fill_bin(bin, s);
    return slab_take(request);
}

/* An owner that has no thread; NULL if there is none. */
static struct owner *take_idle_owner(void)
{
    struct owner *o = NULL;

    bool locked = slabs_lock();
    for (size_t i = 1; i < owner_count && o == NULL; i++)
        if (owners[i]->idle)
            o = owners[i];
    if (o != NULL && o->lost)
        recover_slabs(o);
    if (o != NULL)
        o->idle = false;
    slabs_unlock(locked);
    return o;
}

/* A new owner; NULL if there is no memory, or there are too many. Threads begin
 * one after the other, since the list of arenas is locked. */
static struct owner *make_owner(struct arena *a)
{
    if (owner_count == MAX_OWNERS)
        return NULL;
    bool locked = arena_lock(a);
    struct chunk *c = allocate_chunk(a, request_to_size(sizeof(struct owner)));
    arena_unlock(a, locked);
    if (c == NULL)
        return NULL;
    struct owner *o = chunk_to_payload(c);
    init_owner(o, owner_count);
    locked = slabs_lock();
    owners[owner_count++] = o;
    slabs_unlock(locked);
    return o;
}

void slabs_start(struct arena *a)
{
    if (SLAB_SPAN == 0 || os_page_size() > SLAB_SIZE)
        return;
    struct owner *o = take_idle_owner();
    if (o == NULL)
        o = make_owner(a);
    if (o == NULL)
        return;
    o->arena = a->number;
    owner = o;
}

void slabs_flush(struct owner *o)
{
    if (o == &no_owner)
        return;
    send(&o->parcel);
    for (size_t i = 1; i < NCLASSES; i++)
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
    bool locked = slabs_lock();
    o->idle = true;
    slabs_unlock(locked);
}

bool slabs_trim(void)
{
    bool any = false;

    bool locked = slabs_lock();
    for (size_t i = 1; i < owner_count; i++) {
        struct owner *o = owners[i];
        if (o == owner || (o->idle && !o->lost)) {
            take_over(o);
            any |= pool_trim(&o->pool);
        }
    }
    slabs_unlock(locked);
    return any;
}

void forget_other_owners(void)
{
    for (size_t i = 1; i < owner_count; i++)
        if (owners[i] == owner) {
            owner->parcel = (struct parcel){0}; /* recovered by marks */
        } else {
            init_owner(owners[i], i);
            owners[i]->idle = owners[i]->lost = true;
        }
}
