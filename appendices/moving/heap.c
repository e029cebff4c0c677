/* heap.c - the memory: one file, seen three times, in pages */
#define _GNU_SOURCE
#include "heap.h"

#include "die.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct heap heap = {.lock = PTHREAD_MUTEX_INITIALIZER, .file = -1};

static const uintptr_t views[] = {MARKED0, MARKED1, REMAPPED};

static size_t file_bytes(void)
{
    return heap.count * PAGE_BYTES;
}

/* ---- the file and its views ---- */

static bool map_view(uintptr_t view)
{
    void *address =
        mmap((void *)view, file_bytes(), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_NORESERVE | MAP_FIXED_NOREPLACE, heap.file, 0);
    return address == (void *)view;
}

static bool map_views(void)
{
    heap.file = memfd_create("heap", MFD_CLOEXEC);
    if (heap.file < 0 || ftruncate(heap.file, (off_t)file_bytes()) != 0)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (!map_view(views[i]))
            return false;
    return true;
}

/* What stands beside the pages takes memory only where it is written. */
static void *map_table(size_t size)
{
    void *table = mmap(NULL, heap.count * size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return table != MAP_FAILED ? table : NULL;
}

static bool map_tables(void)
{
    heap.pages = map_table(sizeof *heap.pages);
    heap.state = map_table(sizeof *heap.state);
    heap.kept = map_table(sizeof *heap.kept);
    heap.forwardings = map_table(sizeof *heap.forwardings);
    return heap.pages != NULL && heap.state != NULL && heap.kept != NULL &&
           heap.forwardings != NULL;
}

int heap_map(size_t capacity, size_t reserve)
{
    if (capacity < reserve + PAGE_BYTES || capacity > OFFSET_MAX / ADDRESSES)
        return -EINVAL;
    heap.capacity = capacity;
    heap.reserve = reserve;
    heap.count = capacity / PAGE_BYTES * ADDRESSES;
    heap.cycle = 1;
    /* The first page stays empty, so that no object has the offset 0. */
    heap.lowest = 1;
    set_good_colour(REMAPPED);
    if (!map_views() || !map_tables()) {
        int error = errno;
        heap_unmap();
        return -error;
    }
    return 0;
}

static void unmap_table(void *table, size_t size)
{
    if (table != NULL)
        munmap(table, heap.count * size);
}

void heap_unmap(void)
{
    if (heap.file < 0)
        return;
    close(heap.file);
    for (size_t i = 0; i < 3; i++)
        munmap((void *)views[i], file_bytes());
    unmap_table(heap.pages, sizeof *heap.pages);
    unmap_table(heap.state, sizeof *heap.state);
    unmap_table(heap.kept, sizeof *heap.kept);
    unmap_table(heap.forwardings, sizeof *heap.forwardings);
    heap = (struct heap){.lock = PTHREAD_MUTEX_INITIALIZER, .file = -1};
}

/* ---- page numbers ---- */

enum { FREE, TAKEN, KEPT };

static size_t round_up(size_t number, size_t unit)
{
    return (number + unit - 1) / unit * unit;
}

/* How many numbers a page of so many bytes has. */
static size_t numbers_of(size_t bytes)
{
    return round_up(bytes, PAGE_BYTES) / PAGE_BYTES;
}

/* The lowest run of so many numbers that are free, or 0. */
static size_t find_run(size_t numbers)
{
    size_t run = 0;

    while (heap.lowest < heap.count && heap.state[heap.lowest] != FREE)
        heap.lowest++;
    for (size_t number = heap.lowest; number < heap.count; number++) {
        run = heap.state[number] == FREE ? run + 1 : 0;
        if (run == numbers)
            return number + 1 - numbers;
    }
    return 0;
}

static void set_state(size_t number, size_t bytes, int state)
{
    memset(&heap.state[number], state, numbers_of(bytes));
    if (state == FREE && number < heap.lowest)
        heap.lowest = number;
}

/* ---- memory that is kept, and memory that goes back ---- */

static void punch_hole(size_t number, size_t bytes)
{
    if (fallocate(heap.file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  (off_t)(number * PAGE_BYTES), (off_t)bytes) != 0)
        die("no hole can be punched: %s", strerror(errno));
    set_state(number, bytes, FREE);
    heap.held -= bytes;
}

static size_t take_kept(void)
{
    size_t number = heap.kept[--heap.kept_count];

    if (heap.kept_count < heap.kept_least)
        heap.kept_least = heap.kept_count;
    return number;
}

void heap_trim(void)
{
    pthread_mutex_lock(&heap.lock);
    for (size_t unused = heap.kept_least; unused > 0; unused--)
        punch_hole(take_kept(), PAGE_BYTES);
    heap.kept_least = heap.kept_count;
    pthread_mutex_unlock(&heap.lock);
}

/* ---- pages ---- */

/* A number whose memory is zero, or will be when it is first written. */
static size_t open_new(size_t bytes)
{
    while (heap.held + bytes > heap.capacity && heap.kept_count > 0)
        punch_hole(take_kept(), PAGE_BYTES);
    if (heap.held + bytes > heap.capacity)
        return 0;
    size_t number = find_run(numbers_of(bytes));
    if (number != 0)
        heap.held += bytes;
    return number;
}

static size_t open_kept(void)
{
    size_t number = take_kept();

    memset((void *)(number * PAGE_BYTES | REMAPPED), 0, PAGE_BYTES);
    return number;
}

static size_t limit_of(enum claim claim)
{
    return claim == PACED    ? heap.pace
           : claim == WAITED ? heap.capacity - heap.reserve
                             : heap.capacity;
}

static struct page *open_locked(size_t bytes, bool small, enum claim claim)
{
    if (heap.used + bytes > limit_of(claim))
        return NULL;
    size_t number =
        small && heap.kept_count > 0 ? open_kept() : open_new(bytes);
    if (number == 0)
        return NULL;

    set_state(number, bytes, TAKEN);
    heap.used += bytes;
    if (heap.used > heap.peak)
        heap.peak = heap.used;
    if (heap.used >= heap.wake_at)
        atomic_store(&heap.due, true);
    struct page *page = &heap.pages[number];
    memset(page, 0, sizeof *page);
    page->bytes = bytes;
    page->cycle = heap.cycle;
    page->small = small;
    return page;
}

struct page *page_open(size_t bytes, enum claim claim)
{
    bool small = bytes <= SMALL_MAX;
    size_t whole = small ? PAGE_BYTES : round_up(bytes, SYSTEM_PAGE);

    pthread_mutex_lock(&heap.lock);
    struct page *page = open_locked(whole, small, claim);
    pthread_mutex_unlock(&heap.lock);
    return page;
}

void page_free(struct page *page)
{
    size_t number = (size_t)(page - heap.pages);

    pthread_mutex_lock(&heap.lock);
    heap.used -= page->bytes;
    if (page->small) {
        heap.state[number] = KEPT;
        heap.kept[heap.kept_count++] = number;
    } else {
        punch_hole(number, page->bytes);
    }
    page->bytes = 0;
    pthread_mutex_unlock(&heap.lock);
}

bool heap_is_due(void)
{
    return atomic_load_explicit(&heap.due, memory_order_relaxed) &&
           atomic_exchange(&heap.due, false);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void heap_set_pace(size_t growth)
{
    pthread_mutex_lock(&heap.lock);
    size_t limit = limit_of(WAITED);
    size_t rest = limit - smaller(limit, heap.used);
    size_t more = heap.used * growth / 100;
    if (more < GROWTH_MIN)
        more = GROWTH_MIN;
    more = smaller(more, rest / 2);
    heap.wake_at = heap.used + more;
    heap.pace = heap.used + 2 * more;
    pthread_mutex_unlock(&heap.lock);
}
