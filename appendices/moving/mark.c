/* mark.c - find all objects that can still be reached, while the program runs
 */
#include "mark.h"

#include "die.h"
#include "forwarding.h"

/* ---- the mark stack ---- */

enum { SEGMENT = 510 };

struct segment {
    struct segment *next;
    size_t count;
    struct object *objects[SEGMENT];
};

/* Guards the list of segments, and how many workers find nothing on it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct segment *segments;
static size_t idle, workers;

void mark_hand_over(struct thread *t)
{
    struct segment *s = t->segment;

    if (s == NULL)
        return;
    t->segment = NULL;
    pthread_mutex_lock(&lock);
    s->next = segments;
    segments = s;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void push_object(struct object *o)
{
    if (self->segment != NULL && self->segment->count == SEGMENT)
        mark_hand_over(self);
    if (self->segment == NULL) {
        self->segment = malloc(sizeof *self->segment);
        if (self->segment == NULL)
            die("there is no memory for the mark stack");
        self->segment->count = 0;
    }
    self->segment->objects[self->segment->count++] = o;
}

/* A segment from the list. If there is none, others may still find more; if all
 * wait for that, nobody will, and the answer is NULL. */
static struct segment *take_segment(void)
{
    pthread_mutex_lock(&lock);
    idle++;
    while (segments == NULL && idle < workers)
        pthread_cond_wait(&changed, &lock);
    struct segment *s = segments;
    if (s != NULL) {
        segments = s->next;
        idle--;
    } else {
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    return s;
}

static struct object *pop_object(void)
{
    if (self->segment != NULL && self->segment->count == 0) {
        free(self->segment);
        self->segment = NULL;
    }
    if (self->segment == NULL)
        self->segment = take_segment();
    return self->segment != NULL
               ? self->segment->objects[--self->segment->count]
               : NULL;
}

/* ---- marking ---- */

/* Set the object's bit. False if it was set before. */
static bool set_mark(struct page *page, uintptr_t offset)
{
    size_t word = offset % PAGE_BYTES / WORD;
    uint64_t bit = 1ul << word % 64;

    return !(atomic_fetch_or(&page->marks[word / 64], bit) & bit);
}

static void mark_object(struct object *o)
{
    uintptr_t offset = reference_to_offset(o);
    struct page *page = page_of(offset);

    if (is_new(page) || !set_mark(page, offset))
        return;
    atomic_fetch_add(&page->live_bytes, object_size(o));
    atomic_fetch_add(&page->live_objects, 1);
    if (object_references(o) > 0)
        push_object(o);
}

/* A reference with the other mark's colour was last healed in the cycle before,
 * and its object may have moved since. */
struct object *mark_reference(struct object *stale)
{
    uintptr_t offset = reference_to_offset(stale);

    if (((uintptr_t)stale & REMAPPED) == 0)
        offset = remap(offset);
    struct object *o = offset_to_reference(offset);
    mark_object(o);
    return o;
}

static void mark_slot(slot *s)
{
    struct object *o = atomic_load_explicit(s, memory_order_acquire);

    if (is_bad(o))
        heal_slot(s, o, mark_reference(o));
}

void mark_root(struct object **root)
{
    if (is_bad(*root))
        *root = mark_reference(*root);
}

/* ---- following ---- */

static void follow_object(struct object *o)
{
    for (size_t i = 0; i < object_references(o); i++)
        mark_slot(&at(o)->slots[i]);
}

void mark_begin(size_t count)
{
    pthread_mutex_lock(&lock);
    workers = count;
    idle = 0;
    pthread_mutex_unlock(&lock);
}

void mark_until_nothing_is_left(void)
{
    struct object *o;

    while ((o = pop_object()) != NULL)
        follow_object(o);
}

bool mark_is_done(void)
{
    pthread_mutex_lock(&lock);
    bool done = segments == NULL;
    pthread_mutex_unlock(&lock);
    return done;
}
