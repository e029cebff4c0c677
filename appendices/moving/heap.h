/* heap.h - the memory: one file, seen three times, in pages
 *
 * The file is a memfd of eight times the heap's capacity. Its bytes take memory
 * when they are first written, and give it back when a hole is punched. So the
 * file is only a stretch of addresses, much longer than what may be in use, and
 * there is nearly always a run of free ones for a large object.
 *
 * A small page has 32 KiB and many objects of up to 4 KiB, one behind the
 * other. A larger object has a page of its own, of as many system pages as it
 * needs. Each page begins at a multiple of 32 KiB, its number times that.
 *
 * A page is filled from its start to its end by one thread, and none of it is
 * used again before all of it is free. Small pages that are free are kept for a
 * while, as system calls and page faults cost more than to clear them: those
 * that nobody needed from one cycle to the next go back.
 */
#ifndef HEAP_H
#define HEAP_H

#include "object.h"

#include <pthread.h>

enum {
    PAGE_BYTES = 32 * 1024,
    PAGE_WORDS = PAGE_BYTES / WORD,
    SMALL_MAX = PAGE_BYTES / 8, /* bytes, the largest object in a small page */
    SYSTEM_PAGE = 4096,
    GROWTH_MIN = 4 * PAGE_BYTES,
    ADDRESSES = 8, /* bytes of addresses for each byte of capacity */
};

struct page {
    size_t bytes;   /* of memory; 0: nothing begins here */
    size_t top;     /* of them are used; only the thread that fills it knows */
    uint32_t cycle; /* in which it was opened */
    bool small;     /* many objects, or one? */
    atomic_size_t live_bytes, live_objects;  /* marked in this cycle */
    _Atomic uint64_t marks[PAGE_WORDS / 64]; /* a bit for each word */
};

struct forwarding;

struct heap {
    pthread_mutex_t lock; /* of all that follows, down to cycle */
    int file;
    size_t capacity; /* bytes of memory that the file may have */
    size_t reserve;  /* of them are for objects that move */
    size_t held;     /* bytes that it has: those of pages in use, and kept */
    size_t used;     /* bytes of pages in use */
    size_t peak;     /* the most that this was since somebody set it */
    size_t pace;     /* so many may be used without waiting for a cycle */
    size_t wake_at;  /* so many are used: time for a cycle */
    size_t live;     /* bytes that the last cycle has marked */
    atomic_bool due; /* see heap_is_due() */
    size_t count;    /* of page numbers */
    size_t lowest;   /* no number below it is free */
    struct page *pages;
    unsigned char *state; /* for each number: FREE, TAKEN, KEPT (heap.c) */
    size_t *kept;         /* numbers of small pages that are free, but held */
    size_t kept_count;
    size_t kept_least; /* the least that this was since the last heap_trim() */
    uint32_t cycle;    /* counted at each start of marking */
    struct forwarding **forwardings; /* for each page number, or NULL */
    atomic_size_t forwarding_bytes;
};

extern struct heap heap;

/* Map the heap. Returns 0, or a negative errno. */
int heap_map(size_t capacity, size_t reserve);
void heap_unmap(void);

/* Who asks for memory: a thread that has not waited for a cycle yet, one that
 * has, or an object that moves. Each may take more than the one before. */
enum claim { PACED, WAITED, MOVES };

/* A page for an object of so many bytes, full of zeros; or NULL, if there is no
 * memory for this claim. */
struct page *page_open(size_t bytes, enum claim claim);

/* Nothing in it is needed any more. */
void page_free(struct page *page);

/* At the end of a cycle: give back what was kept and not needed since the last
 * time. */
void heap_trim(void);

/* Was a page opened since the last call that makes it time for a cycle? */
bool heap_is_due(void);

/* At the start, and at the end of a cycle: the next one begins when what is
 * used has grown by so many per cent; and who takes as much again before it has
 * ended must wait. */
void heap_set_pace(size_t growth);

static inline size_t page_offset(const struct page *page)
{
    return (size_t)(page - heap.pages) * PAGE_BYTES;
}

static inline struct page *page_of(uintptr_t offset)
{
    return &heap.pages[offset / PAGE_BYTES];
}

/* Was everything in it allocated or copied since marking began? Then all of it
 * counts as live. */
static inline bool is_new(const struct page *page)
{
    return page->cycle == heap.cycle;
}

#endif
