/* 07.c - chunks wait in the cache of a thread, come in runs, and go back
 */
#include "chunks.h"
#include "show.h"

#include "arena.h"
#include "params.h"
#include "tcache.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static char *a, *b, *c, *q, *r, *t, *u;

/* Where in a list of cached chunks is this one, counted from 1? 0: nowhere. */
static int place_in(const struct chunk *first, const void *address)
{
    int place = 1;

    for (; first != NULL && first != address; place++)
        first = fastbin_next(first);
    return first != NULL ? place : 0;
}

/* What has the cache, or the list of what was handed over, to do with it? */
static const char *note(const void *address)
{
    static char text[32];

    for (struct arena *a = next_arena(NULL); a != NULL; a = next_arena(a)) {
        if (a->attached_threads == 0) /* its thread has ended */
            continue;
        if (address == payload_to_chunk(a->cache))
            return "a thread's cache itself";
        if (place_in(a->remote, address) != 0)
            return "handed over";
        if (place_in(a->cache->bins[FOREIGN_BIN].first, address) != 0)
            return "to be handed over";
        for (size_t i = FOREIGN_BIN + 1; i < NBINS; i++) {
            int place = place_in(a->cache->bins[i].first, address);
            snprintf(text, sizeof text, "bin %zu, place %d", i, place);
            if (place != 0)
                return text;
        }
    }
    return NULL;
}

/* What does the first thread's bin for this payload's size allow? */
static void show_bin(const char *what, char *payload)
{
    struct tcache_bin *bin = tcache_bin_for(payload_to_chunk(payload));

    printf("%s limit %u, room %u\n", what, bin->limit, bin->room);
}

static pthread_barrier_t turn; /* only one thread does something at a time */

static void *second_thread(void *unused)
{
    q = malloc(9000);
    r = malloc(9000);
    pthread_barrier_wait(&turn); /* main() frees them */
    pthread_barrier_wait(&turn);
    t = malloc(24);
    pthread_barrier_wait(&turn); /* main() looks */
    pthread_barrier_wait(&turn);
    u = malloc(24);
    return unused;
}

static void show_full_bin(void)
{
    char *p[6];

    mallopt(M_TCACHE_COUNT, 4);
    show_heap("mallopt(M_TCACHE_COUNT, 4);");
    for (int i = 0; i < 6; i++)
        show_name((char)('d' + i), p[i] = malloc(1000));
    show_heap("d, e, f, g, h, i = malloc(1000);");
    show_bin("the bin for 1008 bytes:", p[0]);
    for (int i = 0; i < 6; i++) {
        free(p[i]);
        show_name((char)('d' + i), NULL);
        if (i == 2)
            show_heap("free(d); free(e); free(f);");
        if (i == 3)
            show_heap("free(g);");
    }
    show_heap("free(h); free(i);");
    mallopt(M_TCACHE_COUNT, 65535);
}

/* How does the limit of a bin move, if so many payloads come and go? */
static void show_limits(int count)
{
    static char *p[500];
    struct tcache_bin *bin = NULL;
    unsigned limit = 0;

    for (int i = 0; i < 2 * count; i++) {
        if (i < count)
            p[i] = malloc(1000);
        else
            free(p[i - count]);
        if (bin == NULL)
            bin = tcache_bin_for(payload_to_chunk(p[0]));
        unsigned bytes = bin->limit - bin->room;
        if (bin->limit != limit)
            printf("  %s %3d: limit %5u, that is %2u chunks; %2u are there\n",
                   i < count ? "malloc" : "free  ", i % count + 1, bin->limit,
                   bin->limit / 1008, bytes / 1008);
        limit = bin->limit;
    }
}

int main(void)
{
    pthread_t second;

    show_start();
    show_note = note;
    a = malloc(24);
    show_name('a', a);
    show_heap("a = malloc(24);");
    show_bin("the bin for 32 bytes:", a);
    b = malloc(24);
    show_name('b', b);
    show_heap("b = malloc(24);");
    show_bin("the bin for 32 bytes:", a);
    c = malloc(24);
    show_name('c', c);
    show_heap("c = malloc(24);");

    free(a);
    free(b);
    show_name('a', NULL);
    show_name('b', NULL);
    show_heap("free(a); free(b);");
    puts("the words of the chunk that was b");
    show_word(b - 8, "size 0x20, P");
    printf("  %-16p 0x%016zx  fd, without the mixing: the chunk of a\n",
           (void *)b, (size_t)fastbin_next(payload_to_chunk(b)));
    show_word(b + 8, "bk: the mark");
    show_word(b + 24, "size of the next chunk: P, as if b were in use");
    printf("  %-16p %-18s  no_cache\n", (void *)&no_cache, "");
    show_name('a', malloc(24));
    show_name('b', malloc(24));
    show_heap("a = malloc(24); b = malloc(24);");

    show_full_bin();

    pthread_barrier_init(&turn, NULL, 2);
    pthread_create(&second, NULL, second_thread, NULL);
    pthread_barrier_wait(&turn);
    show_name('q', q);
    show_name('r', r);
    show_heap("second thread: q = malloc(9000); r = malloc(9000);");
    free(q);
    show_name('q', NULL);
    show_heap("first thread: free(q);");
    free(r);
    show_name('r', NULL);
    show_heap("first thread: free(r);");
    pthread_barrier_wait(&turn);
    pthread_barrier_wait(&turn);
    show_name('t', t);
    show_heap("second thread: t = malloc(24);");
    pthread_barrier_wait(&turn);
    pthread_join(second, NULL);
    show_name('u', u);
    show_heap("second thread: u = malloc(24); and it ends");
    malloc(100000); /* so that caches may have more: half of the arena */
    malloc(100000);
    puts("first thread: malloc(1000) 500 times, and all are freed");
    show_limits(500);
    return 0;
}
