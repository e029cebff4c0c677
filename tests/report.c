/* report.c - what an allocator says of itself in glibc's way, and trimming
 *
 * mallinfo2(), malloc_info() and malloc_stats() count what there is. What they
 * say is compared here with what the caller has just done and, if inspect.h is
 * answered, with the walk. The system's malloc serves the runner of the cases
 * too, so most cases look at differences.
 */
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The chunk of a payload in use, in bytes. */
static size_t chunk_size(void *payload)
{
    return *size_field(payload) & ~(size_t)7;
}

/* A payload with a wall behind it, which keeps it apart from top. The wall is
 * larger than what a thread cache keeps. */
static char *wall;
static char *walled(size_t size)
{
    char *payload = must_malloc(size);
    wall = must_malloc(1100);
    return payload;
}

static void assert_sums(const struct mallinfo2 *info)
{
    ck_assert_msg(info->uordblks + info->fordblks == info->arena,
                  "%zu in use and %zu free make %zu", info->uordblks,
                  info->fordblks, info->arena);
    ck_assert_msg(info->usmblks == 0, "usmblks is %zu", info->usmblks);
    ck_assert_msg(info->fsmblks <= info->fordblks,
                  "%zu in fast bins, of %zu free", info->fsmblks,
                  info->fordblks);
}

/* There is a top of no bytes, and it is counted as a free chunk. */
START_TEST(mallinfo2_before_the_first_malloc)
{
    struct mallinfo2 info = lib.mallinfo2();
    ck_assert_msg(info.ordblks == 1, "there are %zu free chunks", info.ordblks);
    info.ordblks = 0;
    ck_assert_msg(memcmp(&info, &(struct mallinfo2){0}, sizeof(info)) == 0,
                  "of %zu bytes %zu are in use, %zu free, %zu mapped",
                  info.arena, info.uordblks, info.fordblks, info.hblkhd);
}
END_TEST

/* An assertion allocates inside Check, so everything is measured first. */
START_TEST(mallinfo2_counts_what_is_in_use)
{
    walled(UNCACHED);
    struct mallinfo2 before = lib.mallinfo2();
    char *payload = walled(UNCACHED);
    struct mallinfo2 now = lib.mallinfo2();
    size_t size = chunk_size(payload);
    lib.free(payload);
    struct mallinfo2 after = lib.mallinfo2();

    assert_sums(&before);
    assert_sums(&now);
    assert_sums(&after);
    ck_assert_msg(now.uordblks == before.uordblks + size + chunk_size(wall),
                  "%zu and %zu bytes more are in use, but it counts %zu", size,
                  chunk_size(wall), now.uordblks - before.uordblks);
    ck_assert_msg(after.uordblks == now.uordblks - size,
                  "a freed chunk of %zu makes %zu of %zu bytes in use", size,
                  after.uordblks, now.uordblks);
}
END_TEST

START_TEST(mallinfo2_counts_what_is_mapped)
{
    lib.mallopt(M_MMAP_THRESHOLD, MiB);
    must_malloc(1);
    struct mallinfo2 before = lib.mallinfo2();
    char *payload = must_malloc(3 * MiB);
    struct mallinfo2 now = lib.mallinfo2();
    lib.free(payload);
    struct mallinfo2 after = lib.mallinfo2();

    ck_assert_msg(now.hblks == before.hblks + 1, "a mapped chunk makes %zu",
                  now.hblks - before.hblks);
    ck_assert_msg(now.hblkhd >= before.hblkhd + 3 * MiB &&
                      now.hblkhd < before.hblkhd + 3 * MiB + 8192,
                  "3 MiB are mapped, but it counts %zu bytes",
                  now.hblkhd - before.hblkhd);
    ck_assert_msg(now.arena == before.arena && now.uordblks == before.uordblks,
                  "a mapped chunk is counted twice");
    ck_assert_msg(after.hblks == before.hblks && after.hblkhd == before.hblkhd,
                  "a chunk that is no longer mapped is counted");
}
END_TEST

/* The thread cache of glibc keeps 7 of each size, which count as in use. And a
 * chunk may be longer, by what was not worth splitting off. */
START_TEST(mallinfo2_counts_what_is_in_fast_bins)
{
    enum { COUNT = 40 };
    char *payload[COUNT];
    size_t size = SIZE_MAX;
    for (int i = 0; i < COUNT; i++) {
        payload[i] = must_malloc(100);
        if (size > chunk_size(payload[i]))
            size = chunk_size(payload[i]);
    }
    struct mallinfo2 before = lib.mallinfo2();
    for (int i = 0; i < COUNT; i++)
        lib.free(payload[i]);
    struct mallinfo2 now = lib.mallinfo2();
    size_t count = now.smblks - before.smblks;
    assert_sums(&now);
    ck_assert_msg(count >= COUNT - 14 && count <= COUNT,
                  "%d are freed, %zu are in fast bins", COUNT, count);
    size_t bytes = now.fsmblks - before.fsmblks;
    ck_assert_msg(bytes >= count * size && bytes <= count * (size + 16),
                  "%zu chunks of %zu make %zu bytes", count, size, bytes);
}
END_TEST

/* What the walk says of all arenas, under the names of mallinfo2. */
static int count_chunk(const struct malloc_chunk_info *chunk, void *context)
{
    struct mallinfo2 *walk = context;
    size_t size = chunk->size;

    if (chunk->kind == MALLOC_MAPPED) {
        walk->hblks++;
        walk->hblkhd += size;
        return 0;
    }
    walk->arena += size;
    walk->ordblks += chunk->kind == MALLOC_FREE || chunk->kind == MALLOC_TOP;
    walk->smblks += chunk->kind == MALLOC_CACHED;
    if (chunk->kind == MALLOC_CACHED)
        walk->fsmblks += size;
    if (chunk->kind == MALLOC_FREE || chunk->kind == MALLOC_CACHED ||
        chunk->kind == MALLOC_TOP)
        walk->fordblks += size;
    else
        walk->uordblks += size;
    if (chunk->kind == MALLOC_TOP && chunk->arena == 0)
        walk->keepcost = size;
    return 0;
}

/* Payloads of all sorts, every third freed; also in another arena. */
static void *make_busy(void *unused)
{
    char *payload[300];
    for (size_t i = 0; i < LENGTH(payload); i++)
        payload[i] = must_malloc(i % 50 == 49 ? 200 * KiB : i * i % 3001);
    for (size_t i = 0; i < LENGTH(payload); i += 3)
        lib.free(payload[i]);
    return unused;
}

static void make_two_arenas_busy(void)
{
    pthread_t thread;
    make_busy(NULL);
    pthread_create(&thread, NULL, make_busy, NULL);
    pthread_join(thread, NULL);
}

START_TEST(mallinfo2_agrees_with_the_walk)
{
    needs_inspection();
    make_two_arenas_busy();
    struct mallinfo2 walk = {0};
    struct mallinfo2 info = lib.mallinfo2();
    lib.malloc_walk(count_chunk, &walk);
    const size_t fields[][2] = {
        {info.arena, walk.arena},       {info.ordblks, walk.ordblks},
        {info.smblks, walk.smblks},     {info.hblks, walk.hblks},
        {info.hblkhd, walk.hblkhd},     {info.fsmblks, walk.fsmblks},
        {info.uordblks, walk.uordblks}, {info.fordblks, walk.fordblks},
        {info.keepcost, walk.keepcost},
    };
    for (size_t i = 0; i < LENGTH(fields); i++)
        ck_assert_msg(fields[i][0] == fields[i][1],
                      "field %zu is %zu, the walk says %zu", i, fields[i][0],
                      fields[i][1]);
}
END_TEST

START_TEST(mallinfo_is_the_same_cut_short)
{
    make_two_arenas_busy();
    struct mallinfo2 info = lib.mallinfo2();
    struct mallinfo narrow = lib.mallinfo();
    const size_t fields[][2] = {
        {info.arena, narrow.arena},       {info.ordblks, narrow.ordblks},
        {info.smblks, narrow.smblks},     {info.hblks, narrow.hblks},
        {info.hblkhd, narrow.hblkhd},     {info.fsmblks, narrow.fsmblks},
        {info.uordblks, narrow.uordblks}, {info.fordblks, narrow.fordblks},
        {info.keepcost, narrow.keepcost},
    };
    for (size_t i = 0; i < LENGTH(fields); i++)
        ck_assert_msg(fields[i][0] == fields[i][1], "field %zu is %zu and %zu",
                      i, fields[i][0], fields[i][1]);
}
END_TEST

/* malloc_info() and malloc_stats() write here. */
static char text[100000];

static void write_info(void)
{
    FILE *out = fmemopen(text, sizeof(text), "w");
    ck_assert_msg(lib.malloc_info(0, out) == 0, "malloc_info() fails");
    fclose(out);
}

/* Is this XML of elements and attributes, each closed in its turn? Returns
 * NULL, or what is wrong. */
static const char *trouble_in_xml(const char *xml)
{
    char open[10][32];
    int depth = 0, roots = 0;

    for (const char *tag = strchr(xml, '<'); tag; tag = strchr(tag, '<')) {
        char name[32];
        const char *end = strchr(tag, '>');
        bool closes = tag[1] == '/';
        if (end == NULL || sscanf(tag + 1 + closes, "%31[a-z]", name) != 1)
            return "a tag without a name or an end";
        if (closes && (depth == 0 || strcmp(open[--depth], name) != 0))
            return "an end of what is not open";
        roots += !closes && depth == 0;
        if (!closes && end[-1] != '/') {
            if (depth == LENGTH(open))
                return "elements too deep in each other";
            strcpy(open[depth++], name);
        }
        for (tag++; tag < end && (tag = strchr(tag, '=')) && tag < end; tag++)
            if (tag[1] != '"')
                return "an attribute without quotes";
        tag = end;
    }
    return depth != 0   ? "an element without an end"
           : roots != 1 ? "not one element around all"
                        : NULL;
}

/* How many times does the text contain it? */
static int count(const char *what)
{
    int found = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
        found++;
    return found;
}

/* The number that follows the last occurrence of these words in the text. */
static size_t number_after(const char *words)
{
    char *last = NULL;
    for (char *at = text; (at = strstr(at, words)) != NULL; at++)
        last = at;
    ck_assert_msg(last != NULL, "there is no \"%s\"", words);
    return strtoul(last + strlen(words), NULL, 10);
}

START_TEST(malloc_info_writes_xml)
{
    write_info();
    ck_assert_msg(trouble_in_xml(text) == NULL, "at first: %s",
                  trouble_in_xml(text));
    make_two_arenas_busy();
    write_info();
    ck_assert_msg(trouble_in_xml(text) == NULL, "when busy: %s",
                  trouble_in_xml(text));
    ck_assert_msg(strncmp(text, "<malloc version=\"1\">", 20) == 0,
                  "it begins otherwise: %.20s", text);
}
END_TEST

/* Append to out what identifies the tag at its "<": its name, and the number or
 * type that tells it from others of this name. */
static void append_tag(char *out, const char *tag)
{
    char name[32] = "", type[32] = "";
    sscanf(tag, "<%31[/a-z]", name);
    if (sscanf(tag, "<%*[a-z] nr=\"%31[^\"]", type) != 1)
        sscanf(tag, "<%*[a-z] type=\"%31[^\"]", type);
    strcat(out, name);
    strcat(out, type[0] != '\0' ? ":" : "");
    strcat(out, type);
    strcat(out, " ");
}

/* Programs look for what they know from glibc. How many sizes are listed
 * depends on what is free. */
START_TEST(malloc_info_has_glibcs_form)
{
    static char tags[10000];
    static const char totals[] = "total:fast total:rest ";
    static const char spaces[] = "system:current system:max aspace:total "
                                 "aspace:mprotect ";
    static char expected[1000];
    must_malloc(1);
    write_info();
    for (char *tag = text; (tag = strchr(tag, '<')) != NULL; tag++)
        if (strncmp(tag, "<size ", 6) != 0 && strncmp(tag, "<unsorted", 9) != 0)
            append_tag(tags, tag);
    sprintf(expected,
            "malloc heap:0 sizes /sizes %s%s/heap %stotal:mmap %s/malloc ",
            totals, spaces, totals, spaces);
    ck_assert_msg(strcmp(tags, expected) == 0, "it is %s, not %s", tags,
                  expected);
}
END_TEST

START_TEST(malloc_info_has_each_arena)
{
    make_two_arenas_busy();
    write_info();
    ck_assert_msg(count("<heap nr=") == 2, "two arenas make %d elements",
                  count("<heap nr="));
}
END_TEST

static void *fill_a_heap(void *unused)
{
    for (int i = 0; i < 700; i++) /* 100 KiB each, which are not mapped */
        must_malloc(100 * KiB);
    return unused;
}

/* An arena other than the main one has heaps of 64 MiB, or less. */
START_TEST(malloc_info_counts_heaps)
{
    pthread_t thread;
    make_two_arenas_busy();
    write_info();
    ck_assert_msg(count("<aspace type=\"subheaps\"") == 1,
                  "of two arenas, %d have heaps",
                  count("<aspace type=\"subheaps\""));
    size_t heaps = number_after("<aspace type=\"subheaps\" size=\"");
    ck_assert_msg(heaps == 1, "a small arena has %zu heaps", heaps);

    pthread_create(&thread, NULL, fill_a_heap, NULL);
    pthread_join(thread, NULL);
    write_info();
    heaps = number_after("<aspace type=\"subheaps\" size=\"");
    ck_assert_msg(heaps > 1, "70 MB are in %zu heap", heaps);
}
END_TEST

START_TEST(malloc_info_agrees_with_mallinfo2)
{
    make_two_arenas_busy();
    write_info();
    size_t system = number_after("<system type=\"current\" size=\"");
    struct mallinfo2 info = lib.mallinfo2();
    ck_assert_msg(system == info.arena, "%zu bytes from the system, not %zu",
                  system, info.arena);
}
END_TEST

START_TEST(malloc_info_takes_no_options)
{
    FILE *out = fmemopen(text, sizeof(text), "w");
    ck_assert_msg(lib.malloc_info(1, out) == EINVAL, "it takes options");
    fclose(out);
}
END_TEST

/* Let malloc_stats() write into text. */
static void write_stats(void)
{
    int there[2], saved = dup(STDERR_FILENO);
    ck_assert_msg(pipe(there) == 0, "there is no pipe");
    dup2(there[1], STDERR_FILENO);
    lib.malloc_stats();
    dup2(saved, STDERR_FILENO);
    close(there[1]);
    ssize_t length = read(there[0], text, sizeof(text) - 1);
    ck_assert_msg(length > 0, "it prints nothing on standard error");
    text[length] = '\0';
}

START_TEST(malloc_stats_agrees_with_mallinfo2)
{
    make_two_arenas_busy();
    struct mallinfo2 info = lib.mallinfo2();
    write_stats();
    size_t system = number_after("system bytes     =");
    size_t used = number_after("in use bytes     =");
    ck_assert_msg(system == info.arena + info.hblkhd, "%zu held, not %zu",
                  system, info.arena + info.hblkhd);
    ck_assert_msg(used == info.uordblks + info.hblkhd, "%zu in use, not %zu",
                  used, info.uordblks + info.hblkhd);
    ck_assert_msg(number_after("max mmap regions =") >= info.hblks,
                  "more regions are mapped than ever were");
}
END_TEST

START_TEST(malloc_stats_has_each_arena)
{
    make_two_arenas_busy();
    write_stats();
    ck_assert_msg(count("Arena ") == 2, "two arenas make %d", count("Arena "));
}
END_TEST

static bool has_returned;

static void *print_when_cancelled(void *unused)
{
    pthread_cancel(pthread_self());
    lib.malloc_stats();
    has_returned = true;
    pthread_testcancel();
    return unused;
}

/* POSIX lists the functions in which a thread may be cancelled; none of these
 * reports is on the list. */
START_TEST(malloc_stats_is_no_cancellation_point)
{
    pthread_t thread;
    int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
    must_malloc(1);
    dup2(null, STDERR_FILENO);
    pthread_create(&thread, NULL, print_when_cancelled, NULL);
    pthread_join(thread, NULL);
    dup2(saved, STDERR_FILENO);
    ck_assert_msg(has_returned, "the thread ends in malloc_stats()");
}
END_TEST

START_TEST(malloc_trim_gives_top_back)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    must_malloc(1);
    char *before = sbrk(0);
    ck_assert_msg(lib.malloc_trim(0) == 1, "it finds nothing to give back");
    ck_assert_msg((char *)sbrk(0) < before, "the break stays where it was");
    size_t top = lib.mallinfo2().keepcost;
    ck_assert_msg(top < 2 * page, "%zu bytes of top stay", top);
}
END_TEST

START_TEST(malloc_trim_leaves_the_pad)
{
    lib.mallopt(M_TOP_PAD, MiB);
    must_malloc(100 * KiB);
    must_malloc(100 * KiB);
    ck_assert_msg(lib.malloc_trim(500 * KiB) == 1, "it gives nothing back");
    size_t top = lib.mallinfo2().keepcost;
    ck_assert_msg(top >= 500 * KiB && top < 520 * KiB,
                  "of top, %zu KiB stay, not 500", top / KiB);
}
END_TEST

START_TEST(malloc_trim_says_when_there_is_nothing)
{
    ck_assert_msg(lib.malloc_trim(0) == 0, "a fresh one gives back");
    must_malloc(100);
    lib.malloc_trim(0);
    ck_assert_msg(lib.malloc_trim(0) == 0, "it gives back the same twice");
}
END_TEST

/* Trimming must keep live contents, and what the allocator needs of free
 * chunks. */
START_TEST(malloc_trim_leaves_what_is_live)
{
    enum { COUNT = 60 };
    char *payload[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        payload[i] = must_malloc(20000);
        paint(payload[i], 20000, i);
    }
    for (unsigned i = 0; i < COUNT; i += 2)
        lib.free(payload[i]);
    lib.malloc_trim(0);
    for (unsigned i = 1; i < COUNT; i += 2)
        ck_assert_msg(is_painted(payload[i], 20000, i), "contents are lost");
    if (lib.inspectable)
        ck_assert_msg(lib.malloc_check() == NULL, "%s", lib.malloc_check());
    for (unsigned i = 0; i < COUNT; i += 2)
        paint(must_malloc(20000), 20000, i);
}
END_TEST

static char *given[40];

static void *allocate_all(void *unused)
{
    for (size_t i = 0; i < LENGTH(given); i++) {
        given[i] = walled(100 * KiB);
        memset(given[i], 1, 100 * KiB);
    }
    return unused;
}

/* Some of it may have gone back when it was freed. */
START_TEST(malloc_trim_reaches_all_arenas)
{
    pthread_t thread;
    must_malloc(1); /* this thread is in the main arena */
    pthread_create(&thread, NULL, allocate_all, NULL);
    pthread_join(thread, NULL);
    size_t before = resident_bytes();
    for (size_t i = 0; i < LENGTH(given); i++)
        lib.free(given[i]);
    lib.malloc_trim(0);
    ck_assert_msg(resident_bytes() + 3 * MiB < before,
                  "4 MB are free in a thread's arena, and resident as before");
}
END_TEST

void add_report(TCase *group)
{
    tcase_add_test(group, mallinfo2_before_the_first_malloc);
    tcase_add_test(group, mallinfo2_counts_what_is_in_use);
    tcase_add_test(group, mallinfo2_counts_what_is_mapped);
    tcase_add_test(group, mallinfo2_counts_what_is_in_fast_bins);
    tcase_add_test(group, mallinfo2_agrees_with_the_walk);
    tcase_add_test(group, mallinfo_is_the_same_cut_short);
    tcase_add_test(group, malloc_info_writes_xml);
    tcase_add_test(group, malloc_info_has_glibcs_form);
    tcase_add_test(group, malloc_info_has_each_arena);
    tcase_add_test(group, malloc_info_counts_heaps);
    tcase_add_test(group, malloc_info_agrees_with_mallinfo2);
    tcase_add_test(group, malloc_info_takes_no_options);
    tcase_add_test(group, malloc_stats_agrees_with_mallinfo2);
    tcase_add_test(group, malloc_stats_has_each_arena);
    tcase_add_test(group, malloc_stats_is_no_cancellation_point);
    tcase_add_test(group, malloc_trim_gives_top_back);
    tcase_add_test(group, malloc_trim_leaves_the_pad);
    tcase_add_test(group, malloc_trim_says_when_there_is_nothing);
    tcase_add_test(group, malloc_trim_leaves_what_is_live);
    tcase_add_test(group, malloc_trim_reaches_all_arenas);
}
