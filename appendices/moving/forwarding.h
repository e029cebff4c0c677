/* forwarding.h - where the objects of a page have gone
 *
 * A page whose objects move gets a table: from the place of each in the page to
 * its new offset. The table stands outside of the page, whose memory can so be
 * given back, and used for another page, as soon as the last object has gone.
 * Who comes with an old reference, which its colour says, finds the new place
 * here. When all references have been corrected, the table goes.
 *
 * It is a hash table of twice as many entries as there are objects, searched
 * linearly from the place's hash. An entry is filled once, by the thread that
 * was the first to copy the object: compare-and-swap decides.
 *
 *      entry   63 ... 16     15 ... 1         0
 *              new offset    word in page     1: filled
 */
#ifndef FORWARDING_H
#define FORWARDING_H

#include "heap.h"

struct forwarding {
    struct page *page;
    atomic_int users;   /* threads that may read the page; 0: it is gone */
    atomic_bool pinned; /* an object had to stay, so the page must, too */
    size_t mask;
    _Atomic uint64_t entries[];
};

struct forwarding *forwarding_new(struct page *page);
void forwarding_delete(struct forwarding *f);

/* The new offset, or 0. */
uintptr_t forwarding_find(struct forwarding *f, uintptr_t from);

/* Enter a new offset. Returns it, or that of another who was faster. */
uintptr_t forwarding_insert(struct forwarding *f, uintptr_t from, uintptr_t to);

/* The offset that an object has now, if its page had all its objects moved in
 * the cycle before, or had none. */
uintptr_t remap(uintptr_t offset);

/* May the page be read? Then it is not given back before it is released. */
bool forwarding_retain(struct forwarding *f);
void forwarding_release(struct forwarding *f);

#endif
