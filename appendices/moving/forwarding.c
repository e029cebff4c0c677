/* forwarding.c - where the objects of a page have gone */
#include "forwarding.h"

#include "die.h"

static size_t table_bytes(size_t mask)
{
    return sizeof(struct forwarding) + (mask + 1) * sizeof(uint64_t);
}

struct forwarding *forwarding_new(struct page *page)
{
    size_t mask = 1;

    while (mask + 1 < 2 * page->live_objects)
        mask = 2 * mask + 1;
    struct forwarding *f = calloc(1, table_bytes(mask));
    if (f == NULL)
        die("there is no memory for a forwarding table");
    f->page = page;
    f->users = 1; /* until all objects have gone */
    f->mask = mask;
    heap.forwarding_bytes += table_bytes(mask);
    return f;
}

void forwarding_delete(struct forwarding *f)
{
    heap.forwarding_bytes -= table_bytes(f->mask);
    free(f);
}

/* ---- entries ---- */

static uint64_t word_in_page(uintptr_t offset)
{
    return offset % PAGE_BYTES / WORD;
}

static uint64_t make_entry(uintptr_t from, uintptr_t to)
{
    return to << 16 | word_in_page(from) << 1 | 1;
}

static bool entry_is_of(uint64_t entry, uintptr_t from)
{
    return (entry & 0xffff) == (word_in_page(from) << 1 | 1);
}

/* Neighbours in the page are to be far apart in the table. */
static size_t first_place(const struct forwarding *f, uintptr_t from)
{
    return word_in_page(from) * 0x9e3779b97f4a7c15u >> 32 & f->mask;
}

uintptr_t forwarding_find(struct forwarding *f, uintptr_t from)
{
    for (size_t i = first_place(f, from);; i = (i + 1) & f->mask) {
        uint64_t entry =
            atomic_load_explicit(&f->entries[i], memory_order_acquire);
        if (entry == 0)
            return 0;
        if (entry_is_of(entry, from))
            return entry >> 16;
    }
}

/* The copy was written before the entry, and who finds the entry sees it. */
uintptr_t forwarding_insert(struct forwarding *f, uintptr_t from, uintptr_t to)
{
    for (size_t i = first_place(f, from);; i = (i + 1) & f->mask) {
        uint64_t entry = 0;
        if (atomic_compare_exchange_strong_explicit(
                &f->entries[i], &entry, make_entry(from, to),
                memory_order_acq_rel, memory_order_acquire))
            return to;
        if (entry_is_of(entry, from))
            return entry >> 16;
    }
}

uintptr_t remap(uintptr_t offset)
{
    struct forwarding *f = heap.forwardings[offset / PAGE_BYTES];

    return f != NULL ? forwarding_find(f, offset) : offset;
}

/* ---- the page ---- */

bool forwarding_retain(struct forwarding *f)
{
    int users = atomic_load(&f->users);

    while (users > 0)
        if (atomic_compare_exchange_weak(&f->users, &users, users + 1))
            return true;
    return false;
}

void forwarding_release(struct forwarding *f)
{
    if (atomic_fetch_sub(&f->users, 1) == 1 && !atomic_load(&f->pinned))
        page_free(f->page);
}
