/* support.c - small things that many cases need
 *
 * But for the start of a thread nothing here allocates, neither from the
 * library under test nor from the C library, so that a case measures only what
 * it does itself.
 */
#include "suite.h"

#include <fcntl.h>
#include <pthread.h>
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

/* Byte i is tag * 167 + i * 13 + i / 256: neighbouring bytes, and the same byte
 * under another tag, differ. Most of what cases do is to paint and to look at
 * it, so it is done 256 bytes at a time, by vector instructions. */
enum { STRIP = 256 };

/* The colour of the first byte of a strip. */
static unsigned char first_colour(size_t strip, unsigned tag)
{
    return (unsigned char)(tag * 167 + strip);
}

__attribute__((optimize("O3"))) static void
paint_strip(unsigned char *bytes, unsigned n, unsigned char first)
{
    for (unsigned i = 0; i < n; i++)
        bytes[i] = (unsigned char)(first + i * 13);
}

__attribute__((optimize("O3"))) static bool
is_strip_painted(const unsigned char *bytes, unsigned n, unsigned char first)
{
    unsigned char difference = 0;
    for (unsigned i = 0; i < n; i++)
        difference |= bytes[i] ^ (unsigned char)(first + i * 13);
    return difference == 0;
}

static unsigned smaller(size_t a, unsigned b)
{
    return a < b ? (unsigned)a : b;
}

void paint(void *payload, size_t n, unsigned tag)
{
    unsigned char *bytes = payload;
    for (size_t i = 0; i < n; i += STRIP)
        paint_strip(bytes + i, smaller(n - i, STRIP),
                    first_colour(i / STRIP, tag));
}

bool is_painted(const void *payload, size_t n, unsigned tag)
{
    const unsigned char *bytes = payload;
    for (size_t i = 0; i < n; i += STRIP) {
        if (!is_strip_painted(bytes + i, smaller(n - i, STRIP),
                              first_colour(i / STRIP, tag)))
            return false;
    }
    return true;
}

bool is_filled(const void *payload, size_t from, size_t to, unsigned char byte)
{
    const volatile unsigned char *bytes = payload;
    for (size_t i = from; i < to; i++) {
        if (bytes[i] != byte)
            return false;
    }
    return true;
}

void *in_a_thread(void *(*body)(void *), void *argument)
{
    pthread_t thread;
    void *answer;
    pthread_create(&thread, NULL, body, argument);
    pthread_join(thread, &answer);
    return answer;
}

void assert_all_is_well(void)
{
    const char *broken = lib.malloc_check();
    ck_assert_msg(broken == NULL, "%s", broken);
}

/* (statm would be shorter. But the kernel adds up only now and then what each
 * core has counted, and libc's own pages are counted as they are first used.)
 */
size_t resident_bytes(void)
{
    char text[1000] = "";
    unsigned long kilobytes = 0;
    int file = open("/proc/self/smaps_rollup", O_RDONLY);
    ck_assert_msg(file >= 0 && read(file, text, sizeof(text) - 1) > 0,
                  "/proc/self/smaps_rollup cannot be read");
    close(file);
    const char *line = strstr(text, "Anonymous:");
    ck_assert_msg(line && sscanf(line, "Anonymous: %lu", &kilobytes) == 1,
                  "/proc/self/smaps_rollup does not say what is anonymous");
    return kilobytes * KiB;
}

/* A linear congruential generator; its upper bits are the random ones. */
size_t random_below(uint64_t *state, size_t limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(*state >> 33) % limit;
}

size_t least_header(const struct malloc_chunk_info *chunk)
{
    return chunk->payload == chunk->address ? 0 : sizeof(size_t);
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
    search->found.header = least_header(chunk);
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
