/*
 * kvstore.c - the memory of a key-value store, as it is filled and emptied; one
 * thread.
 *
 * Written for this race; the story is that of the memory tests of Redis, where
 * what the keys hold and what the process holds drift apart when values change
 * their sizes or most keys are deleted. Keys have 16 to 64 bytes. The first
 * values have 17 to 1024, the smaller ones more frequent; those that overwrite
 * them are larger on average, each size as frequent as any.
 *
 * The phases: filled; as many overwritten, at random, as there are; 80 % of the
 * keys deleted at random; refilled; all deleted; a second later, in which the
 * process sleeps; and then used, for some thousand calls of malloc and free.
 * So it is seen what an allocator keeps when it is not called, and what it
 * gives back when it is called again.
 */
#include "pattern.h"

#include <unistd.h>

enum {
    KEYS = 20000, /* for each unit of SCALE */
    LEAST = 16,   /* bytes of a key, or of a value that overwrites one */
    KEY_MOST = 64,
    VALUE_MOST = 1024,
    CALLS = 5000, /* when it is used again */
    RECENT = 100, /* payloads live at a time, then */
};

struct entry {
    struct object key, value; /* without payloads if there is no such key */
};

static struct entry *entries;
static size_t keys, used, live; /* live: bytes */
static uint64_t state, sum;

static void add(struct object *object, size_t size)
{
    make(object, size, next_random(&state));
    fill(object);
    live += size;
}

static void take_away(struct object *object)
{
    live -= object->size;
    sum += drop_filled(object);
}

static struct entry *random_entry(void)
{
    return &entries[random_below(&state, keys)];
}

static void fill_up(void)
{
    for (size_t i = 0; i < keys; i++) {
        if (!entries[i].key.payload) {
            add(&entries[i].key,
                LEAST + random_below(&state, KEY_MOST - LEAST + 1));
            add(&entries[i].value, small_size(&state));
            used++;
        }
    }
}

/* The new value is there before the old one goes. */
static void overwrite(void)
{
    for (size_t i = 0; i < keys; i++) {
        struct entry *entry = random_entry();
        struct object old = entry->value;

        add(&entry->value,
            LEAST + random_below(&state, VALUE_MOST - LEAST + 1));
        take_away(&old);
    }
}

static void delete (struct entry *entry)
{
    if (entry->key.payload) {
        take_away(&entry->value);
        take_away(&entry->key);
        used--;
    }
}

static void delete_most(void)
{
    while (used > keys / 5)
        delete (random_entry());
}

static void delete_all(void)
{
    for (size_t i = 0; i < keys; i++)
        delete (&entries[i]);
}

static void go_on(void)
{
    struct object recent[RECENT] = {0};

    for (int i = 0; i < CALLS + RECENT; i++) {
        if (recent[i % RECENT].payload)
            take_away(&recent[i % RECENT]);
        if (i < CALLS)
            add(&recent[i % RECENT], small_size(&state));
    }
}

int main(int argc, char **argv)
{
    keys = (size_t)scale(argc, argv) * KEYS;
    entries = notes(keys * sizeof(*entries));
    state = seed(0);
    resident_base();
    fill_up();
    resident("kv-filled", live);
    overwrite();
    resident("kv-overwritten", live);
    delete_most();
    resident("kv-emptied-80", live);
    fill_up();
    resident("kv-refilled", live);
    delete_all();
    resident("kv-emptied", live);
    sleep(1);
    resident("kv-second-later", live);
    go_on();
    resident("kv-then-used", live);
    return done(sum);
}
