/* 06.c - a second thread gets an arena, and what it allocated goes back there
 */
#include "show.h"

#include "arena.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_barrier_t turn; /* only one thread does something at a time */
static char *a, *b, *d, *e;

/* Which arena begins here? */
static const char *note(const void *address)
{
    static char text[32];

    if (address == payload_to_chunk(a))
        return "arena 0 begins"; /* its first chunk */
    if (address != heap_of(address))
        return NULL;
    snprintf(text, sizeof text, "arena %u begins",
             heap_of(address)->arena->number);
    return text;
}

/* From a payload in a heap to its arena, as free() goes. */
static void show_way(const char *payload)
{
    struct chunk *c = payload_to_chunk((void *)payload);

    puts("from b to its arena");
    show_word(&c->size, "size of b's chunk: 0x20, flags A (4) and P (1)");
    printf("  %-16p %-18s  b's chunk\n", (void *)c, "");
    printf("  %-16p %-18s  with 26 bits cleared: its heap\n",
           (void *)heap_of(c), "");
    show_word(heap_of(c), "first word there: the arena");
}

static void *second_thread(void *unused)
{
    b = malloc(24);
    pthread_barrier_wait(&turn); /* now main() looks at it, and frees it */
    pthread_barrier_wait(&turn);
    d = malloc(24);
    return unused;
}

static void *third_thread(void *unused)
{
    e = malloc(24);
    return unused;
}

int main(void)
{
    pthread_t thread;

    show_start();
    show_note = note;
    pthread_barrier_init(&turn, NULL, 2);

    a = malloc(24);
    show_name('a', a);
    show_heap("first thread: a = malloc(24);");

    pthread_create(&thread, NULL, second_thread, NULL);
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
    pthread_join(thread, NULL);
    show_name('d', d);
    show_heap("second thread: d = malloc(24); and it ends");

    pthread_create(&thread, NULL, third_thread, NULL);
    pthread_join(thread, NULL);
    show_name('e', e);
    show_heap("third thread: e = malloc(24); and it ends");
    return 0;
}
