/* params.h - what can be tuned, by mallopt() or from the environment */
#ifndef PARAMS_H
#define PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Any thread reads and writes these at any time: so they are atomic. */
struct params {
    _Atomic size_t top_pad;        /* bytes to ask for beyond what is needed */
    _Atomic size_t trim_threshold; /* how long top may become, in bytes */
    _Atomic size_t mmap_threshold; /* from this size on: a mapping, in bytes */
    _Atomic size_t mmap_max;       /* how many mappings there may be */
    _Atomic bool dynamic;          /* do thresholds follow what is freed? */
    _Atomic size_t arena_max;      /* how many arenas; 0: by the cores */
    _Atomic size_t arena_test;     /* up to so many without counting cores */
    _Atomic size_t max_fast;       /* largest chunk for a fast bin, in bytes */
    _Atomic int perturb;           /* what to fill payloads with; 0: nothing */
};

extern struct params params;

/* The threshold for mappings does not rise by itself above this, in bytes:
 * 32 MiB, where addresses are scarce 512 KiB. */
#define MAX_MMAP_THRESHOLD ((size_t)512 << (sizeof(size_t) == 8 ? 16 : 10))

/* How many arenas there may be for each core. */
#define ARENAS_PER_CORE (sizeof(size_t) == 8 ? 8 : 2)

/* Fill freed memory, if M_PERTURB asks for it, so that programs notice when
 * they still use it. */
static inline void fill_freed(void *payload, size_t size)
{
    int byte = params.perturb;
    if (byte != 0)
        memset(payload, byte, size);
}

/* Fill a fresh payload with the complement, so that programs notice when they
 * count on what is there. */
static inline void fill_fresh(void *payload, size_t size)
{
    int byte = params.perturb;
    if (byte != 0)
        memset(payload, ~byte, size);
}

/* Set a parameter to value, by its number in <malloc.h>. Returns false if
 * there is no such parameter, or the value cannot be. */
bool set_param(int number, long value);

/* Set the parameters that are in the environment. */
void read_environment(void);

/* A mapped chunk of size bytes was freed: if it was above the threshold, such
 * chunks come and go, and are better kept. Raise the thresholds. */
void raise_thresholds(size_t size);

#endif
