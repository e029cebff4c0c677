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
    struct owner *of = owner_of(s);
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
    const struct owner *of = owner_of(s);

    printf("  %-16p class %d, owner %d (%s), %d taken%s\n",
           (const void *)slab_start(s), s->class, s->owner,
           of == owner ? "this thread"
           : of->idle  ? "idle"
                       : "another thread",
           s->used, s->used == 0 ? ": in the pool" : "");
}

/* Print a slot of the slab that is shown. */
static int show_slot(const struct malloc_chunk_info *slot, void *shown)
{
    static const char *const states[] = {
        [MALLOC_USED] = "used",
        [MALLOC_FREE] = "free",
        [MALLOC_CACHED] = "free",
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

static void show_bin(size_t request)
{
    const struct slot_bin *bin = &owner->bins[class_of(request)];

    printf("the bin: room %u\n", bin->room);
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

static void show_parcel(char *x, char *y)
{
    name('x', NULL);
    free(x);
    show("first thread: free(x);", x);
    name('y', NULL);
    free(y);
    printf("slots in the parcel: %zu\n", owner->parcel.count);
    slabs_flush(owner); /* the parcel is sent, and bins are emptied */
    show("first thread: free(y), and the parcel is sent", x);
}

int main(void)
{
    char *more[14];
    pthread_t second;
    char *a, *b, *c, *x;

    show_start();
    a = first_slot(700);
    name('a', a);
    show("a = malloc(700);", a);
    show_bin(700);
    b = malloc(700);
    c = malloc(700);
    name('b', b);
    name('c', c);
    memset(a, 'a', 816); /* all of it is the caller's */
    free(b);
    name('b', NULL);
    show("b = malloc(700); c = malloc(700); free(b);", a);
    puts("the last word of a, and the words of the slot that was b");
    show_word(a + 808, "a's: no header follows");
    printf("  %-16p 0x%016zx  next, without the mixing\n", (void *)b,
           (size_t)slot_after((struct slot *)b));
    show_word(b + 8, "the mark");
    printf("  %-16p %-18s  no_owner\n", (void *)&no_owner, "");

    for (int i = 0; i < 14; i++)
        more[i] = malloc(700);
    puts("14 times malloc(700)");
    show_bin(700);
    for (int i = 0; i < 14; i++)
        free(more[i]);
    show("these are freed", more[10]);
    show_bin(700);

    pthread_barrier_init(&turn, NULL, 2);
    pthread_create(&second, NULL, second_thread, NULL);
    pthread_barrier_wait(&turn);
    x = named['x' - 'a'];
    show_parcel(x, named['y' - 'a']);
    pthread_barrier_wait(&turn);
    pthread_join(second, NULL);
    show("second thread: it has ended", x);
    pthread_create(&second, NULL, third_thread, NULL);
    pthread_join(second, NULL);

    free(a);
    free(c);
    show("free(a); free(c);", a);
    show_bin(700);
    malloc_trim(0);
    show("malloc_trim(0);", a);
    show_slab(slab_of(first_slot(200)));
    return 0;
}
