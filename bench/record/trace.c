/*
 * trace.c - the loader: from a trace file to operations, window by window.
 *
 * The events are read in order. A table by address knows which object lives at
 * which address. An object is a small number, taken from a list of those that
 * are free again: so a program that replays the trace needs a table no longer
 * than the number of objects that live at once. A realloc becomes one
 * operation, at the place of its result.
 *
 * The events are read twice: once to the end, to see that the trace is whole
 * and how much memory it needs, and then again as far as the window reaches. If
 * all operations fit into the first window, one reading is enough.
 *
 * So a trace takes the window, up to 80 bytes for each object that lives at the
 * peak, and address space for the file, whose pages the kernel can drop. All
 * is mapped before trace_load() returns; the second reading finds the tables
 * large enough. Reading costs some 40 ns an event.
 */
#define _GNU_SOURCE
#include "trace.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NO_OBJECT = UINT32_MAX, FIRST_CAPACITY = 256 };

struct place {
    uint64_t address; /* divided by 8; 0: the place is vacant */
    uint32_t object;
    uint32_t reserved;
};

struct object {
    uint64_t size;
    uint32_t next; /* on the list of free objects; NO_OBJECT: the last */
};

struct thread {
    bool pending;    /* it is within a realloc, between its two events: */
    uint32_t object; /* NO_OBJECT: the old address is not known */
    uint64_t size;
    uint64_t old_address;
    size_t last; /* its last operation */
};

struct loader {
    const unsigned char *file, *events, *end, *at;
    size_t length;     /* of the file */
    const char *error; /* set once, ends the loading */
    struct op *window;
    size_t room;  /* operations that the window has room for */
    size_t begin; /* the operation with which it begins */
    size_t count; /* operations made so far */
    uint64_t last_address;
    struct place *places;
    size_t capacity, occupied; /* of places; capacity is a power of two */
    struct object *objects;
    size_t objects_capacity;
    uint32_t object_count, free_object; /* the first on the list */
    struct thread *threads;
    size_t threads_capacity;
    uint32_t thread, thread_count; /* thread: whose calls follow */
    size_t live, peak_live, largest, strays;
    bool cut;
};

/* Zeroed memory for count things of that size; NULL if there is none. */
static void *map_zeroed(size_t count, size_t size)
{
    void *map = mmap(NULL, count * size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return map == MAP_FAILED ? NULL : map;
}

static void unmap(const void *map, size_t size)
{
    if (map)
        munmap((void *)map, size);
}

static void fail(struct loader *loader, const char *error)
{
    if (!loader->error)
        loader->error = error;
}

/* The table with twice its capacity, or as it was if there is no memory. */
static void *doubled(struct loader *loader, void *table, size_t *capacity,
                     size_t size)
{
    void *map =
        mremap(table, *capacity * size, 2 * *capacity * size, MREMAP_MAYMOVE);

    if (map == MAP_FAILED) {
        fail(loader, "no memory to load it");
        return table;
    }
    *capacity *= 2;
    return map;
}

static uint64_t get_number(struct loader *loader)
{
    uint64_t number = 0;

    for (int shift = 0; shift < 64; shift += 7) {
        if (loader->at == loader->end) {
            fail(loader, "truncated trace");
            return 0;
        }
        number |= (uint64_t)(*loader->at & 0x7f) << shift;
        if (*loader->at++ < 0x80)
            return number;
    }
    fail(loader, "damaged trace");
    return 0;
}

/* --- the table by address ----------------------------------------------- */

/* Where a search for that address begins. */
static size_t home_of(const struct loader *loader, uint64_t address)
{
    return (address * 0x9e3779b97f4a7c15u >> 20) & (loader->capacity - 1);
}

/* The place of that address, or the vacant one where it belongs. */
static struct place *probe(const struct loader *loader, uint64_t address)
{
    size_t mask = loader->capacity - 1;
    size_t i = home_of(loader, address);

    while (loader->places[i].address != 0 &&
           loader->places[i].address != address)
        i = (i + 1) & mask;
    return &loader->places[i];
}

static void double_places(struct loader *loader)
{
    struct place *old = loader->places;
    size_t old_capacity = loader->capacity;
    struct place *places = map_zeroed(2 * old_capacity, sizeof(*places));

    if (!places) {
        fail(loader, "no memory to load it");
        return;
    }
    loader->places = places;
    loader->capacity = 2 * old_capacity;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].address != 0)
            *probe(loader, old[i].address) = old[i];
    }
    unmap(old, old_capacity * sizeof(*old));
}

/* Makes a place vacant. The entries after it move up, or else a search that
 * begins before the gap would not find them. */
static void vacate(struct loader *loader, struct place *place)
{
    struct place *places = loader->places;
    size_t mask = loader->capacity - 1, gap = (size_t)(place - places);

    for (size_t i = (gap + 1) & mask; places[i].address != 0;
         i = (i + 1) & mask) {
        size_t home = home_of(loader, places[i].address);

        if (((i - home) & mask) >= ((i - gap) & mask)) {
            places[gap] = places[i];
            gap = i;
        }
    }
    places[gap].address = 0;
    loader->occupied--;
}

/* The object at that address, which it now leaves; NO_OBJECT if there is
 * none. */
static uint32_t take_object(struct loader *loader, uint64_t address)
{
    struct place *place = probe(loader, address);
    uint32_t object = NO_OBJECT;

    if (address != 0 && place->address == address) {
        object = place->object;
        vacate(loader, place);
    }
    return object;
}

/* --- operations --------------------------------------------------------- */

static void add_op(struct loader *loader, enum op_kind kind, uint32_t object,
                   uint64_t size, uint64_t alignment)
{
    struct thread *thread = &loader->threads[loader->thread];
    size_t number = loader->count++, place = number - loader->begin;
    unsigned log2 = 0;

    if (thread->last < number) /* it knows from the first reading */
        thread->last = number;
    if (place >= loader->room)
        return;
    while (log2 < 48 && (uint64_t)1 << log2 < alignment)
        log2++;
    loader->window[place] = (struct op){
        .size = size,
        .alignment_log2 = log2,
        .kind = kind,
        .object = object,
        .thread = loader->thread,
    };
}

/* The object now has that size. */
static void resize(struct loader *loader, uint32_t object, uint64_t size)
{
    loader->live += size - loader->objects[object].size;
    loader->objects[object].size = size;
    if (loader->live > loader->peak_live)
        loader->peak_live = loader->live;
}

static void add_free(struct loader *loader, uint32_t object)
{
    add_op(loader, OP_FREE, object, 0, 0);
    resize(loader, object, 0);
    loader->objects[object].next = loader->free_object;
    loader->free_object = object;
}

static void settle(struct loader *loader, uint32_t object, uint64_t address)
{
    struct place *place;

    if (2 * loader->occupied >= loader->capacity)
        double_places(loader);
    if (address == 0)
        fail(loader, "damaged trace");
    if (loader->error)
        return;
    place = probe(loader, address);
    if (place->address == 0) {
        place->address = address;
        loader->occupied++;
    } else {
        /* Freed behind the recorder's back, or it would not be here. */
        loader->strays++;
        add_free(loader, place->object);
    }
    place->object = object;
}

static uint32_t new_object(struct loader *loader)
{
    uint32_t object = loader->free_object;

    if (object != NO_OBJECT) {
        loader->free_object = loader->objects[object].next;
        return object;
    }
    if (loader->object_count == loader->objects_capacity)
        loader->objects =
            doubled(loader, loader->objects, &loader->objects_capacity,
                    sizeof(*loader->objects));
    if (loader->error)
        return NO_OBJECT;
    object = loader->object_count++;
    loader->objects[object].size = 0;
    return object;
}

static void allocate(struct loader *loader, enum op_kind kind, uint64_t size,
                     uint64_t alignment, uint64_t address)
{
    uint32_t object = new_object(loader);

    if (size >> 47 || alignment >> 47)
        fail(loader, "damaged trace");
    if (!loader->error)
        settle(loader, object, address);
    if (loader->error)
        return;
    if (size + alignment > loader->largest)
        loader->largest = size + alignment;
    add_op(loader, kind, object, size, alignment);
    resize(loader, object, size);
}

/* --- events ------------------------------------------------------------- */

static void set_thread(struct loader *loader, uint64_t thread)
{
    if (thread > loader->thread_count) {
        fail(loader, "damaged trace");
        return;
    }
    if (thread == loader->threads_capacity)
        loader->threads =
            doubled(loader, loader->threads, &loader->threads_capacity,
                    sizeof(*loader->threads));
    if (loader->error)
        return;
    loader->thread = (uint32_t)thread;
    if (thread == loader->thread_count)
        loader->thread_count++;
}

static void begin_realloc(struct loader *loader, uint64_t size,
                          uint64_t address)
{
    struct thread *thread = &loader->threads[loader->thread];

    if (thread->pending)
        fail(loader, "damaged trace");
    thread->pending = true;
    thread->size = size;
    thread->old_address = address;
    thread->object = take_object(loader, address);
}

static void end_realloc(struct loader *loader, uint64_t address)
{
    struct thread *thread = &loader->threads[loader->thread];

    if (!thread->pending || (address != 0 && thread->size >> 47))
        fail(loader, "damaged trace");
    thread->pending = false;
    if (thread->object == NO_OBJECT) {
        loader->strays++;
        if (address != 0)
            allocate(loader, OP_MALLOC, thread->size, 0, address);
    } else if (address != 0) {
        settle(loader, thread->object, address);
        add_op(loader, OP_REALLOC, thread->object, thread->size, 0);
        resize(loader, thread->object, thread->size);
        if (thread->size > loader->largest)
            loader->largest = thread->size;
    } else if (thread->size == 0) {
        add_free(loader, thread->object);
    } else { /* it failed: the object stays as it was */
        settle(loader, thread->object, thread->old_address);
    }
}

static void free_at(struct loader *loader, uint64_t address)
{
    uint32_t object = take_object(loader, address);

    if (object == NO_OBJECT)
        loader->strays++;
    else
        add_free(loader, object);
}

/* Reads one event; false at the end, or after an error. */
static bool read_event(struct loader *loader)
{
    uint64_t number = 0, alignment = 0, address = 0;
    unsigned event;

    if (loader->at == loader->end) {
        fail(loader, "truncated trace");
        return false;
    }
    event = *loader->at++;
    if (event & TRACE_NUMBER)
        number = get_number(loader);
    if (event & TRACE_ALIGNMENT)
        alignment = get_number(loader);
    if (event & TRACE_ADDRESS) {
        address = loader->last_address + trace_unfold(get_number(loader));
        loader->last_address = address;
    }
    if (loader->error)
        return false;
    switch (event) {
    case TRACE_END:     return false;
    case TRACE_CUT:     loader->cut = true; return false;
    case TRACE_THREAD:  set_thread(loader, number); break;
    case TRACE_MALLOC:  allocate(loader, OP_MALLOC, number, 0, address); break;
    case TRACE_CALLOC:  allocate(loader, OP_CALLOC, number, 0, address); break;
    case TRACE_ALIGNED: allocate(loader, OP_ALIGNED, number, alignment,
                                 address); break;
    case TRACE_REALLOC: begin_realloc(loader, number, address); break;
    case TRACE_RESULT:  end_realloc(loader, address); break;
    case TRACE_FREE:    free_at(loader, address); break;
    default:            fail(loader, "damaged trace");
    }
    return !loader->error;
}

static void read_header(struct loader *loader, struct trace *trace)
{
    size_t length = sizeof(TRACE_MAGIC) - 1;

    if ((size_t)(loader->end - loader->at) <= length ||
        memcmp(loader->at, TRACE_MAGIC, length) != 0) {
        fail(loader, "not a trace");
        return;
    }
    loader->at += length;
    if (*loader->at++ != TRACE_VERSION)
        fail(loader, "trace of another version than 1");
    trace->pid = get_number(loader);
    trace->command_length = get_number(loader);
    trace->command = (const char *)loader->at;
    if (trace->command_length > (size_t)(loader->end - loader->at))
        fail(loader, "truncated trace");
    else
        loader->at += trace->command_length;
    loader->events = loader->at;
}

/* --- a trace ------------------------------------------------------------ */

/* An event has at least two bytes, and makes at most two operations. */
static void map_tables(struct loader *loader)
{
    loader->room = TRACE_WINDOW + 1;
    if (loader->room > loader->length)
        loader->room = loader->length;
    loader->capacity = FIRST_CAPACITY;
    loader->objects_capacity = FIRST_CAPACITY;
    loader->threads_capacity = FIRST_CAPACITY;
    loader->window = map_zeroed(loader->room, sizeof(*loader->window));
    loader->places = map_zeroed(loader->capacity, sizeof(*loader->places));
    loader->objects =
        map_zeroed(loader->objects_capacity, sizeof(*loader->objects));
    loader->threads =
        map_zeroed(loader->threads_capacity, sizeof(*loader->threads));
    if (!loader->window || !loader->places || !loader->objects ||
        !loader->threads)
        fail(loader, "no memory to load it");
}

/* Goes back to the first event. The tables keep their size. */
static void rewind_events(struct loader *loader)
{
    memset(loader->places, 0, loader->capacity * sizeof(*loader->places));
    for (uint32_t i = 0; i < loader->thread_count; i++)
        loader->threads[i].pending = false;
    loader->at = loader->events;
    loader->begin = loader->count = loader->occupied = loader->live = 0;
    loader->last_address = 0;
    loader->object_count = loader->thread = loader->thread_count = 0;
    loader->free_object = NO_OBJECT;
}

/* Maps the file; NULL, or what is wrong. */
static const char *map_file(const char *path, struct loader *loader)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *map;

    if (file < 0)
        return "cannot be opened";
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size == 0) {
        close(file);
        return "not a trace";
    }
    map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (map == MAP_FAILED)
        return "cannot be read";
    loader->file = loader->at = map;
    loader->length = (size_t)status.st_size;
    loader->end = loader->file + loader->length;
    return NULL;
}

static void read_all(struct loader *loader, struct trace *trace)
{
    read_header(loader, trace);
    map_tables(loader);
    loader->free_object = NO_OBJECT;
    while (!loader->error && read_event(loader))
        ;
    trace->ops = loader->window;
    trace->count = trace->end = loader->count;
    trace->objects = loader->object_count;
    trace->threads = loader->thread_count;
    trace->strays = loader->strays;
    trace->peak_live = loader->peak_live;
    trace->largest = loader->largest;
    trace->cut = loader->cut;
}

const char *trace_load(const char *path, struct trace *trace)
{
    struct loader *loader = map_zeroed(1, sizeof(*loader));
    const char *error =
        loader ? map_file(path, loader) : "no memory to load it";

    *trace = (struct trace){.path = path, .loader = loader};
    if (!error) {
        read_all(loader, trace);
        error = loader->error;
    }
    if (!error && trace->count > loader->room) {
        rewind_events(loader);
        trace->end = 0;
        error = trace_move(trace);
    }
    if (error)
        trace_unload(trace);
    return error;
}

const char *trace_move(struct trace *trace)
{
    struct loader *loader = trace->loader;
    size_t wanted = trace->count - trace->end;

    if (wanted > TRACE_WINDOW)
        wanted = TRACE_WINDOW;
    trace->begin = loader->begin = trace->end;
    while (loader->count - loader->begin < wanted && read_event(loader))
        ;
    trace->end = loader->count;
    if (trace->end - trace->begin < wanted || trace->end > trace->count ||
        loader->object_count > trace->objects ||
        loader->thread_count > trace->threads)
        return "changed while it was read";
    return NULL;
}

size_t trace_last(const struct trace *trace, uint32_t thread)
{
    return trace->loader->threads[thread].last;
}

void trace_unload(struct trace *trace)
{
    struct loader *loader = trace->loader;

    if (!loader)
        return;
    unmap(loader->file, loader->length);
    unmap(loader->window, loader->room * sizeof(*loader->window));
    unmap(loader->places, loader->capacity * sizeof(*loader->places));
    unmap(loader->objects, loader->objects_capacity * sizeof(*loader->objects));
    unmap(loader->threads, loader->threads_capacity * sizeof(*loader->threads));
    unmap(loader, sizeof(*loader));
    *trace = (struct trace){0};
}
