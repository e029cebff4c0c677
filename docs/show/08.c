/* 08.c - slots without headers: in a bin, in their slab, on their way, gone */
#include "show.h"

#include "inspect.h"
#include "pool.h"
#include "slab.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *named[26]; /* the payloads of the variables a to z */

static void name(char letter, char *payload)
{
    named[letter - 'a'] = payload;
}

static char name_of(const void *payload)
{
    for (int i = 0; i < 26; i++)
        if (named[i] == payload && payload != NULL)
            return (char)('a' + i);
    return ' ';
}

/* Where on a list of free slots is this one, counted from 1? 0: nowhere. */
static int place_in(const struct slot *slot, const void *address)
{
    int place = 1;

    for (; slot != NULL && slot != address; place++)
        slot = slot_after(slot);
    return slot != NULL ? place : 0;
}

/* On which list is a free slot? (The other thread does nothing meanwhile.) */
static void print_list(const void *slot)
{
    const struct slab *s = slab_of(slot);
    struct owner *of = s->owner;

    if (of == NULL)
        return;
    int in_bin = place_in(of->bins[s->class].first, slot);
    int in_slab = place_in(s->first, slot);

    if (in_bin != 0)
        printf("in the bin, place %d", in_bin);
    else if (in_slab != 0)
        printf("in its slab, place %d", in_slab);
    else
        printf(place_in(of->remote, slot) != 0 ? "sent to its owner"
                                               : "in a parcel");
}

/* Print the line of the table for a slab. */
static void show_slab(const struct slab *s)
{
    static const char bits[] = "01";

    printf("  %-16p slots of %d, %s; %d carved, %d taken; not carved: ",
           (const void *)slab_start(s), s->size,
           s->owner == NULL    ? "in the pool"
           : s->owner == owner ? "of this thread"
           : s->owner->idle    ? "of a thread that has ended"
                               : "of another thread",
           s->carved, s->used);
    for (int part = 0; part < SLAB_PARTS; part++)
        putchar(bits[s->fresh >> part & 1]);
    putchar('\n');
}

/* Print a slot of the slab that is shown. */
static int show_slot(const struct malloc_chunk_info *slot, void *shown)
{
    static const char *const states[] = {
        [MALLOC_USED] = "used",   [MALLOC_FREE] = "free",
        [MALLOC_CACHED] = "free", [MALLOC_TOP] = "not carved",
        [MALLOC_FENCE] = "tail",
    };

    if (slab_of(slot->address) != shown || slot->kind == MALLOC_HEADER)
        return 0;
    printf("    %-16p %6zu  %s", slot->address, slot->size, states[slot->kind]);
    if (slot->kind == MALLOC_FREE || slot->kind == MALLOC_CACHED) {
        printf("  ");
        print_list(slot->address);
    } else if (slot->kind == MALLOC_USED && name_of(slot->address) != ' ') {
        printf("  %c", name_of(slot->address));
    }
    putchar('\n');
    return 0;
}

static void show(const char *what, const void *payload)
{
    struct slab *s = slab_of(payload);

    puts(what);
    show_slab(s);
    malloc_walk(show_slot, s);
}

static void show_bin(const char *payload)
{
    struct slot_bin *bin = &owner->bins[slab_of(payload)->class];

    printf("the bin: limit %d, room %d\n", bin->limit, bin->room);
}

/* The first calls for a size get chunks. Which call gets a slot? */
static char *first_slot(size_t request)
{
    for (int call = 1;; call++) {
        char *payload = malloc(request);
        if (!is_in_slabs(payload))
            continue;
        printf("malloc(%zu): calls 1 to %d give chunks, call %d a slot\n",
               request, call - 1, call);
        return payload;
    }
}

static pthread_barrier_t turn; /* only one thread does something at a time */

static void *second_thread(void *unused)
{
    char *x = first_slot(512);

    name('x', x);
    name('y', malloc(512));
    pthread_barrier_wait(&turn); /* main() frees them */
    pthread_barrier_wait(&turn);
    for (int i = 0; i < 7; i++)
        malloc(512); /* the last one finds its bin empty */
    show("second thread: 7 times malloc(512), and it ends", x);
    return unused;
}

static void *third_thread(void *unused)
{
    char *z = malloc(512);

    name('z', z);
    show("a third thread: z = malloc(512);", z);
    return unused;
}

static void show_parcel(void)
{
    char *x = named['x' - 'a'], *y = named['y' - 'a'];

    name('x', NULL);
    free(x);
    show("first thread: free(x);", x);
    name('y', NULL);
    free(y);
    for (struct parcel *p = owner->parcels; p < owner->parcels + NPARCELS; p++)
        if (p->first != NULL)
            printf("the parcel: %zu bytes of %d\n", p->bytes, 16 * 1024);
    slabs_flush(owner); /* as when it is full, or the thread ends */
    show("first thread: free(y), and the parcel is sent", x);
}

int main(void)
{
    static char *more[16];
    pthread_t second;
    char *a, *b, *c, *d;

    show_start();
    a = first_slot(1000);
    name('a', a);
    show("a = malloc(1000);", a);
    show_bin(a);
    b = malloc(1000);
    c = malloc(1000);
    name('b', b);
    name('c', c);
    memset(a, 'a', 1008); /* all of it is the caller's */
    free(b);
    name('b', NULL);
    show("b = malloc(1000); c = malloc(1000); free(b);", a);
    puts("the last word of a, and the words of the slot that was b");
    show_word(a + 1000, "a's: no header follows");
    printf("  %-16p 0x%016zx  next, without the mixing\n", (void *)b,
           (size_t)slot_after((struct slot *)b));
    show_word(b + 8, "the mark");
    printf("  %-16p %-18s  no_owner\n", (void *)&no_owner, "");

    for (int i = 0; i < 14; i++)
        more[i] = malloc(1000);
    show("14 times malloc(1000)", a);
    for (int i = 0; i < 14; i++)
        free(more[i]);
    show("these are freed", a);
    show_bin(a);

    pthread_barrier_init(&turn, NULL, 2);
    pthread_create(&second, NULL, second_thread, NULL);
    pthread_barrier_wait(&turn);
    show_parcel();
    pthread_barrier_wait(&turn);
    pthread_join(second, NULL);
    show("second thread: it has ended", a + SLAB_SIZE);
    pthread_create(&second, NULL, third_thread, NULL);
    pthread_join(second, NULL);

    free(a);
    free(c);
    malloc_trim(0);
    show("free(a); free(c); malloc_trim(0);", a);
    d = first_slot(200);
    name('d', d);
    show_slab(slab_of(d));
    return 0;
}
