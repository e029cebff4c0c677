/*
 * import.c - makes a trace of a .rep file of the CS:APP malloc lab.
 *
 * Usage: import FILE.rep >FILE.trace
 *
 * The file begins with four numbers, each on a line of its own or several on a
 * line. Two orders are in use,
 *
 *     heap ids ops weight      and      weight ids ops heap
 *
 * and ids and ops, the only ones that count here, have the same place in both.
 * Then comes one line per call: `a ID SIZE` is malloc, `r ID SIZE` realloc, `f
 * ID` free, with ids from 0 to ids - 1. `r` of an id that is not allocated is
 * malloc, and `r` of 0 bytes is free; `f -1` is free(NULL) and left out. Empty
 * lines and CRLF are accepted. What follows the last call that the header
 * counts is left out with a warning, because some traces in use have a call too
 * many. Anything else is an error, reported with the number of its line. What
 * was written until then has no end mark, so it is not taken for a trace.
 */
#define _GNU_SOURCE
#include "write.h"

#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t most_ids = 1u << 31, largest = (uint64_t)1 << 46;

struct reader {
    const char *path;
    FILE *file;
    size_t line; /* its number, from 1 */
    char *text;  /* of the line; words point into it */
    size_t capacity;
    char *words[5];
    int count; /* of words; 5 are too many in any line */
};

struct heap {
    uint64_t ids, ops; /* as the header says */
    bool *allocated;   /* by id */
};

static _Noreturn void fail(const struct reader *reader, const char *what)
{
    errx(1, "%s:%zu: %s", reader->path, reader->line, what);
}

/* Reads the next line that is not empty, word by word; false at the end. */
static bool next_line(struct reader *reader)
{
    static const char *space = " \t\r\n";

    reader->count = 0;
    while (reader->count == 0) {
        if (getline(&reader->text, &reader->capacity, reader->file) < 0) {
            if (ferror(reader->file))
                err(1, "%s", reader->path);
            return false;
        }
        reader->line++;
        for (char *word = strtok(reader->text, space);
             word && reader->count < 5; word = strtok(NULL, space))
            reader->words[reader->count++] = word;
    }
    return true;
}

static uint64_t number(const struct reader *reader, int word)
{
    char *end;
    uint64_t value = strtoull(reader->words[word], &end, 10);

    if (!isdigit((unsigned char)reader->words[word][0]) || *end != '\0')
        fail(reader, "not a number");
    if (value > largest)
        fail(reader, "the number is too large");
    return value;
}

static struct heap read_header(struct reader *reader)
{
    struct heap heap;
    uint64_t numbers[4];

    for (int found = 0; found < 4; found += reader->count) {
        if (!next_line(reader))
            fail(reader, "ends before the four numbers of its header");
        for (int i = 0; i < reader->count; i++) {
            if (found + i == 4)
                fail(reader, "the header has more than four numbers");
            numbers[found + i] = number(reader, i);
        }
    }
    heap.ids = numbers[1];
    heap.ops = numbers[2];
    if (heap.ids > most_ids)
        fail(reader, "too many ids");
    heap.allocated = calloc(heap.ids + 1, sizeof(*heap.allocated));
    if (!heap.allocated)
        err(1, "table of ids");
    return heap;
}

static uint32_t id_of(const struct reader *reader, const struct heap *heap)
{
    uint64_t id = number(reader, 1);

    if (id >= heap->ids)
        fail(reader, "an id above those of the header");
    return (uint32_t)id;
}

static void convert_free(const struct reader *reader, struct heap *heap)
{
    uint32_t id;

    if (strcmp(reader->words[1], "-1") == 0)
        return;
    id = id_of(reader, heap);
    if (!heap->allocated[id])
        fail(reader, "frees an id that is not allocated");
    heap->allocated[id] = false;
    write_free(id);
}

static void convert_malloc(const struct reader *reader, struct heap *heap)
{
    uint32_t id = id_of(reader, heap);

    if (heap->allocated[id])
        fail(reader, "allocates an id that is allocated");
    heap->allocated[id] = true;
    write_malloc(id, number(reader, 2));
}

static void convert_realloc(const struct reader *reader, struct heap *heap)
{
    uint32_t id = id_of(reader, heap);
    uint64_t size = number(reader, 2);

    if (!heap->allocated[id])
        convert_malloc(reader, heap);
    else if (size == 0)
        convert_free(reader, heap);
    else
        write_realloc(id, size);
}

static void convert_line(const struct reader *reader, struct heap *heap)
{
    const char *kind = reader->words[0];

    if (reader->count == 2 && strcmp(kind, "f") == 0)
        convert_free(reader, heap);
    else if (reader->count == 3 && strcmp(kind, "a") == 0)
        convert_malloc(reader, heap);
    else if (reader->count == 3 && strcmp(kind, "r") == 0)
        convert_realloc(reader, heap);
    else
        fail(reader, "neither `a ID SIZE` nor `r ID SIZE` nor `f ID`");
}

/* The command that the trace names: the file without its path, which says
 * nothing elsewhere. */
static void begin_trace(const char *path)
{
    const char *slash = strrchr(path, '/');
    char command[4096];

    snprintf(command, sizeof(command), "import %s", slash ? slash + 1 : path);
    write_header(command);
}

int main(int argc, char **argv)
{
    struct reader reader = {.path = argv[1]};
    struct heap heap;

    if (argc != 2)
        errx(2, "usage: import FILE.rep");
    reader.file = fopen(reader.path, "r");
    if (!reader.file)
        err(1, "%s", reader.path);
    heap = read_header(&reader);
    begin_trace(reader.path);
    for (uint64_t ops = 0; ops < heap.ops; ops++) {
        if (!next_line(&reader))
            fail(&reader, "fewer calls than the header says");
        convert_line(&reader, &heap);
    }
    if (next_line(&reader))
        warnx("%s:%zu: more calls than the header says: left out from here on",
              reader.path, reader.line);
    write_end();
    free(heap.allocated);
    free(reader.text);
    fclose(reader.file);
    return 0;
}
