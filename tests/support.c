/* support.c - small things that many cases need
 *
 * Nothing here allocates, neither from the library under test nor from the C
 * library, so that a case measures only what it does itself.
 */
#include "suite.h"

#include <fcntl.h>
#include <stdalign.h>
#include <unistd.h>

void needs_inspection(void)
{
    if (!lib.inspectable)
        ck_abort_msg("n/a: the library does not answer inspect.h");
}

void *must_malloc(size_t size)
{
    void *payload = lib.malloc(size);
    if (payload == NULL)
        ck_abort_msg("malloc(%zu) failed", size);
    return payload;
}

size_t least_alignment(size_t size)
{
    return size < alignof(max_align_t) ? sizeof(void *) : alignof(max_align_t);
}

/* The colour of byte i: neighbouring bytes, and the same byte under another
 * tag, differ. */
static unsigned char colour(size_t i, unsigned tag)
{
    return (unsigned char)(tag * 167 + i * 13 + (i >> 8));
}

void paint(void *payload, size_t n, unsigned tag)
{
    unsigned char *bytes = payload;
    for (size_t i = 0; i < n; i++)
        bytes[i] = colour(i, tag);
}

bool is_painted(const void *payload, size_t n, unsigned tag)
{
    const unsigned char *bytes = payload;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != colour(i, tag))
            return false;
    }
    return true;
}

size_t resident_bytes(void)
{
    char line[100] = "";
    unsigned long pages = 0;
    int file = open("/proc/self/statm", O_RDONLY);
    ck_assert_msg(file >= 0 && read(file, line, sizeof(line) - 1) > 0,
                  "/proc/self/statm cannot be read");
    close(file);
    sscanf(line, "%*u %lu", &pages);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* A linear congruential generator; its upper bits are the random ones. */
size_t random_below(uint64_t *state, size_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(*state >> 33) % limit;
}

struct search {
    const void *payload;
    struct sight found;
};

static int is_it(const struct malloc_chunk_info *chunk, void *context)
{
    struct search *search = context;
    if (chunk->payload != search->payload)
        return 0;
    search->found.size = chunk->size;
    search->found.used =
        chunk->kind == MALLOC_USED || chunk->kind == MALLOC_MAPPED;
    return 1;
}

struct sight look_up(const void *payload)
{
    struct search search = {.payload = payload};
    lib.malloc_walk(is_it, &search);
    return search.found;
}
