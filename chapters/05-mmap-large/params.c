/* params.c - what can be tuned, by mallopt() or from the environment
 *
 * A mapping of its own costs two system calls and a page fault for every page.
 * That is cheap for what lives long and dear for what comes and goes. So the
 * threshold is not fixed: when a mapped chunk is freed, it was a short life,
 * and chunks of its size are no longer mapped. Who sets any of the
 * parameters by hand wants them to stay, and ends this.
 */
#define _GNU_SOURCE /* for secure_getenv() */
#include "params.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

struct params params = {
    .top_pad = 128 * 1024,
    .trim_threshold = 128 * 1024,
    .mmap_threshold = 128 * 1024,
    .mmap_max = 65536,
    .dynamic = true,
};

bool set_param(int number, long value)
{
    _Atomic size_t *param;

    switch (number) {
    case M_TRIM_THRESHOLD: /* -1 is the largest there is: never trim */
        params.trim_threshold = (size_t)value;
        params.dynamic = false;
        return true;
    case M_TOP_PAD:
        param = &params.top_pad;
        break;
    case M_MMAP_THRESHOLD:
        param = &params.mmap_threshold;
        break;
    case M_MMAP_MAX:
        value = value < 0 ? 0 : value;
        param = &params.mmap_max;
        break;
    default:
        return false;
    }
    if (value < 0 || value > PTRDIFF_MAX / 4)
        return false; /* sums with it might overflow */
    *param = (size_t)value;
    params.dynamic = false;
    return true;
}

__attribute__((constructor)) static void read_environment(void)
{
    static const struct {
        const char *name;
        int number;
    } variables[] = {
        {"MALLOC_TOP_PAD_", M_TOP_PAD},
        {"MALLOC_TRIM_THRESHOLD_", M_TRIM_THRESHOLD},
        {"MALLOC_MMAP_THRESHOLD_", M_MMAP_THRESHOLD},
        {"MALLOC_MMAP_MAX_", M_MMAP_MAX},
    };

    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        /* Not where a user could steer a program with other rights. */
        const char *value = secure_getenv(variables[i].name);
        if (value != NULL)
            set_param(variables[i].number, strtol(value, NULL, 0));
    }
}

void raise_thresholds(size_t size)
{
    if (params.dynamic && size > params.mmap_threshold &&
        size <= MAX_MMAP_THRESHOLD) {
        params.mmap_threshold = size;
        /* They now lie next to top: when freed, they must not go at once. */
        params.trim_threshold = 2 * size;
    }
}
