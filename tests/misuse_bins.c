/* misuse_bins.c - a program that writes over free chunks must die and be told
 *
 * The links and sizes of a free chunk lie where the program's bytes were. A
 * program that uses what it has freed, or writes beyond the payload before,
 * writes over them. What malloc() and free() notice when they come upon such a
 * chunk depends on where it waits: in a fast bin, in the unsorted bin, or in
 * the bin for its size. See misuse.c.
 */
#include "suite.h"

#include <string.h>
#include <unistd.h>

static char elsewhere[64]; /* where a smashed link leads */

/* ---- small chunks, which wait in fast bins */

START_TEST(free_of_a_small_chunk_twice)
{
    char *payload = must_malloc(100);
    must_malloc(100);
    if (child_must_die("double free or corruption (fasttop)")) {
        lib.free(payload);
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

START_TEST(free_before_a_smashed_size)
{
    char *payload = must_malloc(100);
    char *next = must_malloc(100);
    if (child_must_die("free(): invalid next size (fast)")) {
        *size_field(next) = 8;
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

START_TEST(free_onto_a_smashed_size)
{
    char *first = must_malloc(100);
    char *second = must_malloc(100);
    must_malloc(100);
    if (child_must_die("invalid fastbin entry (free)")) {
        lib.free(first);
        *size_field(first) = 64 | 1;
        lib.free(second);
        _exit(0);
    }
}
END_TEST

START_TEST(malloc_after_a_fast_size_was_smashed)
{
    char *payload = must_malloc(100);
    must_malloc(100);
    if (child_must_die("malloc(): memory corruption (fast)")) {
        lib.free(payload);
        *size_field(payload) = 64 | 1;
        lib.malloc(100);
        _exit(0);
    }
}
END_TEST

/* A link to nowhere: misaligned as it stands, and also when it is mixed with
 * the upper bits of its own address. */
static void smash_link(void *payload)
{
    uintptr_t upper_bits = (uintptr_t)payload >> 12 & 15;
    *(uintptr_t *)payload = 0x4140 + (upper_bits == 1 ? 2 : 1);
}

START_TEST(malloc_after_a_fast_link_was_smashed)
{
    char *payload = must_malloc(100);
    must_malloc(100);
    if (child_must_die("malloc(): unaligned fastbin chunk detected")) {
        lib.free(payload);
        smash_link(payload);
        lib.malloc(100);
        lib.malloc(100);
        _exit(0);
    }
}
END_TEST

/* A large request makes the allocator empty its fast bins. */
START_TEST(tidying_after_a_fast_size_was_smashed)
{
    char *payload = must_malloc(100);
    must_malloc(100);
    if (child_must_die("malloc_consolidate(): invalid chunk size")) {
        lib.free(payload);
        *size_field(payload) = 64 | 1;
        lib.malloc(5000);
        _exit(0);
    }
}
END_TEST

START_TEST(tidying_after_a_fast_link_was_smashed)
{
    char *payload = must_malloc(100);
    must_malloc(100);
    if (child_must_die(
            "malloc_consolidate(): unaligned fastbin chunk detected")) {
        lib.free(payload);
        smash_link(payload);
        lib.malloc(5000);
        _exit(0);
    }
}
END_TEST

/* The chunk before is free, and its foot is not its size. */
START_TEST(tidying_after_a_foot_was_smashed)
{
    char *before = must_malloc(UNCACHED);
    char *payload = must_malloc(100);
    must_malloc(100);
    memset(before, 0, UNCACHED);
    if (child_must_die("corrupted size vs. prev_size in fastbins")) {
        lib.free(before);
        lib.free(payload);
        *prev_size_field(payload) = 64;
        lib.malloc(5000);
        _exit(0);
    }
}
END_TEST

/* ---- what was freed of late, in the unsorted bin */

/* Free a payload with a neighbour in use on either side, smash it with the
 * function, and ask for more than it has, so that malloc() comes upon it. */
static void die_over_unsorted(const char *message,
                              void (*smash)(char *freed, char *next))
{
    char *freed = must_malloc(UNCACHED);
    char *next = must_malloc(UNCACHED);
    if (child_must_die(message)) {
        lib.free(freed);
        smash(freed, next);
        lib.malloc(100000);
        _exit(0);
    }
}

static void smash_size(char *freed, char *next)
{
    *size_field(freed) = 8 | 1;
    (void)next;
}

static void smash_next_size(char *freed, char *next)
{
    *size_field(next) = 8;
    (void)freed;
}

static void smash_foot(char *freed, char *next)
{
    *prev_size_field(next) = 64;
    (void)freed;
}

static void smash_bk(char *freed, char *next)
{
    ((void **)freed)[1] = elsewhere;
    (void)next;
}

static void set_prev_inuse(char *freed, char *next)
{
    *size_field(next) |= 1;
    (void)freed;
}

static const struct {
    const char *message;
    void (*smash)(char *freed, char *next);
} unsorted_cases[] = {
    {"malloc(): invalid size (unsorted)", smash_size},
    {"malloc(): invalid next size (unsorted)", smash_next_size},
    {"malloc(): mismatching next->prev_size (unsorted)", smash_foot},
    {"malloc(): unsorted double linked list corrupted", smash_bk},
    {"malloc(): invalid next->prev_inuse (unsorted)", set_prev_inuse},
};

START_TEST(malloc_after_an_unsorted_chunk_was_smashed)
{
    die_over_unsorted(unsorted_cases[_i].message, unsorted_cases[_i].smash);
}
END_TEST

START_TEST(free_after_an_unsorted_link_was_smashed)
{
    char *freed = must_malloc(UNCACHED);
    must_malloc(24);
    char *other = must_malloc(UNCACHED);
    must_malloc(24);
    if (child_must_die("free(): corrupted unsorted chunks")) {
        lib.free(freed);
        smash_bk(freed, NULL);
        lib.free(other);
        _exit(0);
    }
}
END_TEST

/* ---- what was filed, in small and large bins */

/* A free chunk in its bin: too small for what is asked for after it is freed,
 * which makes malloc() file it. */
static void file_away(char *payload)
{
    lib.free(payload);
    lib.malloc(120000);
}

START_TEST(malloc_after_a_small_link_was_smashed)
{
    char *payload = must_malloc(500);
    must_malloc(24);
    if (child_must_die("malloc(): smallbin double linked list corrupted")) {
        file_away(payload);
        smash_bk(payload, NULL);
        lib.malloc(500);
        _exit(0);
    }
}
END_TEST

/* fd, bk, fd_nextsize and bk_nextsize are the first words of a payload. */
static void smash_word(char *payload, int number)
{
    ((void **)payload)[number] = elsewhere;
}

START_TEST(merge_after_a_ring_was_smashed)
{
    char *payload = must_malloc(UNCACHED);
    char *next = must_malloc(UNCACHED);
    must_malloc(24);
    if (child_must_die("corrupted double-linked list (not small)")) {
        file_away(payload);
        smash_word(payload, 2);
        lib.free(next);
        _exit(0);
    }
}
END_TEST

static const struct {
    const char *message;
    int word;
} large_cases[] = {
    {"malloc(): largebin double linked list corrupted (bk)", 1},
    {"malloc(): largebin double linked list corrupted (nextsize)", 3},
};

/* A chunk is filed beside one that is a little smaller, of the same bin. */
START_TEST(malloc_after_a_large_chunk_was_smashed)
{
    char *smaller = must_malloc(UNCACHED);
    must_malloc(24);
    char *payload = must_malloc(UNCACHED + 5000);
    must_malloc(24);
    if (child_must_die(large_cases[_i].message)) {
        file_away(smaller);
        smash_word(smaller, large_cases[_i].word);
        file_away(payload);
        _exit(0);
    }
}
END_TEST

void add_bins(TCase *group)
{
    tcase_add_test(group, free_of_a_small_chunk_twice);
    tcase_add_test(group, free_before_a_smashed_size);
    tcase_add_test(group, free_onto_a_smashed_size);
    tcase_add_test(group, malloc_after_a_fast_size_was_smashed);
    tcase_add_test(group, malloc_after_a_fast_link_was_smashed);
    tcase_add_test(group, tidying_after_a_fast_size_was_smashed);
    tcase_add_test(group, tidying_after_a_fast_link_was_smashed);
    tcase_add_test(group, tidying_after_a_foot_was_smashed);
    tcase_add_loop_test(group, malloc_after_an_unsorted_chunk_was_smashed, 0,
                        LENGTH(unsorted_cases));
    tcase_add_test(group, free_after_an_unsorted_link_was_smashed);
    tcase_add_test(group, malloc_after_a_small_link_was_smashed);
    tcase_add_test(group, merge_after_a_ring_was_smashed);
    tcase_add_loop_test(group, malloc_after_a_large_chunk_was_smashed, 0,
                        LENGTH(large_cases));
}
