/* chunks.c - print all chunks of a running chapter */
#include "chunks.h"

#include "chunk.h"
#include "inspect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define FLAG_BITS ((size_t)7)

const char *(*show_note)(const void *chunk);

static const void *payloads[26]; /* those of the variables a to z */

static const char *const states[] = {
    [MALLOC_USED] = "used",     [MALLOC_FREE] = "free",
    [MALLOC_CACHED] = "cached", [MALLOC_TOP] = "top",
    [MALLOC_FENCE] = "fence",   [MALLOC_HEADER] = "header",
    [MALLOC_MAPPED] = "mapped",
};

void show_name(char name, const void *payload)
{
    payloads[name - 'a'] = payload;
}

static char name_of(const void *payload)
{
    for (int i = 0; i < 26; i++)
        if (payload != NULL && payloads[i] == payload)
            return (char)('a' + i);
    return ' ';
}

/* The three lowest bits of the word that holds a chunk's size. */
static const char *flags_of(const struct malloc_chunk_info *chunk)
{
    static const char *const flags[] = {"-", "P",  "M",  "PM",
                                        "A", "PA", "MA", "PMA"};

    if (chunk->kind == MALLOC_HEADER)
        return "-"; /* it is no chunk, and has no such word */
    const size_t *payload = chunk->payload;
    return flags[payload[-1] & FLAG_BITS];
}

static int show_chunk(const struct malloc_chunk_info *chunk, void *context)
{
    char name[] = {name_of(chunk->payload), '\0'};
    const char *note = show_note != NULL ? show_note(chunk->address) : NULL;
    char line[128];

    (void)context;
    int length = snprintf(line, sizeof line, "  %-16p %9zu  %-5s  %-6s %s  %s",
                          chunk->address, chunk->size, flags_of(chunk),
                          states[chunk->kind], name, note != NULL ? note : "");
    while (length > 0 && line[length - 1] == ' ')
        length--;
    printf("%.*s\n", length, line);
    return 0;
}

void show_heap(const char *what)
{
    static bool headed;

    if (!headed)
        printf("  %-16s %9s  %-5s  %s\n", "address", "size", "flags", "state");
    headed = true;
    printf("%s\n", what);
    malloc_walk(show_chunk, NULL);
}
