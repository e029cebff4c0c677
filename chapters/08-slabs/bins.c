/* bins.c - free chunks, sorted by size
 *
 * A single free list must be searched. So there are many, called bins, and the
 * size of a request says which one to look in:
 *
 *   bin 1         unsorted: what was freed lately, in the order of freeing
 *   bins 2-63     small, 16 bytes apart: all chunks in a bin have one size
 *   bins 64-126   large, for wider and wider ranges of sizes: sorted by size
 *
 * free() puts a chunk into the unsorted bin and is done. The next malloc() that
 * does not find its size at once files the chunks there, each into its own bin.
 * A chunk that is asked for again before that is never filed. A bitmap says
 * which bins are surely empty: four words to look at, not 126 lists.
 */
#include "bins.h"
#include "os.h"

/* One malloc() files at most this many chunks of the unsorted bin. */
#define MAX_FILED 10000

/* The large bins come in groups. The bins of group g, up to number last[g], are
 * 1 << shift[g] bytes apart: 64 bytes up to bin 96, 512 up to bin 111. */
#define NGROUPS 5
static const unsigned shift[NGROUPS] = {6, 9, 12, 15, 18};
static const unsigned last[NGROUPS] = {96, 111, 119, 123, 125};

void bins_init(struct arena *a)
{
    for (size_t i = 0; i < NBINS; i++)
        freelist_init(&a->bins[i]);
}

size_t bin_index(size_t size)
{
    if (is_small(size))
        return small_index(size);

    /* A group begins at bin number first, with the size start. */
    size_t first = FIRST_LARGE_BIN, start = MIN_LARGE_SIZE;
    for (int g = 0; g < NGROUPS; g++) {
        size_t index = first + (size >> shift[g]) - (start >> shift[g]);
        if (index <= last[g])
            return index;
        start = ((start >> shift[g]) + last[g] + 1 - first) << shift[g];
        first = last[g] + 1;
    }
    return NBINS - 2;
}

/* The last chunk of a bin: the oldest, in a large bin the smallest; or NULL. */
static struct chunk *last_in_bin(struct arena *a, size_t index)
{
    struct chunk *head = list_head(&a->bins[index]);
    return head->bk != head ? head->bk : NULL;
}

/* Put a chunk into a large bin: after the first chunk of its size, or else
 * before the first smaller one, and then on the ring of sizes too. */
static void file_large_chunk(struct chunk *head, struct chunk *c)
{
    struct chunk *at = head->fd;

    c->fd_nextsize = c->bk_nextsize = c;
    /* Is the bin empty? Then c alone is its ring of sizes. */
    if (at == head) {
        freelist_insert(head, c);
        return;
    }
    /* Smaller than all? The search below would never end. */
    if (chunk_size(c) < chunk_size(head->bk)) {
        sizes_insert(at, c);
        freelist_insert(head, c);
        return;
    }
    while (chunk_size(at) > chunk_size(c))
        at = at->fd_nextsize;
    if (at->bk_nextsize->fd_nextsize != at)
        fatal("malloc(): largebin double linked list corrupted (nextsize)");
    if (at->bk->fd != at)
        fatal("malloc(): largebin double linked list corrupted (bk)");
    if (chunk_size(at) == chunk_size(c)) {
        c->fd_nextsize = c->bk_nextsize = NULL;
        freelist_insert(at->fd, c);
    } else {
        sizes_insert(at, c);
        freelist_insert(at, c);
    }
}

/* Put a free chunk into the bin for its size. */
static void file_chunk(struct arena *a, struct chunk *c)
{
    size_t index = bin_index(chunk_size(c));
    struct chunk *head = list_head(&a->bins[index]);

    if (is_small(chunk_size(c)))
        freelist_insert(head->fd, c);
    else
        file_large_chunk(head, c);
    a->binmap[index / 32] |= 1u << index % 32;
}

void unsorted_push(struct arena *a, struct chunk *c)
{
    struct chunk *head = list_head(&a->bins[UNSORTED_BIN]);

    if (head->fd->bk != head)
        fatal("free(): corrupted unsorted chunks");
    if (!is_small(chunk_size(c)))
        c->fd_nextsize = c->bk_nextsize = NULL;
    freelist_push(&a->bins[UNSORTED_BIN], c);
}

/* Was this chunk in the unsorted bin overwritten, or one of its neighbours? */
static void check_unsorted(struct arena *a, struct chunk *c)
{
    struct chunk *next = chunk_after(c);

    if (!is_plausible(a, c))
        fatal("malloc(): invalid size (unsorted)");
    if (!is_plausible(a, next))
        fatal("malloc(): invalid next size (unsorted)");
    if (next->prev_size != chunk_size(c))
        fatal("malloc(): mismatching next->prev_size (unsorted)");
    if (c->bk->fd != c || c->fd != list_head(&a->bins[UNSORTED_BIN]))
        fatal("malloc(): unsorted double linked list corrupted");
    if (prev_in_use(next))
        fatal("malloc(): invalid next->prev_inuse (unsorted)");
}

/* Small chunks requested in a row should lie side by side: each is cut from
 * what the last one left over, if the unsorted bin holds nothing else. */
static bool is_worth_splitting(struct arena *a, struct chunk *c, size_t size)
{
    return is_small(size) && c == a->last_remainder && c->bk == c->fd &&
           chunk_size(c) > size + MINSIZE;
}

struct chunk *unsorted_take(struct arena *a, size_t size)
{
    for (int filed = 0; filed < MAX_FILED; filed++) {
        struct chunk *c = last_in_bin(a, UNSORTED_BIN);
        if (c == NULL)
            return NULL;
        check_unsorted(a, c);
        if (chunk_size(c) == size || is_worth_splitting(a, c, size))
            return freelist_claim(c);
        freelist_unlink(c);
        file_chunk(a, c);
    }
    return NULL;
}

struct chunk *smallbin_take(struct arena *a, size_t size)
{
    struct chunk *c = last_in_bin(a, small_index(size));

    if (c == NULL)
        return NULL;
    if (c->bk->fd != c)
        fatal("malloc(): smallbin double linked list corrupted");
    return freelist_claim(c);
}

struct chunk *largebin_take(struct arena *a, size_t size)
{
    struct chunk *largest = freelist_next(&a->bins[bin_index(size)], NULL);

    if (largest == NULL || chunk_size(largest) < size)
        return NULL;
    struct chunk *c = largest->bk_nextsize; /* the smallest */
    while (chunk_size(c) < size)
        c = c->bk_nextsize;
    /* A second chunk of this size is not on the ring: easier to take. */
    if (c->fd->fd_nextsize == NULL)
        c = c->fd;
    return freelist_claim(c);
}

/* The first bin from index on whose bit in the map is set; NBINS if none. */
static size_t next_in_binmap(struct arena *a, size_t index)
{
    size_t word = index / 32;
    uint32_t bits = a->binmap[word] & ~0u << index % 32;

    while (bits == 0) {
        if (++word == NBINS / 32)
            return NBINS;
        bits = a->binmap[word];
    }
    return word * 32 + (size_t)__builtin_ctz(bits);
}

struct chunk *larger_bin_take(struct arena *a, size_t size)
{
    size_t index = next_in_binmap(a, bin_index(size) + 1);

    while (index < NBINS) {
        struct chunk *c = last_in_bin(a, index);
        if (c != NULL)
            return freelist_claim(c);
        /* Empty, though its bit is set: bits are cleared only here. */
        a->binmap[index / 32] &= ~(1u << index % 32);
        index = next_in_binmap(a, index + 1);
    }
    return NULL;
}
