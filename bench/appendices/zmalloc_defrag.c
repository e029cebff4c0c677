/* zmalloc_defrag.c - what does it take to move payloads out of sparse pages?
 *
 *     LD_PRELOAD=libmalloc.so zmalloc_defrag NAME MOVES [uncached]
 *
 * Payloads of 16 to 512 bytes are allocated, and seven of eight, chosen at
 * random, are freed. Those that stay lie all over. All pointers to them are in
 * one table, so they can be moved as Redis moves what it has: allocate, copy,
 * free the old one. MOVES says which:
 *
 *     none     none of them
 *     all      each in turn
 *     sparse   those whose page has less in use than the average page
 *
 * With `uncached` the copy does not come from the cache of the thread, nor does
 * the old one go there; only jemalloc has calls for that.
 *
 * Then the allocator is asked to give back what it can (malloc_trim). Prints a
 * line: MOVES,NAME, and then bytes that are live; resident before and after;
 * how many payloads were moved, and how many of them came to lie in a page that
 * had more in use than the one they left.
 */
#include "zmalloc.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAYLOADS = 100000, STAY = 8, PAGE = 4096 };

static char *payloads[PAYLOADS];
static size_t live, moved, better;

/* Of jemalloc, if that is what malloc is. */
void *mallocx(size_t size, int flags) __attribute__((weak));
void dallocx(void *payload, int flags) __attribute__((weak));
int mallctl(const char *name, void *old, size_t *old_size, void *new,
            size_t new_size) __attribute__((weak));

enum { TCACHE_NONE = 1 << 8 };

/* How many bytes of each page are in use: what a hint has to be made of. Pages
 * are hashed, as they lie anywhere. */
enum { BUCKETS = 1 << 18 };

static struct {
    uintptr_t page;
    long used;
} table[BUCKETS];

static size_t pages; /* that have something in use */

static long *used_of(const void *address)
{
    uintptr_t page = (uintptr_t)address / PAGE;
    size_t i = page * 0x9e3779b97f4a7c15u >> 46;

    while (table[i].page != 0 && table[i].page != page)
        i = (i + 1) % BUCKETS;
    table[i].page = page;
    return &table[i].used;
}

static void count(char *payload, long sign)
{
    long *used = used_of(payload);

    pages += *used == 0;
    *used += sign * (long)malloc_usable_size(payload);
    pages -= *used == 0;
}

static size_t anonymous(void)
{
    return zmalloc_get_smap_bytes_by_field("Anonymous:", -1);
}

static void give_back(void)
{
    char name[32];
    unsigned arenas = 0;
    size_t size = sizeof(arenas);

    if (mallctl != NULL &&
        mallctl("arenas.narenas", &arenas, &size, NULL, 0) == 0) {
        mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
        snprintf(name, sizeof(name), "arena.%u.purge", arenas);
        mallctl(name, NULL, NULL, NULL, 0);
    } else {
        malloc_trim(0);
    }
}

static char *move(char *payload, bool uncached)
{
    size_t size = malloc_usable_size(payload);
    char *copy = uncached ? mallocx(size, TCACHE_NONE) : malloc(size);

    memcpy(copy, payload, size);
    moved++;
    better += *used_of(copy) > *used_of(payload);
    count(copy, 1);
    count(payload, -1);
    if (uncached)
        dallocx(payload, TCACHE_NONE);
    else
        free(payload);
    return copy;
}

/* Afterwards the payloads that stay are those in the table. */
static void fill_and_thin(void)
{
    uint64_t state = 1;

    for (int i = 0; i < PAYLOADS; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        size_t size = 16 + (size_t)(state >> 33) % 497;
        payloads[i] = memset(malloc(size), 1, size);
    }
    for (int i = 0; i < PAYLOADS; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        if ((state >> 33) % STAY == 0) {
            live += malloc_usable_size(payloads[i]);
            count(payloads[i], 1);
            continue;
        }
        free(payloads[i]);
        payloads[i] = NULL;
    }
}

static bool is_to_be_moved(const char *payload, const char *moves)
{
    if (strcmp(moves, "sparse") == 0)
        return *used_of(payload) * (long)pages < (long)live;
    return strcmp(moves, "all") == 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s NAME MOVES [uncached]\n", argv[0]);
        return 2;
    }
    bool uncached = argc > 3;
    if (uncached && mallocx == NULL) {
        fprintf(stderr, "zmalloc_defrag: uncached: only with jemalloc\n");
        return 2;
    }
    memset(table, 0, sizeof(table));
    memset(payloads, 0, sizeof(payloads));
    free(malloc(1));

    size_t at_first = anonymous();
    fill_and_thin();
    size_t before = anonymous();
    for (int i = 0; i < PAYLOADS; i++)
        if (payloads[i] != NULL && is_to_be_moved(payloads[i], argv[2]))
            payloads[i] = move(payloads[i], uncached);
    give_back();
    size_t after = anonymous();
    printf("%s,%s,%zu,%zu,%zu,%zu,%zu\n", argv[2], argv[1], live,
           before - at_first, after - at_first, moved, better);
    return 0;
}
