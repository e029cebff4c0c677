/* allocator.c - open the allocator under test
 *
 * Two traps are avoided here. If a library calls its own functions by name, for
 * example malloc() from calloc(), it gets the C library's, because names are
 * looked up in the whole program first. RTLD_DEEPBIND makes the library come
 * first. And dlsym() also looks in the libraries that a library needs, so that
 * it finds the C library's pvalloc() if the library has none: that counts as
 * missing.
 */
#define _GNU_SOURCE
#include "allocator.h"

#include <check.h>
#include <dlfcn.h>
#include <string.h>

#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0
#endif

struct allocator lib;

/* This takes the place of a missing function. It does not return, so it does
 * not matter that it is called as a function of another type. */
#define ABSENT(name, text)                                                   \
    static void absent_##name(void) { ck_abort_msg(text #name); }

ABSENT(malloc, "the library has no ")
ABSENT(free, "the library has no ")
ABSENT(calloc, "the library has no ")
ABSENT(realloc, "the library has no ")
ABSENT(reallocarray, "the library has no ")
ABSENT(memalign, "the library has no ")
ABSENT(posix_memalign, "the library has no ")
ABSENT(aligned_alloc, "the library has no ")
ABSENT(valloc, "the library has no ")
ABSENT(pvalloc, "the library has no ")
ABSENT(malloc_usable_size, "the library has no ")
ABSENT(malloc_trim, "the library has no ")
ABSENT(mallopt, "n/a: the library has no ")
ABSENT(mallinfo2, "n/a: the library has no ")
ABSENT(mallinfo, "n/a: the library has no ")
ABSENT(malloc_stats, "n/a: the library has no ")
ABSENT(malloc_info, "n/a: the library has no ")
ABSENT(malloc_walk, "n/a: the library has no ")
ABSENT(malloc_held, "n/a: the library has no ")
ABSENT(malloc_check, "n/a: the library has no ")

struct entry {
    const char *name;
    size_t offset; /* of its pointer in struct allocator */
    void (*absent)(void);
};

#define ENTRY(name) {#name, offsetof(struct allocator, name), absent_##name}

static const struct entry family[] = {
    ENTRY(malloc),         ENTRY(free),          ENTRY(calloc),
    ENTRY(realloc),        ENTRY(reallocarray),  ENTRY(memalign),
    ENTRY(posix_memalign), ENTRY(aligned_alloc), ENTRY(valloc),
    ENTRY(pvalloc),        ENTRY(malloc_usable_size),
};

static const struct entry control[] = {
    ENTRY(mallopt),  ENTRY(malloc_trim),  ENTRY(mallinfo2),
    ENTRY(mallinfo), ENTRY(malloc_stats), ENTRY(malloc_info),
};

static const struct entry inspection[] = {
    ENTRY(malloc_walk),
    ENTRY(malloc_held),
    ENTRY(malloc_check),
};

/* The library's own function of this name, or NULL. */
static void *find(void *library, const char *name)
{
    void *found = dlsym(library, name);
    bool borrowed = !lib.is_the_system && found == dlsym(RTLD_DEFAULT, name);
    return borrowed ? NULL : found;
}

/* Fill in the pointer of an entry. Returns whether the library has it. */
static bool bind(void *library, const struct entry *entry)
{
    void *function = find(library, entry->name);
    void *pointer = function != NULL ? function : (void *)entry->absent;
    memcpy((char *)&lib + entry->offset, &pointer, sizeof(pointer));
    return function != NULL;
}

/* Give the C library's malloc room for all that Check needs, at once and for
 * good. If it grew in the middle of a case it would move the break, and a
 * chapter could not give back memory that it could give back otherwise. */
static void settle_the_system(void)
{
    enum { ROOM = 8 << 20 };
#ifdef M_TRIM_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 2 * ROOM);
    mallopt(M_TRIM_THRESHOLD, 2 * ROOM);
#endif
    void *volatile room = malloc(ROOM);
    free(room);
}

static void *library; /* the one that lib is bound to */

const char *open_allocator(const char *path)
{
    lib.is_the_system = strcmp(path, "system") == 0;
    library = dlopen(lib.is_the_system ? NULL : path,
                           RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (library == NULL)
        return dlerror();

    for (size_t i = 0; i < sizeof(family) / sizeof(*family); i++) {
        if (!bind(library, &family[i])) {
            strcat(lib.missing, " ");
            strcat(lib.missing, family[i].name);
        }
    }
    for (size_t i = 0; i < sizeof(control) / sizeof(*control); i++)
        bind(library, &control[i]);
    lib.inspectable = true;
    for (size_t i = 0; i < sizeof(inspection) / sizeof(*inspection); i++)
        lib.inspectable &= bind(library, &inspection[i]);

    if (!lib.is_the_system)
        settle_the_system();
    return NULL;
}

void close_allocator(void)
{
    dlclose(library);
}
