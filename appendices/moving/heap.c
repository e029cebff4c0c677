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
    heap.taken = map_table(sizeof *heap.taken);
    heap.forwardings = map_table(sizeof *heap.forwardings);
    return heap.pages != NULL && heap.taken != NULL && heap.forwardings != NULL;
}

int heap_map(size_t capacity, size_t reserve)
{
    if (capacity < reserve + PAGE_BYTES || capacity > OFFSET_MAX / ADDRESSES)
        return -EINVAL;
    heap.capacity = capacity;
    heap.reserve = reserve;
    heap.wake_at = capacity / 2;
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
    unmap_table(heap.taken, sizeof *heap.taken);
    unmap_table(heap.forwardings, sizeof *heap.forwardings);
    heap = (struct heap){.lock = PTHREAD_MUTEX_INITIALIZER, .file = -1};
}

/* ---- pages ---- */

static size_t round_up(size_t number, size_t unit)
{
    return (number + unit - 1) / unit * unit;
}

static size_t numbers_of(size_t bytes)
{
    return round_up(bytes, PAGE_BYTES) / PAGE_BYTES;
}

/* The lowest run of so many page numbers that are free, or 0. */
static size_t find_run(size_t numbers)
{
    size_t run = 0;

    while (heap.lowest < heap.count && heap.taken[heap.lowest])
        heap.lowest++;
    for (size_t number = heap.lowest; number < heap.count; number++) {
        run = heap.taken[number] ? 0 : run + 1;
        if (run == numbers)
            return number + 1 - numbers;
    }
    return 0;
}

static struct page *open_locked(size_t bytes, bool moves)
{
    size_t free = heap.capacity - heap.held;

    if (bytes + (moves ? 0 : heap.reserve) > free)
        return NULL;
    size_t number = find_run(numbers_of(bytes));
    if (number == 0)
        return NULL;

    memset(&heap.taken[number], 1, numbers_of(bytes));
    heap.held += bytes;
    if (heap.held > heap.peak)
        heap.peak = heap.held;
    if (heap.held >= heap.wake_at)
        atomic_store(&heap.due, true);
    struct page *page = &heap.pages[number];
    memset(page, 0, sizeof *page);
    page->bytes = bytes;
    page->cycle = heap.cycle;
    return page;
}

struct page *page_open(size_t bytes, bool moves)
{
    bool small = bytes <= SMALL_MAX;
    size_t whole = small ? PAGE_BYTES : round_up(bytes, SYSTEM_PAGE);

    pthread_mutex_lock(&heap.lock);
    struct page *page = open_locked(whole, moves);
    if (page != NULL)
        page->small = small;
    pthread_mutex_unlock(&heap.lock);
    return page;
}

/* A page is only given out again when its memory is gone, so that it is zero.
 */
void page_free(struct page *page)
{
    size_t number = (size_t)(page - heap.pages), bytes = page->bytes;

    if (fallocate(heap.file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                  (off_t)page_offset(page), (off_t)bytes) != 0)
        die("no hole can be punched: %s", strerror(errno));
    pthread_mutex_lock(&heap.lock);
    page->bytes = 0;
    memset(&heap.taken[number], 0, numbers_of(bytes));
    heap.held -= bytes;
    if (number < heap.lowest)
        heap.lowest = number;
    pthread_mutex_unlock(&heap.lock);
}

bool heap_is_due(void)
{
    return atomic_load_explicit(&heap.due, memory_order_relaxed) &&
           atomic_exchange(&heap.due, false);
}
