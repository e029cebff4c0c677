/*
 * pattern.h - what the programs of the race share.
 *
 * A pattern is a program that does little else than call malloc and free, in
 * an order that is known to be hard. It is called NAME [SCALE]: SCALE is 10 if
 * it is not given, and multiplies the work. All numbers follow from fixed
 * seeds, so that a pattern makes the same calls under each allocator and prints
 * the same line at its end, `done CHECKSUM`.
 *
 * A pattern is a test too. Each payload carries a mark in its first and last
 * byte, which must still be there when it is freed; if not, one line on stderr
 * says so, and the status is 1. What a pattern itself must remember is static
 * or in pages of its own, so that malloc is called for the pattern alone.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    THREADS = 2, /* on every machine, so that results can be compared */
    LINE = 128,  /* what is written by two threads lies this far apart */
};

/* --- the program ----------------------------------------------------------*/

/* SCALE, the first argument; anything but a whole number from 1 is an error. */
long scale(int argc, char **argv);

/* Print the last line, and return main's status. */
int done(uint64_t checksum);

/* End the program with one line on stderr, and status 1. */
_Noreturn void fail(const char *what);

/* Zeroed pages for the program's own notes. They are shared memory, which is
 * not among the anonymous bytes that resident() measures. */
void *notes(size_t bytes);

/* Call work(0) up to work(threads - 1), each in a thread of its own, and return
 * the sum of what they return. If there are THREADS, each keeps to a core of
 * its own. Otherwise the kernel may put both on one, since they wake each
 * other, and there they take turns and nothing is contended. */
uint64_t in_threads(int threads, uint64_t (*work)(int thread));

/* How often something has happened; one thread counts, another waits until it
 * has happened so often. */
struct counter {
    _Alignas(LINE) atomic_long count;
};
void count_one(struct counter *counter);
void wait_for(struct counter *counter, long count);

/* --- memory ---------------------------------------------------------------*/

/* Anonymous bytes resident now, and above what resident_base() found. */
void resident_base(void);
size_t resident_bytes(void);

/* Print `resident PHASE BYTES`, and for comparison `live PHASE BYTES`: what was
 * asked for and not freed. resident() prints what is resident now. */
void report(const char *phase, size_t bytes, size_t live);
void resident(const char *phase, size_t live);

/* --- random numbers -------------------------------------------------------*/

/* xorshift64; the state is never 0. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* From 0 to bound - 1: the upper half of the number, scaled down. */
static inline size_t random_below(uint64_t *state, size_t bound)
{
    return ((next_random(state) >> 32) * bound) >> 32;
}

/* The first state of a sequence of random numbers; number is from 0. */
static inline uint64_t seed(long number)
{
    uint64_t state = 0x9e3779b97f4a7c15u * (uint64_t)(number + 1);

    for (int i = 0; i < 8; i++)
        next_random(&state);
    return state;
}

/* From 17 to 1024 bytes, and each doubling as likely as the next: half of the
 * sizes are at most 128. */
static inline size_t small_size(uint64_t *state)
{
    size_t least = (size_t)16 << random_below(state, 6);

    return least + 1 + random_below(state, least);
}

/* --- payloads -------------------------------------------------------------*/

struct object {
    char *payload; /* NULL: there is none */
    uint32_t size;
    char mark;
};

/* Allocate a payload and mark both its ends. */
static inline void make(struct object *object, size_t size, uint64_t random)
{
    char *payload = malloc(size);

    if (!payload)
        fail("out of memory");
    *object = (struct object){payload, (uint32_t)size, (char)random};
    payload[0] = payload[size - 1] = object->mark;
}

/* Write the whole payload, as most programs do. */
static inline void fill(struct object *object)
{
    memset(object->payload, object->mark, object->size);
}

/* Free a payload; its marks must be intact. The sum of what this returns is
 * the checksum. */
static inline uint64_t drop(struct object *object)
{
    char *payload = object->payload;

    if (payload[0] != object->mark || payload[object->size - 1] != object->mark)
        fail("a payload was overwritten");
    free(payload);
    object->payload = NULL;
    return object->size + (unsigned char)object->mark;
}

/* Free a payload that was filled; every byte must be intact. */
static inline uint64_t drop_filled(struct object *object)
{
    char *payload = object->payload;

    if (memcmp(payload, payload + 1, object->size - 1) != 0)
        fail("a payload was overwritten");
    return drop(object);
}

#endif
