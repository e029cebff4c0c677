/* suite.h - what the files of cases share
 *
 * A case is a Check test, START_TEST(name) ... END_TEST, and one line in the
 * function add_GROUP() at the end of its file. It runs in a process of its own,
 * on an allocator that nobody has called before, and is stopped if it takes
 * longer than its group may (suite.c). It calls the allocator as lib.malloc()
 * and so on, and its assertions say what an allocator must do. If a case need
 * not pass everywhere, expectations.txt says where.
 */
#ifndef SUITE_H
#define SUITE_H

#include "allocator.h"

#include <check.h>
#include <stdint.h>

#define KiB ((size_t)1024)
#define MiB ((size_t)1024 * 1024)

/* A request for which stages have neither a cache nor a mapping. Its chunk has
 * 16 bytes more. */
enum { UNCACHED = 70000 };

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* The exit status of a case that came to its end. If it were Check's 0, a
 * library that calls exit(0) would pass every case. */
enum { CASE_ENDS = 77 };
#undef tcase_add_test
#undef tcase_add_loop_test
#define tcase_add_test(group, test) tcase_add_exit_test(group, test, CASE_ENDS)
#define tcase_add_loop_test(group, test, start, end)                           \
    tcase_add_loop_exit_test(group, test, CASE_ENDS, start, end)

/* Register what a case of process.c needs. To be called before the allocator is
 * opened. */
void register_fork_handlers(void);

/* The seed of all that is random, from the command line. */
extern unsigned seed;

void add_contract(TCase *group);
void add_aligned(TCase *group);
void add_errors(TCase *group);
void add_inspect(TCase *group);
void add_lessons(TCase *group);
void add_random(TCase *group);
void add_threads(TCase *group);
void add_process(TCase *group);
void add_misuse(TCase *group);
void add_bins(TCase *group);
void add_thresholds(TCase *group);
void add_control(TCase *group);
void add_report(TCase *group);
void add_arenas(TCase *group);
void add_tcache(TCase *group);
void add_slabs(TCase *group);
void add_slots(TCase *group);

/* Give the case up as not applicable, unless the library answers inspect.h. */
void needs_inspection(void);

/* lib.malloc(), or the case fails. */
void *must_malloc(size_t size);

/* The alignment that a payload of size bytes must have, so that every type that
 * fits into it can be stored there. */
size_t least_alignment(size_t size);

/* Write n bytes that depend on tag and on their place. */
void paint(void *payload, size_t n, unsigned tag);

/* Are the first n bytes as paint() left them? */
bool is_painted(const void *payload, size_t n, unsigned tag);

/* Has each byte from here up to there, not included, this value? */
bool is_filled(const void *payload, size_t from, size_t to, unsigned char byte);

/* Run a thread to its end. Returns what it returns. */
void *in_a_thread(void *(*body)(void *), void *argument);

/* The library finds nothing wrong in its memory, or the case fails. */
void assert_all_is_well(void);

/* The bytes of this process that are in memory, and no file's. */
size_t resident_bytes(void);

/* For cases of misuse: fork. Returns true in the child, which has to misuse the
 * allocator and then call _exit(0). Returns false in the parent, when the child
 * has died as it must: by abort(), with this message on standard error. */
bool child_must_die(const char *message);

/* The same, if only some words of the message are certain. */
bool child_must_complain_of(const char *words);

/* The two words of a chunk's header, before its payload. */
size_t *size_field(void *payload);
size_t *prev_size_field(void *payload);

/* A random number below limit; the state is any number to begin with. */
size_t random_below(uint64_t *state, size_t limit);

/* What the walk says of one payload: the size of its chunk (0: the walk does
 * not meet it), the least that its header takes of that, and whether it is in
 * use. */
struct sight {
    size_t size, header;
    bool used;
};
struct sight look_up(const void *payload);

/* The least that a header takes of the size of a chunk: a word, or nothing if the
 * payload is all there is. */
size_t least_header(const struct malloc_chunk_info *chunk);

#endif
