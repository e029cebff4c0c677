/* relocate.c - the emptiest pages are emptied, while the program runs */
#include "relocate.h"

#include "allocate.h"
#include "die.h"
#include "forwarding.h"

#include <string.h>

/* A page that wastes less is not worth the copying. */
enum { WASTE_MIN = PAGE_BYTES / 8 };

/* The pages that were not new at the end of marking; and the tables of those
 * that were chosen, the emptiest first. */
static struct page **old;
static size_t old_count;
static struct forwarding **chosen;
static size_t chosen_count;
static atomic_size_t next_chosen;

/* ---- choosing ---- */

/* Nobody but us frees such a page; so they can be looked at without the lock.
 */
static void find_old_pages(void)
{
    old = realloc(old, heap.count * sizeof *old);
    if (old == NULL)
        die("there is no memory for a list of pages");
    old_count = 0;
    pthread_mutex_lock(&heap.lock);
    for (size_t i = 0; i < heap.count; i++)
        if (heap.pages[i].bytes != 0 && !is_new(&heap.pages[i]))
            old[old_count++] = &heap.pages[i];
    pthread_mutex_unlock(&heap.lock);
}

static int by_live_bytes(const void *a, const void *b)
{
    size_t live_a = (*(struct page *const *)a)->live_bytes;
    size_t live_b = (*(struct page *const *)b)->live_bytes;

    return (live_a > live_b) - (live_a < live_b);
}

/* The dead pages are free at once, and come off the list of old ones. */
static void free_dead_pages(void)
{
    size_t kept = 0;

    heap.live = 0;
    for (size_t i = 0; i < old_count; i++) {
        heap.live += old[i]->live_bytes;
        if (old[i]->live_bytes == 0)
            page_free(old[i]);
        else
            old[kept++] = old[i];
    }
    old_count = kept;
}

static bool wastes_much(const struct page *page)
{
    return page->small && PAGE_BYTES - page->live_bytes >= WASTE_MIN;
}

size_t relocate_select(void)
{
    size_t waste = 0, count = 0;

    find_old_pages();
    free_dead_pages();
    qsort(old, old_count, sizeof *old, by_live_bytes);
    for (size_t i = 0; i < old_count; i++)
        if (wastes_much(old[i])) {
            waste += PAGE_BYTES - old[i]->live_bytes;
            count++;
        }
    /* Would not even one page be won? */
    if (waste < PAGE_BYTES)
        return 0;

    chosen = calloc(count, sizeof *chosen);
    if (chosen == NULL)
        die("there is no memory for a list of pages");
    for (size_t i = 0; i < old_count; i++)
        if (wastes_much(old[i])) {
            struct forwarding *f = forwarding_new(old[i]);
            heap.forwardings[f->page - heap.pages] = f;
            chosen[chosen_count++] = f;
        }
    atomic_store(&next_chosen, 0);
    return count;
}

void relocate_forget(void)
{
    for (size_t i = 0; i < chosen_count; i++) {
        heap.forwardings[chosen[i]->page - heap.pages] = NULL;
        forwarding_delete(chosen[i]);
    }
    free(chosen);
    chosen = NULL;
    chosen_count = 0;
}

/* ---- moving ---- */

/* The page must be retained. */
static uintptr_t move_object(struct forwarding *f, uintptr_t from)
{
    const struct object *o = at((struct object *)(from | REMAPPED));
    size_t size = object_size(o);
    uintptr_t to = allocate(size, MOVES);

    if (to == 0) {
        atomic_store(&f->pinned, true);
        return forwarding_insert(f, from, from);
    }
    memcpy(at((struct object *)(to | REMAPPED)), o, size);
    uintptr_t winner = forwarding_insert(f, from, to);
    if (winner != to)
        take_back(to, size);
    return winner;
}

static uintptr_t relocate(uintptr_t from)
{
    struct forwarding *f = heap.forwardings[from / PAGE_BYTES];

    if (f == NULL)
        return from;
    uintptr_t to = forwarding_find(f, from);
    /* If the page is gone, all of its objects are in the table. */
    if (to == 0 && forwarding_retain(f)) {
        to = move_object(f, from);
        forwarding_release(f);
    } else if (to == 0) {
        to = forwarding_find(f, from);
    }
    return to;
}

struct object *relocate_reference(struct object *stale)
{
    return offset_to_reference(relocate(reference_to_offset(stale)));
}

void relocate_root(struct object **root)
{
    if (is_bad(*root))
        *root = relocate_reference(*root);
}

static void empty_page(struct forwarding *f)
{
    uintptr_t start = page_offset(f->page);

    for (size_t i = 0; i < PAGE_WORDS / 64; i++)
        for (uint64_t marks = f->page->marks[i]; marks != 0; marks &= marks - 1)
            relocate(start + (64 * i + (size_t)__builtin_ctzl(marks)) * WORD);
    forwarding_release(f);
}

void relocate_until_nothing_is_left(void)
{
    size_t i;

    while ((i = atomic_fetch_add(&next_chosen, 1)) < chosen_count)
        empty_page(chosen[i]);
}

void relocate_end(void)
{
    pthread_mutex_lock(&heap.lock);
    for (size_t i = 0; i < old_count; i++)
        if (old[i]->bytes != 0 && !is_new(old[i])) {
            memset(old[i]->marks, 0, sizeof old[i]->marks);
            old[i]->live_bytes = 0;
            old[i]->live_objects = 0;
        }
    pthread_mutex_unlock(&heap.lock);
}
