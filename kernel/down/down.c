/* down.c - one malloc, followed all the way down
 *
 *     down LIBMALLOC FRAMES PICTURE
 *
 * A kernel is started on so many frames, and a process in it. A chapter's
 * malloc, built with the os.c of this folder, is loaded, and the program of
 * RUN= is run on it. What the kernel says at its trace points is printed as it
 * comes: each floor further to the right than the one above.
 */
#include "fork.h"
#include "init.h"
#include "inspect.h"
#include "picture.h"
#include "proc.h"
#include "sched.h"
#include "trace.h"
#include "vmstat.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "down.h"
#undef malloc
#undef calloc
#undef realloc
#undef aligned_alloc
#undef free
#undef malloc_trim

static struct {
    void *(*malloc)(size_t size);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *payload, size_t size);
    void *(*aligned_alloc)(size_t alignment, size_t size);
    void (*free)(void *payload);
    int (*malloc_trim)(size_t pad);
    int (*malloc_walk)(malloc_visitor *visit, void *context);
} chapter;

static bool running; /* the program is, not the start of the kernel */

/* ---- the tree ---- */

static const char *const floors[] = {
    [FLOOR_CALL] = "process", [FLOOR_AREA] = "area",   [FLOOR_TABLE] = "table",
    [FLOOR_FRAME] = "frame",  [FLOOR_BUDDY] = "buddy",
};

void trace_line(enum floor floor, const char *format, ...)
{
    va_list arguments;

    if (!running)
        return;
    printf("%-8s", floors[floor]);
    for (int i = 0; i <= (int)floor; i++)
        printf("  ");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

void begin(const char *statement)
{
    printf("\n%s\n", statement);
    running = true;
}

void end(void)
{
    const struct mm_struct *mm = current_mm;

    running = false;
    printf("in all  areas: %lu, of %lu pages; frames: %lu; tables: %lu; "
           "page faults: %lu\n",
           mm->map_count, mm->total_vm,
           mm->rss[MM_ANONPAGES] + mm->rss[MM_FILEPAGES], mm->nr_tables,
           mm->min_flt);
}

/* ---- the chapter's malloc ---- */

/* Is this the chunk of the payload? */
static int print_chunk_of(const struct malloc_chunk_info *chunk, void *payload)
{
    if (chunk->payload != payload)
        return 0;
    printf("chunk     %zu bytes at %p, with the payload at %p\n", chunk->size,
           chunk->address, payload);
    return 1;
}

/* Say what a call has returned. To look for it is our idea, and no part of the
 * program. */
static void *told(void *payload)
{
    bool was_running = running;

    running = false;
    if (payload == NULL)
        printf("chunk     none\n");
    else if (was_running)
        chapter.malloc_walk(print_chunk_of, payload);
    running = was_running;
    return payload;
}

void *down_malloc(size_t size)
{
    return told(chapter.malloc(size));
}

void *down_calloc(size_t count, size_t size)
{
    return told(chapter.calloc(count, size));
}

void *down_realloc(void *payload, size_t size)
{
    return told(chapter.realloc(payload, size));
}

void *down_aligned_alloc(size_t alignment, size_t size)
{
    return told(chapter.aligned_alloc(alignment, size));
}

void down_free(void *payload)
{
    chapter.free(payload);
}

int down_malloc_trim(size_t pad)
{
    return chapter.malloc_trim(pad);
}

static void *find(void *library, const char *name)
{
    void *function = dlsym(library, name);

    if (function == NULL) {
        fprintf(stderr, "down: the chapter has no %s()\n", name);
        exit(1);
    }
    return function;
}

static void load(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (library == NULL) {
        fprintf(stderr, "down: %s\n", dlerror());
        exit(1);
    }
    chapter.malloc = find(library, "malloc");
    chapter.calloc = find(library, "calloc");
    chapter.realloc = find(library, "realloc");
    chapter.aligned_alloc = find(library, "aligned_alloc");
    chapter.free = find(library, "free");
    chapter.malloc_trim = find(library, "malloc_trim");
    chapter.malloc_walk = find(library, "malloc_walk");
}

static void draw(const char *path)
{
    FILE *file = fopen(path, "w");

    if (file == NULL) {
        perror(path);
        exit(1);
    }
    write_picture(file, chapter.malloc_walk);
    fclose(file);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: down LIBMALLOC FRAMES PICTURE\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    int error = start_kernel(strtoul(argv[2], NULL, 10));
    struct mm_struct *mm = error == 0 ? mm_alloc() : NULL;
    if (mm == NULL) {
        fprintf(stderr, "down: the kernel does not start on %s frames: %s\n",
                argv[2], strerror(error != 0 ? -error : 12));
        return 1;
    }
    switch_mm(mm);
    load(argv[1]);
    program();
    printf("\nthe areas of the process, as in /proc/PID/maps:\n");
    maps_show(stdout, mm);
    printf("\nfree blocks of frames, as in /proc/buddyinfo:\n");
    buddyinfo_show(stdout);
    draw(argv[3]);
    return 0;
}
