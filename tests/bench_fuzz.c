/*
 * bench_fuzz.c - the trace loader on damaged input, for tests/bench.
 *
 * Usage: bench_fuzz TRACE SCRATCH SEED
 *
 * Writes every beginning of TRACE's first bytes to the file SCRATCH, then
 * copies in which random bytes are changed, and loads each of them. A beginning
 * must be refused. What is accepted must be sound: every operation names an
 * object below the count of objects, no live object is allocated again, and
 * only live ones are freed or reallocated. A trace that is overwritten before
 * its window has moved to the end must be refused then. If the loader crashes,
 * the program that runs this sees it.
 */
#define _GNU_SOURCE
#include "../bench/record/trace.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH = 1000, ROUNDS = 1500 };

static void write_file(const char *path, const unsigned char *bytes,
                       size_t length)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (file < 0 || write(file, bytes, length) != (ssize_t)length) {
        perror(path);
        exit(2);
    }
    close(file);
}

static const char *load(const char *path, const unsigned char *bytes,
                        size_t length, struct trace *trace)
{
    write_file(path, bytes, length);
    return trace_load(path, trace);
}

/* Operation i, which is the next one; NULL if it cannot be read. */
static const struct op *read_op(struct trace *trace, size_t i)
{
    if (i == trace->end && trace_move(trace))
        return NULL;
    return &trace->ops[i - trace->begin];
}

static bool is_sound(struct trace *trace)
{
    bool *lives = calloc(trace->objects + 1, sizeof(*lives));
    bool sound = trace->count <= 2 * LENGTH && trace->objects <= LENGTH;

    for (size_t i = 0; sound && i < trace->count; i++) {
        const struct op *op = read_op(trace, i);
        bool expected = op && (op->kind == OP_FREE || op->kind == OP_REALLOC);

        sound = op && op->object < trace->objects && op->alignment_log2 < 48 &&
                lives[op->object] == expected;
        if (sound)
            lives[op->object] = op->kind != OP_FREE;
    }
    free(lives);
    return sound;
}

/* Does the loader see that the events are gone? It has read to the end once. */
static bool sees_a_change(const char *path, const unsigned char *bytes)
{
    static const unsigned char zeroes[LENGTH];
    struct trace trace;

    if (load(path, bytes, LENGTH, &trace))
        return false;
    write_file(path, zeroes, LENGTH);
    return trace.end == trace.count || trace_move(&trace) != NULL;
}

int main(int argc, char **argv)
{
    unsigned char good[LENGTH], bad[LENGTH];
    struct trace trace;
    FILE *file = argc == 4 ? fopen(argv[1], "rb") : NULL;
    int accepted = 0;

    if (!file || fread(good, 1, LENGTH, file) != LENGTH) {
        fprintf(stderr, "usage: bench_fuzz TRACE SCRATCH SEED\n");
        return 2;
    }
    for (size_t length = 0; length < LENGTH; length++) {
        if (!load(argv[2], good, length, &trace)) {
            printf("the first %zu bytes were taken for a trace\n", length);
            return 1;
        }
    }
    srand((unsigned)atoi(argv[3]));
    for (int round = 0; round < ROUNDS; round++) {
        memcpy(bad, good, LENGTH);
        bad[LENGTH - 1] = TRACE_END;
        for (int i = rand() % 8; i >= 0; i--)
            bad[8 + rand() % (LENGTH - 9)] = (unsigned char)rand();
        if (load(argv[2], bad, LENGTH, &trace))
            continue;
        accepted++;
        if (!is_sound(&trace)) {
            printf("round %d: unsound operations were accepted\n", round);
            return 1;
        }
        if (!sees_a_change(argv[2], bad)) {
            printf("round %d: it was overwritten and nobody saw it\n", round);
            return 1;
        }
        trace_unload(&trace);
    }
    printf("%d of %d damaged traces were accepted, all sound\n", accepted,
           ROUNDS);
    return accepted == 0;
}
