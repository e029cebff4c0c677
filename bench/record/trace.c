/*
 * trace.c - the loader: from a trace file to an array of operations.
 *
 * The events are read once. A table by address knows which object lives at
 * which address; an object is a small number, taken from a pile of those
 * that are free again, so that whoever replays the trace needs a table no
 * longer than the number of objects that live at once. A realloc becomes
 * one operation, at the place of its result.
 *
 * All memory is mapped and, where its need is not known, as much as the
 * length of the file allows: pages never touched cost nothing. Loading
 * costs some 30 ns an event, and all that was mapped stays for good.
 */
#define _GNU_SOURCE
#include "trace.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NO_OBJECT = UINT32_MAX };

struct place {
    uint64_t address; /* divided by 8; 0: the place is vacant */
    uint32_t object;  /* NO_OBJECT: nothing lives here now */
    uint32_t reserved;
};

struct pending { /* a thread's realloc, between its two events */
    bool active;
    uint32_t object; /* NO_OBJECT: the old address is not known */
    uint64_t size;
    uint64_t old_address;
};

struct loader {
    const unsigned char *at, *end;
    size_t length;     /* of the file */
    const char *error; /* set once, ends the loading */
    struct op *ops;
    size_t count;
    uint64_t last_address;
    struct place *places;
    size_t capacity, occupied; /* of places; capacity is a power of two */
    uint64_t *sizes;           /* by object */
    uint32_t *pile;            /* objects free again */
    uint32_t piled, objects;
    struct pending *pending; /* by thread */
    uint32_t thread, threads;
    size_t live, peak_live, largest, strays;
    bool cut;
};

/* Zeroed memory for count things of that size; NULL if there is none. */
static void *map_zeroed(size_t count, size_t size)
{
    void *map = mmap(NULL, (count + 1) * size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return map == MAP_FAILED ? NULL : map;
}

static void unmap(void *map, size_t count, size_t size)
{
    if (map)
        munmap(map, (count + 1) * size);
}

static void fail(struct loader *loader, const char *error)
{
    if (!loader->error)
        loader->error = error;
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

/* The place of that address, or the vacant one where it belongs. */
static struct place *probe(const struct loader *loader, uint64_t address)
{
    size_t mask = loader->capacity - 1;
    size_t i = (address * 0x9e3779b97f4a7c15u >> 20) & mask;

    while (loader->places[i].address != 0 &&
           loader->places[i].address != address)
        i = (i + 1) & mask;
    return &loader->places[i];
}

static void double_places(struct loader *loader)
{
    struct place *old = loader->places;
    size_t old_capacity = loader->capacity;

    loader->capacity = old_capacity ? 2 * old_capacity : 4096;
    loader->places = map_zeroed(loader->capacity, sizeof(*old));
    if (!loader->places) {
        fail(loader, "no memory to load it");
        loader->places = old;
        loader->capacity = old_capacity;
        return;
    }
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].address != 0)
            *probe(loader, old[i].address) = old[i];
    }
    unmap(old, old_capacity, sizeof(*old));
}

/* The object at that address, which it leaves; NO_OBJECT if there is none. */
static uint32_t take_object(struct loader *loader, uint64_t address)
{
    struct place *place = probe(loader, address);
    uint32_t object = NO_OBJECT;

    if (address != 0 && place->address == address) {
        object = place->object;
        place->object = NO_OBJECT;
    }
    return object;
}

/* --- operations --------------------------------------------------------- */

static void add_op(struct loader *loader, enum op_kind kind, uint32_t object,
                   uint64_t size, uint64_t alignment)
{
    struct op *op = &loader->ops[loader->count++];

    op->kind = kind;
    op->object = object;
    op->size = size;
    op->thread = loader->thread;
    while (op->alignment_log2 < 48 &&
           (uint64_t)1 << op->alignment_log2 < alignment)
        op->alignment_log2++;
}

/* The object now has that size. */
static void resize(struct loader *loader, uint32_t object, uint64_t size)
{
    loader->live += size - loader->sizes[object];
    loader->sizes[object] = size;
    if (loader->live > loader->peak_live)
        loader->peak_live = loader->live;
}

static void add_free(struct loader *loader, uint32_t object)
{
    add_op(loader, OP_FREE, object, 0, 0);
    resize(loader, object, 0);
    loader->pile[loader->piled++] = object;
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
    } else if (place->object != NO_OBJECT) {
        /* Freed behind the recorder's back, or it would not be here. */
        loader->strays++;
        add_free(loader, place->object);
    }
    place->object = object;
}

static uint32_t new_object(struct loader *loader)
{
    if (loader->piled > 0)
        return loader->pile[--loader->piled];
    return loader->objects++;
}

static void allocate(struct loader *loader, enum op_kind kind, uint64_t size,
                     uint64_t alignment, uint64_t address)
{
    uint32_t object = new_object(loader);

    if (size >> 47 || alignment >> 47) {
        fail(loader, "damaged trace");
        return;
    }
    if (size + alignment > loader->largest)
        loader->largest = size + alignment;
    settle(loader, object, address);
    add_op(loader, kind, object, size, alignment);
    resize(loader, object, size);
}

/* --- events ------------------------------------------------------------- */

static void set_thread(struct loader *loader, uint64_t thread)
{
    if (thread > loader->threads)
        fail(loader, "damaged trace");
    else
        loader->thread = (uint32_t)thread;
    if (thread == loader->threads)
        loader->threads++;
}

static void begin_realloc(struct loader *loader, uint64_t size,
                          uint64_t address)
{
    struct pending *pending = &loader->pending[loader->thread];

    if (pending->active)
        fail(loader, "damaged trace");
    pending->active = true;
    pending->size = size;
    pending->old_address = address;
    pending->object = take_object(loader, address);
}

static void end_realloc(struct loader *loader, uint64_t address)
{
    struct pending *pending = &loader->pending[loader->thread];

    if (!pending->active || (address != 0 && pending->size >> 47))
        fail(loader, "damaged trace");
    pending->active = false;
    if (pending->object == NO_OBJECT) {
        loader->strays++;
        if (address != 0)
            allocate(loader, OP_MALLOC, pending->size, 0, address);
    } else if (address != 0) {
        settle(loader, pending->object, address);
        add_op(loader, OP_REALLOC, pending->object, pending->size, 0);
        resize(loader, pending->object, pending->size);
        if (pending->size > loader->largest)
            loader->largest = pending->size;
    } else if (pending->size == 0) {
        add_free(loader, pending->object);
    } else { /* it failed: the object stays as it was */
        settle(loader, pending->object, pending->old_address);
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
}

/*
 * An event has two bytes at least, and makes two operations at most; so
 * no array can become longer than the file.
 */
static void read_events(struct loader *loader)
{
    size_t most = loader->length;

    loader->ops = map_zeroed(most, sizeof(*loader->ops));
    loader->sizes = map_zeroed(most, sizeof(*loader->sizes));
    loader->pile = map_zeroed(most, sizeof(*loader->pile));
    loader->pending = map_zeroed(most, sizeof(*loader->pending));
    double_places(loader);
    if (!loader->ops || !loader->sizes || !loader->pile || !loader->pending)
        fail(loader, "no memory to load it");
    while (!loader->error && read_event(loader))
        ;
    unmap(loader->sizes, most, sizeof(*loader->sizes));
    unmap(loader->pile, most, sizeof(*loader->pile));
    unmap(loader->pending, most, sizeof(*loader->pending));
    unmap(loader->places, loader->capacity, sizeof(struct place));
}

/* Maps the file; NULL, or what is wrong. */
static const char *map_file(const char *path, const unsigned char **bytes,
                            size_t *length)
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
    *length = (size_t)status.st_size;
    map = mmap(NULL, *length, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (map == MAP_FAILED)
        return "cannot be read";
    *bytes = map;
    return NULL;
}

const char *trace_load(const char *path, struct trace *trace)
{
    struct loader loader = {0};
    const char *error = map_file(path, &loader.at, &loader.length);
    const unsigned char *file = loader.at;

    if (error)
        return error;
    loader.end = file + loader.length;
    read_header(&loader, trace);
    if (!loader.error)
        read_events(&loader);
    trace->ops = loader.ops;
    trace->count = loader.count;
    trace->objects = loader.objects;
    trace->threads = loader.threads;
    trace->strays = loader.strays;
    trace->peak_live = loader.peak_live;
    trace->largest = loader.largest;
    trace->cut = loader.cut;
    if (loader.error) {
        munmap((void *)file, loader.length);
        unmap(loader.ops, loader.length, sizeof(*loader.ops));
    }
    return loader.error;
}
