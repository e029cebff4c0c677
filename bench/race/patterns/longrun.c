/*
 * longrun.c - the memory of a long run, with many small payloads and a few
 * large ones; one thread.
 *
 * Written for this race. Payloads have 17 to 1024 bytes; one of a thousand has
 * 4 KiB to 1 MiB, each doubling as likely as the next. A slot is chosen, more
 * often a low one, and its payload replaced: so lifetimes are random, and range
 * from a few calls to the whole run. There are tides: in every other eighth of
 * the run only one of four payloads is replaced, and the others are freed.
 *
 * The peak says what fragmentation costs while the memory is in use; the end,
 * at a low tide, what stays resident when less is live. Small payloads that
 * live long lie between the places where large ones were.
 */
#include "pattern.h"

enum {
    CALLS = 150000, /* of malloc at most, for each unit of SCALE */
    SMALL = 60000,  /* slots */
    LARGE = 100,
    RARE = 1000, /* one of so many is large */
    TIDES = 8,
    SAMPLES = 80,
    SMALLEST = 4096, /* of the large ones */
    DOUBLINGS = 8,
};

static struct object *small, *large;
static size_t live, peak, peak_live;
static uint64_t state, sum;

static size_t large_size(void)
{
    size_t least = (size_t)SMALLEST << random_below(&state, DOUBLINGS);

    return least + 1 + random_below(&state, least);
}

/* Lower numbers are more frequent. */
static size_t choose(size_t count)
{
    return random_below(&state, 1 + random_below(&state, count));
}

static void empty(struct object *object)
{
    if (object->payload) {
        live -= object->size;
        sum += drop_filled(object);
    }
}

static void replace(bool ebb)
{
    bool is_large = random_below(&state, RARE) == 0;
    struct object *object =
        is_large ? &large[choose(LARGE)] : &small[choose(SMALL)];

    empty(object);
    if (ebb && random_below(&state, 4) > 0)
        return;
    make(object, is_large ? large_size() : small_size(&state),
         next_random(&state));
    fill(object);
    live += object->size;
}

static void look_for_peak(void)
{
    size_t now = resident_bytes();

    peak = now > peak ? now : peak;
    peak_live = live > peak_live ? live : peak_live;
}

int main(int argc, char **argv)
{
    long calls = scale(argc, argv) * CALLS;

    small = notes(SMALL * sizeof(*small));
    large = notes(LARGE * sizeof(*large));
    state = seed(0);
    resident_base();
    for (long i = 0; i < calls; i++) {
        replace(i / (calls / TIDES) % 2 == 1);
        if (i % (calls / SAMPLES) == 0)
            look_for_peak();
    }
    report("long-peak", peak, peak_live);
    resident("long-end", live);
    for (int i = 0; i < SMALL; i++)
        empty(&small[i]);
    for (int i = 0; i < LARGE; i++)
        empty(&large[i]);
    return done(sum);
}
