/* misuse.c - a program that breaks the rules must die and be told why
 *
 * An allocator keeps its own data between the program's payloads. If the
 * program writes over it, or frees what it does not own, going on makes things
 * worse: the allocator says in one line what it has found, and calls abort().
 * The lines are glibc's. Each case forks a child that misuses the allocator.
 */
#include "suite.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the parent, what a child that was forked to misuse the allocator says
 * before abort() ends it, or else the case fails. In the child, NULL. */
static const char *last_words(void)
{
    static char said[1000];
    size_t length = 0;
    ssize_t got;
    int err[2], status = 0;

    needs_inspection();
    ck_assert_msg(pipe(err) == 0, "there is no pipe");
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        dup2(err[1], STDERR_FILENO);
        return NULL;
    }
    close(err[1]);
    while ((got = read(err[0], said + length, sizeof(said) - length - 1)) > 0)
        length += (size_t)got;
    waitpid(child, &status, 0);
    said[strcspn(said, "\n")] = '\0';

    ck_assert_msg(!WIFEXITED(status), "the misuse is not noticed");
    ck_assert_msg(WTERMSIG(status) == SIGABRT, "it dies of signal %d",
                  WTERMSIG(status));
    return said;
}

bool child_must_die(const char *message)
{
    const char *said = last_words();

    ck_assert_msg(said == NULL || strcmp(said, message) == 0,
                  "it says \"%s\", not \"%s\"", said, message);
    return said == NULL;
}

bool child_must_complain_of(const char *words)
{
    const char *said = last_words();

    ck_assert_msg(said == NULL || strstr(said, words) != NULL,
                  "it says \"%s\", without \"%s\"", said, words);
    return said == NULL;
}

size_t *size_field(void *payload)
{
    return (size_t *)payload - 1;
}

size_t *prev_size_field(void *payload)
{
    return (size_t *)payload - 2;
}

START_TEST(free_of_a_misaligned_pointer)
{
    char *payload = must_malloc(2000);
    if (child_must_die("free(): invalid pointer")) {
        lib.free(payload + 8);
        _exit(0);
    }
}
END_TEST

START_TEST(free_after_the_size_was_smashed)
{
    char *payload = must_malloc(2000);
    if (child_must_die("free(): invalid size")) {
        *size_field(payload) = 8;
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

START_TEST(realloc_of_a_misaligned_pointer)
{
    char *payload = must_malloc(2000);
    if (child_must_die("realloc(): invalid pointer")) {
        lib.realloc(payload + 8, 4000);
        _exit(0);
    }
}
END_TEST

START_TEST(realloc_after_the_size_was_smashed)
{
    char *payload = must_malloc(2000);
    if (child_must_die("realloc(): invalid old size")) {
        *size_field(payload) = 8;
        lib.realloc(payload, 4000);
        _exit(0);
    }
}
END_TEST

static int find_top(const struct malloc_chunk_info *chunk, void *context)
{
    const void **payload = context;
    *payload = chunk->payload;
    return chunk->kind == MALLOC_TOP;
}

START_TEST(malloc_after_the_size_of_top_was_smashed)
{
    void *top;
    must_malloc(2000);
    if (child_must_die("malloc(): corrupted top size")) {
        lib.malloc_walk(find_top, &top);
        *size_field(top) = SIZE_MAX;
        lib.malloc(2000);
        _exit(0);
    }
}
END_TEST

/* Top is now too small for what is asked for, so that malloc() would begin
 * elsewhere; and it does not end at a page, as top always does. */
START_TEST(malloc_after_top_was_made_small)
{
    void *top;
    must_malloc(3000);
    if (child_must_complain_of("corrupted top")) {
        lib.malloc_walk(find_top, &top);
        *size_field(top) = 32 | 1;
        for (int i = 0; i < 400; i++)
            lib.malloc(3000);
        _exit(0);
    }
}
END_TEST

/* The same with a size that is plausible. The rest of this top would be freed,
 * and lie before memory that was never the allocator's. */
START_TEST(malloc_after_top_was_made_shorter)
{
    void *top;
    must_malloc(24);
    if (child_must_complain_of("corrupted top")) {
        lib.malloc_walk(find_top, &top);
        *size_field(top) = 0xc00 | 1;
        lib.malloc(4080);
        lib.malloc(0xb00);
        _exit(0);
    }
}
END_TEST

START_TEST(free_twice)
{
    char *payload = must_malloc(UNCACHED);
    must_malloc(2000);
    if (child_must_die("double free or corruption (!prev)")) {
        lib.free(payload);
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

START_TEST(free_after_the_next_size_was_smashed)
{
    char *payload = must_malloc(UNCACHED);
    char *next = must_malloc(2000);
    if (child_must_die("free(): invalid next size (normal)")) {
        *size_field(next) = 1; /* PREV_INUSE, and a size of 0 */
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

START_TEST(realloc_after_the_next_size_was_smashed)
{
    char *payload = must_malloc(2000);
    char *next = must_malloc(2000);
    if (child_must_die("realloc(): invalid next size")) {
        *size_field(next) = 1;
        lib.realloc(payload, 4000);
        _exit(0);
    }
}
END_TEST

/* What looks like a chunk lies where the allocator has no memory. */
START_TEST(free_of_memory_elsewhere)
{
    void *page = mmap(NULL, 2 * UNCACHED, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_msg(page != MAP_FAILED, "there is no page");
    /* with the flags, if any */
    size_t header = *size_field(must_malloc(UNCACHED));
    if (child_must_die("double free or corruption (out)")) {
        char *payload = (char *)page + 64;
        *size_field(payload) = header;
        *size_field(payload + UNCACHED + 16) = header;
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

/* The same of a size for which stages from 04 on have fast bins. */
START_TEST(free_of_small_memory_elsewhere)
{
    void *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_msg(page != MAP_FAILED, "there is no page");
    size_t header = *size_field(must_malloc(100));
    if (child_must_die("double free or corruption (out)")) {
        char *payload = (char *)page + 64;
        *size_field(payload) = header;
        *size_field(payload + 112) = header;
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

/* A payload that is refused must not have been written to before, by
 * M_PERTURB. */
START_TEST(free_refuses_before_it_writes)
{
    int *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_msg(page != MAP_FAILED, "there is no page");
    char *payload = (char *)page + 64;
    *size_field(payload) = 2016 | 1;
    *size_field(payload + 2016) = 2016 | 1;
    must_malloc(2000);
    if (child_must_die("double free or corruption (out)")) {
        lib.mallopt(M_PERTURB, 0x55);
        lib.free(payload);
        _exit(0);
    }
    ck_assert_msg(*payload == 0, "free() writes, and then refuses");
}
END_TEST

START_TEST(realloc_of_a_freed_payload)
{
    char *payload = must_malloc(2000);
    must_malloc(2000);
    if (child_must_die("realloc(): invalid pointer")) {
        lib.free(payload);
        lib.realloc(payload, 1000);
        _exit(0);
    }
}
END_TEST

/* The check must say what is wrong, and not stumble over it. */
START_TEST(check_after_a_link_was_smashed)
{
    needs_inspection();
    char *payload = must_malloc(2000);
    must_malloc(24);
    lib.free(payload);
    memset(payload, 0x41, 16);
    ck_assert_msg(lib.malloc_check() != NULL, "the check finds nothing wrong");
}
END_TEST

START_TEST(merge_after_the_foot_was_smashed)
{
    char *payload = must_malloc(UNCACHED);
    char *next = must_malloc(UNCACHED);
    must_malloc(24);
    memset(payload, 0, UNCACHED);
    if (child_must_die("corrupted size vs. prev_size while consolidating")) {
        lib.free(payload);
        *prev_size_field(next) = 64;
        lib.free(next);
        _exit(0);
    }
}
END_TEST

START_TEST(merge_after_a_link_was_smashed)
{
    static char elsewhere[64];
    char *payload = must_malloc(UNCACHED);
    char *next = must_malloc(UNCACHED);
    must_malloc(24);
    if (child_must_die("corrupted double-linked list")) {
        lib.free(payload);
        *(void **)payload = elsewhere;
        lib.free(next);
        _exit(0);
    }
}
END_TEST

/* By now the chunk may have been moved from one bin to another. */
START_TEST(malloc_after_the_foot_was_smashed)
{
    char *payload = must_malloc(UNCACHED);
    char *next = must_malloc(24);
    if (child_must_die("corrupted size vs. prev_size")) {
        lib.free(payload);
        lib.malloc(100000);
        *prev_size_field(next) = 64;
        lib.malloc(UNCACHED);
        _exit(0);
    }
}
END_TEST

/* Small chunks wait in a list. The first of them is compared at once. With
 * another one before it, a double free must be found out as well. */
START_TEST(free_twice_with_another_in_between)
{
    char *first = must_malloc(100);
    char *second = must_malloc(100);
    must_malloc(100);
    if (child_must_complain_of("double free")) {
        lib.free(first);
        lib.free(second);
        lib.free(first);
        _exit(0);
    }
}
END_TEST

/* The same, but before the second free a large request has made the allocator
 * merge what it kept whole. */
START_TEST(free_twice_with_a_large_request_in_between)
{
    char *payload = must_malloc(100);
    must_malloc(2000);
    if (child_must_complain_of("double free")) {
        lib.free(payload);
        lib.malloc(5000);
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

/* A, NON_MAIN_ARENA, set where the main arena has it clear. */
START_TEST(free_after_a_flag_was_smashed)
{
    char *payload = must_malloc(2000);
    must_malloc(24);
    if (child_must_complain_of("free(): invalid")) {
        *size_field(payload) |= 4;
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

/* What was merged into a larger chunk is no chunk any more, but what was its
 * header stands there still, inside a payload by now. */
START_TEST(free_twice_inside_a_larger_chunk)
{
    for (int i = 0; i < 8; i++)
        must_malloc(UNCACHED); /* most is in use: no page goes back */
    char *first = must_malloc(UNCACHED);
    char *second = must_malloc(UNCACHED);
    must_malloc(24);
    if (child_must_complain_of("double free or corruption (")) {
        lib.free(second);
        lib.free(first);
        lib.malloc(2 * UNCACHED);
        lib.free(second);
        _exit(0);
    }
}
END_TEST

/* A string that is one character too long: its end, a zero byte, is the lowest
 * byte of the next chunk's size. The size stays as it was, the flags are gone.
 */
START_TEST(free_after_an_overrun_by_a_zero_byte)
{
    char *text = must_malloc(2008);
    char *next = must_malloc(69616); /* of 69632 bytes, 0x11000 */
    must_malloc(24);
    if (child_must_complain_of("corrupt")) {
        memset(text, 'x', 2008);
        text[2008] = '\0';
        lib.free(next);
        lib.free(text);
        _exit(0);
    }
}
END_TEST

static const struct {
    const char *message;
    size_t size; /* with its flags */
    bool resize;
} headers[] = {
    {"free(): invalid pointer", 0, false},
    {"realloc(): invalid pointer", 0, true},
    {"free(): invalid size", 16, false},
    {"realloc(): invalid old size", 16, true},
};

static void die_of_a_header(const char *message, size_t size, bool resize)
{
    char *payload = must_malloc(2000);
    must_malloc(24);
    if (child_must_die(message)) {
        *size_field(payload) = size;
        if (resize)
            lib.realloc(payload, 4000);
        else
            lib.free(payload);
        _exit(0);
    }
}

START_TEST(headers_that_cannot_be)
{
    die_of_a_header(headers[_i].message, headers[_i].size, headers[_i].resize);
}
END_TEST

/* A flag says that the chunk is mapped, so it is checked as a mapped one. */
START_TEST(free_of_what_says_that_it_is_mapped)
{
    die_of_a_header("munmap_chunk(): invalid pointer", 8 | 2, false);
}
END_TEST

START_TEST(realloc_of_what_says_that_it_is_mapped)
{
    die_of_a_header("mremap_chunk(): invalid pointer", 8 | 2, true);
}
END_TEST

/* The thread will end at its next cancellation point. Writing the message must
 * not be one, or else the program would go on with what is broken. */
START_TEST(misuse_while_a_cancellation_is_pending)
{
    char *payload = must_malloc(2000);
    if (child_must_die("free(): invalid pointer")) {
        pthread_cancel(pthread_self());
        lib.free(payload + 8);
        _exit(0);
    }
}
END_TEST

/* ---- mapped chunks (from 05) */

START_TEST(free_of_a_mapped_chunk_that_was_smashed)
{
    char *payload = must_malloc(MiB);
    if (child_must_die("munmap_chunk(): invalid pointer")) {
        *prev_size_field(payload) += 8;
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

START_TEST(realloc_of_a_mapped_chunk_that_was_smashed)
{
    char *payload = must_malloc(MiB);
    if (child_must_die("mremap_chunk(): invalid pointer")) {
        *prev_size_field(payload) += 8;
        lib.realloc(payload, 2 * MiB);
        _exit(0);
    }
}
END_TEST

/* By the second time its header may be gone, and the mapping with it. */
START_TEST(free_of_a_large_chunk_twice)
{
    char *payload = must_malloc(MiB);
    must_malloc(24);
    if (child_must_complain_of("double free or corruption (")) {
        lib.free(payload);
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

/* ---- the break */

/* Top seems to reach beyond our memory. When some of it is given back, that
 * must not be memory in use. */
START_TEST(free_below_a_top_that_is_too_long)
{
    for (int i = 0; i < 40; i++)
        must_malloc(100 * KiB);
    char *payload = must_malloc(UNCACHED);
    if (child_must_die("malloc(): corrupted top size")) {
        *size_field(payload + UNCACHED + 16) += 2 * MiB;
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

/* Mappings lie next to each other: a program that writes beyond the end of one
 * reaches what stands at the start of the next. */
START_TEST(free_of_a_mapping_whose_links_were_smashed)
{
    static void *elsewhere[2];
    char *payload = must_malloc(MiB);
    if (child_must_die("corrupted double-linked list")) {
        *(void **)((uintptr_t)payload & ~(uintptr_t)4095) = elsewhere;
        lib.free(payload);
        _exit(0);
    }
}
END_TEST

/* Somebody has given back memory that was not his. */
START_TEST(malloc_after_the_break_was_lowered)
{
    must_malloc(2000);
    if (child_must_die("break adjusted to free malloc space")) {
        sbrk(-8192);
        lib.malloc(100000);
        lib.malloc(100000);
        _exit(0);
    }
}
END_TEST

void add_misuse(TCase *group)
{
    tcase_add_test(group, free_of_a_misaligned_pointer);
    tcase_add_test(group, free_after_the_size_was_smashed);
    tcase_add_test(group, free_after_a_flag_was_smashed);
    tcase_add_test(group, realloc_of_a_misaligned_pointer);
    tcase_add_test(group, realloc_after_the_size_was_smashed);
    tcase_add_test(group, malloc_after_the_size_of_top_was_smashed);
    tcase_add_test(group, malloc_after_top_was_made_small);
    tcase_add_test(group, malloc_after_top_was_made_shorter);
    tcase_add_test(group, free_twice);
    tcase_add_test(group, free_twice_with_another_in_between);
    tcase_add_test(group, free_twice_inside_a_larger_chunk);
    tcase_add_test(group, free_after_an_overrun_by_a_zero_byte);
    tcase_add_test(group, free_twice_with_a_large_request_in_between);
    tcase_add_loop_test(group, headers_that_cannot_be, 0, LENGTH(headers));
    tcase_add_test(group, free_of_what_says_that_it_is_mapped);
    tcase_add_test(group, realloc_of_what_says_that_it_is_mapped);
    tcase_add_test(group, misuse_while_a_cancellation_is_pending);
    tcase_add_test(group, free_after_the_next_size_was_smashed);
    tcase_add_test(group, realloc_after_the_next_size_was_smashed);
    tcase_add_test(group, free_of_memory_elsewhere);
    tcase_add_test(group, free_of_small_memory_elsewhere);
    tcase_add_test(group, free_refuses_before_it_writes);
    tcase_add_test(group, realloc_of_a_freed_payload);
    tcase_add_test(group, check_after_a_link_was_smashed);
    tcase_add_test(group, merge_after_the_foot_was_smashed);
    tcase_add_test(group, merge_after_a_link_was_smashed);
    tcase_add_test(group, malloc_after_the_foot_was_smashed);
    tcase_add_test(group, free_of_a_mapped_chunk_that_was_smashed);
    tcase_add_test(group, realloc_of_a_mapped_chunk_that_was_smashed);
    tcase_add_test(group, free_of_a_large_chunk_twice);
    tcase_add_test(group, free_below_a_top_that_is_too_long);
    tcase_add_test(group, free_of_a_mapping_whose_links_were_smashed);
    tcase_add_test(group, malloc_after_the_break_was_lowered);
}
