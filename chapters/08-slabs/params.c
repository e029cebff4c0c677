/* params.c - what can be tuned, by mallopt() or from the environment
 *
 * A mapping for a chunk costs two system calls and a page fault for every page.
 * That is cheap for what lives long, and dear for what comes and goes. So the
 * threshold is not fixed: if a mapped chunk is freed, that is taken as a sign
 * that chunks of its size come and go, and they are no longer mapped. Once the
 * user sets a threshold, TOP_PAD or MMAP_MAX, both thresholds stay as they are.
 */
#define _GNU_SOURCE /* for secure_getenv() */
#include "params.h"
#include "chunk.h"

#include <malloc.h>
#include <stdlib.h>

struct params params = {
    .top_pad = 128 * 1024,
    .trim_threshold = 128 * 1024,
    .mmap_threshold = 128 * 1024,
    .mmap_max = 65536,
    .dynamic = true,
    .arena_test = ARENAS_PER_CORE,
    .tcache_count = 65535,
    .tcache_max = 64 * 1024,
    .max_fast = 16 * sizeof(size_t),
};

static bool set_max_fast(long request)
{
    if (request < 0 || (size_t)request > 20 * sizeof(size_t))
        return false;
    params.max_fast =
        align_down((size_t)request + sizeof(size_t), MALLOC_ALIGNMENT);
    return true;
}

static bool set_threshold(_Atomic size_t *param, long value)
{
    if (value < 0 || value > PTRDIFF_MAX / 4)
        return false; /* sums with more might overflow */
    *param = (size_t)value;
    params.dynamic = false;
    return true;
}

static bool set_count(_Atomic size_t *param, long value, long least)
{
    if (value < least)
        return false;
    *param = (size_t)value;
    return true;
}

bool set_param(int number, long value)
{
    switch (number) {
    case M_TRIM_THRESHOLD: /* -1 becomes the largest size: never trim */
        params.trim_threshold = (size_t)value;
        params.dynamic = false;
        return true;
    case M_TOP_PAD:
        return set_threshold(&params.top_pad, value);
    case M_MMAP_THRESHOLD:
        return set_threshold(&params.mmap_threshold, value);
    case M_MMAP_MAX:
        return set_threshold(&params.mmap_max, value < 0 ? 0 : value);
    case M_ARENA_MAX:
        return set_count(&params.arena_max, value, 1);
    case M_ARENA_TEST:
        return set_count(&params.arena_test, value, 1);
    case M_MXFAST:
        return set_max_fast(value);
    case M_TCACHE_COUNT:
        return set_count(&params.tcache_count, value, 0);
    case M_TCACHE_MAX:
        return set_count(&params.tcache_max, value, 0);
    case M_PERTURB:
        params.perturb = (int)value;
        return true;
    default:
        return number == M_CHECK_ACTION; /* without effect, as in glibc */
    }
}

/* Set a parameter to the number in a text of the environment. mallopt() takes
 * any number for two of them; the environment does not. */
static void set_from_text(int number, const char *text)
{
    long value = strtol(text, NULL, 0);

    if ((number == M_MMAP_MAX && value < 0) ||
        (number == M_PERTURB && (value < 0 || value > 255)))
        return;
    set_param(number, value);
}

/* Set a parameter to the value of glibc.malloc.NAME in GLIBC_TUNABLES, a list
 * name=value:name=value. If NAME is there twice, the last valid one counts. */
static void read_tunable(const char *list, const char *name, int number)
{
    static const char prefix[] = "glibc.malloc.";

    for (; list != NULL; list = strchr(list, ':')) {
        list += *list == ':';
        if (strncmp(list, prefix, strlen(prefix)) != 0)
            continue;
        const char *entry = list + strlen(prefix);
        if (strncmp(entry, name, strlen(name)) == 0 &&
            entry[strlen(name)] == '=')
            set_from_text(number, entry + strlen(name) + 1);
    }
}

void read_environment(void)
{
    static const struct {
        const char *variable, *tunable;
        int number;
    } settings[] = {
        {"MALLOC_TOP_PAD_", "top_pad", M_TOP_PAD},
        {"MALLOC_TRIM_THRESHOLD_", "trim_threshold", M_TRIM_THRESHOLD},
        {"MALLOC_MMAP_THRESHOLD_", "mmap_threshold", M_MMAP_THRESHOLD},
        {"MALLOC_MMAP_MAX_", "mmap_max", M_MMAP_MAX},
        {"", "mxfast", M_MXFAST}, /* has no variable */
        {"MALLOC_PERTURB_", "perturb", M_PERTURB},
        {"MALLOC_ARENA_MAX", "arena_max", M_ARENA_MAX},
        {"MALLOC_ARENA_TEST", "arena_test", M_ARENA_TEST},
        {"", "tcache_count", M_TCACHE_COUNT},
        {"", "tcache_max", M_TCACHE_MAX},
    };
    /* NULL if the program has more rights than its user (setuid). */
    const char *tunables = secure_getenv("GLIBC_TUNABLES");

    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const char *value = secure_getenv(settings[i].variable);
        if (value != NULL)
            set_from_text(settings[i].number, value);
        /* The tunable comes second, so it wins. */
        read_tunable(tunables, settings[i].tunable, settings[i].number);
    }
}

void raise_thresholds(size_t size)
{
    if (params.dynamic && size > params.mmap_threshold &&
        size <= MAX_MMAP_THRESHOLD) {
        params.mmap_threshold = size;
        /* Such chunks may now lie next to top: when they are freed, they should
         * not go back at once. */
        params.trim_threshold = 2 * size;
    }
}
