/* params.h - what can be tuned, by mallopt() or from the environment */
#ifndef PARAMS_H
#define PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Any thread may read and write these at any time, so they are atomic. Sizes
 * are in bytes. */
struct params {
    _Atomic size_t top_pad;        /* bytes to ask for beyond what is needed */
    _Atomic size_t trim_threshold; /* top of this size or more is trimmed */
    _Atomic size_t mmap_threshold; /* chunks of this size or more are mapped */
    _Atomic size_t mmap_max;       /* how many mappings there may be */
    _Atomic bool dynamic;          /* do the thresholds follow what is freed? */
    _Atomic size_t arena_max;      /* limit for arenas; 0: by the cores */
    _Atomic size_t arena_test;     /* up to this many: cores are not counted */
    _Atomic size_t max_fast;       /* largest chunk for a fast bin */
    _Atomic size_t tcache_count;   /* most chunks in a bin of a cache */
    _Atomic size_t tcache_max;     /* largest request for a cached chunk */
    _Atomic int perturb;           /* what to fill payloads with; 0: nothing */
};

extern struct params params;

/* They continue those in <malloc.h>. */
#define M_TCACHE_COUNT (-9)
#define M_TCACHE_MAX   (-10)

/* mmap_threshold does not rise by itself above this, in bytes: 32 MiB, or 512
 * KiB on 32-bit machines, where addresses are scarce. */
#define MAX_MMAP_THRESHOLD ((size_t)512 << (sizeof(size_t) == 8 ? 16 : 10))

/* How many arenas there may be for each core. */
#define ARENAS_PER_CORE (sizeof(size_t) == 8 ? 8 : 2)

/* Fill freed memory, if M_PERTURB asks for it, so that programs that still use
 * it are found out. */
static inline void fill_freed(void *payload, size_t size)
{
    int byte = params.perturb;
    if (byte != 0)
        memset(payload, byte, size);
}

/* Fill a fresh payload with the complement of that byte, so that programs that
 * rely on what was there before are found out. */
static inline void fill_fresh(void *payload, size_t size)
{
    int byte = params.perturb;
    if (byte != 0)
        memset(payload, ~byte, size);
}

/* Set a parameter to value, by its number in <malloc.h>. Returns false if there
 * is no such parameter, or it cannot have this value. */
bool set_param(int number, long value);

/* Set the parameters that the environment has: MALLOC_TOP_PAD_, for example, or
 * glibc.malloc.top_pad in GLIBC_TUNABLES. */
void read_environment(void);

/* To be called when a mapped chunk of size bytes was freed. If it was above the
 * threshold, chunks of its size come and go, and are better kept: raise the
 * thresholds. */
void raise_thresholds(size_t size);

#endif
