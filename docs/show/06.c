/* 06.c - threads get an arena, chunks go back to it, and a heap comes and goes
 */
#include "chunks.h"
#include "show.h"

#include "arena.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define MiB ((size_t)1 << 20)

static char *a, *b, *d, *e, *x, *y, *z;

/* Whose memory begins here? */
static const char *note(const void *address)
{
    static char text[32];

    if (address == payload_to_chunk(a))
        return "first chunk of arena 0";
    if (address != heap_of(address))
        return NULL;
    snprintf(text, sizeof text, "heap of arena %u",
             heap_of(address)->arena->number);
    return text;
}

/* From a payload in a heap to its arena, as free() goes. */
static void show_way(void *payload)
{
    struct chunk *c = payload_to_chunk(payload);

    puts("from b to its arena");
    show_word(&c->size, "size of b's chunk: 0x20, flags A (4) and P (1)");
    printf("  %-16p %-18s  b's chunk\n", (void *)c, "");
    printf("  %-16p %-18s  with 26 bits cleared: its heap\n",
           (void *)heap_of(c), "");
    show_word(heap_of(c), "first word there: the arena");
}

static pthread_barrier_t turn; /* only one thread does something at a time */

static void *second_thread(void *unused)
{
    b = malloc(24);
    pthread_barrier_wait(&turn); /* main() looks at it, and frees it */
    pthread_barrier_wait(&turn);
    d = malloc(24);
    return unused;
}

static void *third_thread(void *unused)
{
    e = malloc(24);
    return unused;
}

static void *fourth_thread(void *unused)
{
    x = malloc(30 * MiB);
    y = malloc(30 * MiB);
    return unused;
}

static void *fifth_thread(void *unused)
{
    z = malloc(30 * MiB);
    return unused;
}

static void in_a_thread(void *(*body)(void *))
{
    pthread_t thread;

    pthread_create(&thread, NULL, body, NULL);
    pthread_join(thread, NULL);
}

int main(void)
{
    pthread_t second;

    show_start();
    show_note = note;
    a = malloc(24);
    show_name('a', a);
    show_heap("first thread: a = malloc(24);");

    pthread_barrier_init(&turn, NULL, 2);
    pthread_create(&second, NULL, second_thread, NULL);
    pthread_barrier_wait(&turn);
    show_name('b', b);
    show_heap("second thread: b = malloc(24);");
    show_way(b);
    free(b);
    show_name('b', NULL);
    show_heap("first thread: free(b);");
    show_name('c', malloc(24));
    show_heap("first thread: c = malloc(24);");
    pthread_barrier_wait(&turn);
    pthread_join(second, NULL);
    show_name('d', d);
    show_heap("second thread: d = malloc(24); and it ends");

    in_a_thread(third_thread);
    show_name('e', e);
    show_heap("third thread: e = malloc(24); and it ends");

    mallopt(M_MMAP_MAX, 0); /* large chunks, too, have to lie in heaps */
    in_a_thread(fourth_thread);
    show_name('x', x);
    show_name('y', y);
    show_heap("fourth thread: x = malloc(30 MiB); y = malloc(30 MiB);");
    in_a_thread(fifth_thread);
    show_name('z', z);
    show_heap("fifth thread: z = malloc(30 MiB);");
    free(z);
    show_name('z', NULL);
    show_heap("first thread: free(z);");
    return 0;
}
