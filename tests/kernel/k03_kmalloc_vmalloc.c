/* k03_kmalloc_vmalloc.c - memory of any size, neighbouring frames or not, and a
 * device
 *
 * The random case has a plain model: a byte for each place in memory, which
 * says whether something in use lies there. What vmalloc() gives is marked at
 * its frames, so that a frame with two users is found.
 */
#include "suite.h"

#include "buddy.h"
#include "context.h"
#include "device.h"
#include "init.h"
#include "kmalloc.h"
#include "vmalloc.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAMES = 8192, PLACE = sizeof(void *) };

static struct page *pages[FRAMES];

static unsigned long free_frames(void)
{
    return normal_zone.free_pages;
}

/* Take all frames but so many, and those of the reserve. Returns how many. */
static unsigned long take_all_but(unsigned long frames)
{
    unsigned long count = 0;

    while ((pages[count] = alloc_pages(GFP_KERNEL, 0)) != NULL)
        count++;
    for (; frames > 0; frames--)
        __free_pages(pages[--count], 0);
    return count;
}

/* Take all, and free every second one: so no two free ones are neighbours. */
static void fragment(void)
{
    unsigned long count = take_all_but(0);

    while (alloc_pages(GFP_ATOMIC, 0) != NULL)
        ; /* half of the reserve */
    for (unsigned long i = 0; i < count; i++)
        if (page_to_pfn(pages[i]) % 2 == 0)
            __free_pages(pages[i], 0);
    while (alloc_pages(GFP_KERNEL, 1) != NULL)
        ; /* the pairs that were left in the reserve */
}

/* Give back what caches keep. */
static void shrink_all(void)
{
    for (int i = 1; i <= KMALLOC_SHIFT_HIGH; i++)
        kmem_cache_shrink(kmalloc_caches[i]);
    kmem_cache_shrink(freelist_cache);
}

static void *must_kmalloc(size_t size)
{
    void *p = kmalloc(size, GFP_KERNEL);
    ck_assert_msg(p != NULL, "there is no memory of %zu bytes", size);
    return p;
}

static char *must_vmalloc(size_t size)
{
    char *p = vmalloc(size);
    ck_assert_msg(p != NULL, "there is no area of %zu bytes", size);
    return p;
}

/* ---- kmalloc ---- */

START_TEST(the_smallest_cache_that_fits_is_chosen)
{
    must_start(FRAMES);
    for (size_t size = 1; size <= 8192; size++) {
        size_t best = SIZE_MAX;
        for (int i = 1; i <= KMALLOC_SHIFT_HIGH; i++)
            if (kmalloc_caches[i]->object_size >= size &&
                kmalloc_caches[i]->object_size < best)
                best = kmalloc_caches[i]->object_size;
        ck_assert_uint_eq(kmalloc_caches[kmalloc_index(size)]->object_size,
                          best);
    }
}
END_TEST

START_TEST(sizes_have_the_indices_of_linux)
{
    static const struct {
        size_t size;
        unsigned index;
        const char *name;
    } wanted[] = {
        {1, 3, "kmalloc-8"},        {8, 3, "kmalloc-8"},
        {9, 4, "kmalloc-16"},       {64, 6, "kmalloc-64"},
        {65, 1, "kmalloc-96"},      {96, 1, "kmalloc-96"},
        {97, 7, "kmalloc-128"},     {129, 2, "kmalloc-192"},
        {192, 2, "kmalloc-192"},    {193, 8, "kmalloc-256"},
        {256, 8, "kmalloc-256"},    {257, 9, "kmalloc-512"},
        {4097, 13, "kmalloc-8192"}, {8192, 13, "kmalloc-8192"},
    };

    must_start(FRAMES);
    for (size_t i = 0; i < LENGTH(wanted); i++) {
        unsigned index = kmalloc_index(wanted[i].size);
        ck_assert_uint_eq(index, wanted[i].index);
        ck_assert_str_eq(kmalloc_caches[index]->name, wanted[i].name);
        ck_assert_uint_eq(ksize(must_kmalloc(wanted[i].size)),
                          kmalloc_caches[index]->object_size);
    }
}
END_TEST

START_TEST(what_is_larger_gets_frames)
{
    must_start(FRAMES);
    unsigned long free = free_frames();
    char *p = must_kmalloc(8193);
    ck_assert_uint_eq(ksize(p), 4 * PAGE_SIZE);
    ck_assert_uint_eq(free - free_frames(), 4);
    ck_assert_uint_eq((uintptr_t)p % (4 * PAGE_SIZE), 0);
    paint(p, ksize(p), 1);
    must_be_sound("a large request");
    kfree(p);
    ck_assert_uint_eq(free_frames(), free);
    p = must_kmalloc(4 << 20);
    ck_assert_uint_eq(ksize(p), 4 << 20);
    kfree(p);
    ck_assert_uint_eq(free_frames(), free);
    ck_assert_ptr_null(kmalloc((4 << 20) + 1, GFP_KERNEL));
    ck_assert_ptr_null(kmalloc(SIZE_MAX, GFP_KERNEL));
    must_be_sound("the test");
}
END_TEST

START_TEST(no_bytes_are_no_memory)
{
    must_start(FRAMES);
    ck_assert_ptr_eq(kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
    ck_assert_ptr_eq(kzalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
    ck_assert_uint_eq(ksize(ZERO_SIZE_PTR), 0);
    ck_assert_uint_eq(ksize(NULL), 0);
    kfree(ZERO_SIZE_PTR);
    kfree(NULL);
    must_be_sound("nothing");
}
END_TEST

START_TEST(kzalloc_clears)
{
    static const size_t sizes[] = {8, 90, 500, 8192, 20000};

    must_start(FRAMES);
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        char *p = must_kmalloc(sizes[i]);
        memset(p, 0xaa, sizes[i]);
        kfree(p);
        ck_assert_ptr_eq(kzalloc(sizes[i], GFP_KERNEL), p);
        for (size_t j = 0; j < sizes[i]; j++)
            ck_assert_int_eq(p[j], 0);
        kfree(p);
    }
}
END_TEST

START_TEST(krealloc_keeps_what_there_is)
{
    static const size_t sizes[] = {5, 8, 100, 96, 128, 5000, 9000, 50000, 70};

    must_start(FRAMES);
    char *p = NULL;
    size_t before = 0;
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        size_t kept = before < sizes[i] ? before : sizes[i];
        size_t room = ksize(p);
        char *old = p;
        p = krealloc(p, sizes[i], GFP_KERNEL);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_ge(ksize(p), sizes[i]);
        ck_assert_int_eq(p == old, sizes[i] <= room);
        ck_assert(is_painted(p, kept, 3));
        paint(p, sizes[i], 3);
        before = sizes[i];
        must_be_sound("krealloc()");
    }
    unsigned long free = free_frames();
    ck_assert_ptr_eq(krealloc(p, 0, GFP_KERNEL), ZERO_SIZE_PTR);
    ck_assert_uint_eq(free_frames(), free + 16); /* it had 50000 bytes */
    p = krealloc(ZERO_SIZE_PTR, 10, GFP_KERNEL);
    ck_assert_uint_eq(ksize(p), 16);
}
END_TEST

/* ---- context ---- */

START_TEST(an_atomic_request_takes_from_the_reserve_and_fails_at_once)
{
    must_start(FRAMES);
    take_all_but(0);
    irq_enter();
    unsigned long got = 0;
    while (kmalloc(PAGE_SIZE * 4, GFP_ATOMIC) != NULL)
        got++;
    ck_assert_uint_gt(got, 0);
    ck_assert_ptr_null(kmalloc(PAGE_SIZE * 4, GFP_ATOMIC));
    irq_exit();
    ck_assert_ptr_null(kmalloc(PAGE_SIZE * 4, GFP_KERNEL));
    must_be_sound("memory has run out");
}
END_TEST

static void *in_an_interrupt(void *nothing)
{
    (void)nothing;
    return in_interrupt() ? "yes" : "no";
}

START_TEST(an_interrupt_has_a_begin_and_an_end)
{
    pthread_t thread;
    void *answer;

    must_start(FRAMES);
    ck_assert(!in_interrupt());
    irq_enter();
    irq_enter();
    irq_exit();
    ck_assert(in_interrupt());
    pthread_create(&thread, NULL, in_an_interrupt, NULL);
    pthread_join(thread, &answer);
    ck_assert_str_eq(answer, "no");
    kfree(kmalloc(100, GFP_ATOMIC)); /* is no bug */
    irq_exit();
    ck_assert(!in_interrupt());
    kfree(must_kmalloc(100));
}
END_TEST

#define SLEEPING(call, function)                                               \
    DOING(call, "sleeping function called from invalid context: " function     \
                "() in an interrupt")

START_TEST(to_sleep_in_an_interrupt_is_reported)
{
    must_start(FRAMES);
    kfree(must_kmalloc(100)); /* now it would not even have to wait */
    char *area = must_vmalloc(100);
    struct kmem_cache *cache = kmem_cache_create("test", 40, 0, NULL);
    irq_enter();
    SLEEPING(kmalloc(100, GFP_KERNEL), "kmem_cache_alloc");
    SLEEPING(kmalloc(10000, GFP_KERNEL), "alloc_pages");
    SLEEPING(kzalloc(10, GFP_KERNEL), "kmem_cache_alloc");
    SLEEPING(krealloc(NULL, 10, GFP_KERNEL), "kmem_cache_alloc");
    SLEEPING(alloc_pages(GFP_KERNEL, 0), "alloc_pages");
    SLEEPING(kmem_cache_create("new", 40, 0, NULL), "kmem_cache_alloc");
    SLEEPING(kmem_cache_alloc(cache, GFP_KERNEL), "kmem_cache_alloc");
    SLEEPING(vmalloc(100), "vmalloc");
    SLEEPING(vfree(area), "vfree");
}
END_TEST

START_TEST(an_interrupt_that_has_not_begun_is_reported)
{
    DOING(irq_exit(), "irq_exit: no interrupt is being handled");
}
END_TEST

/* ---- vmalloc ---- */

START_TEST(addresses_are_neighbours_and_frames_need_not_be)
{
    enum { PAGES = 20 };

    must_start(FRAMES);
    fragment();
    ck_assert_ptr_null(kmalloc(PAGES * PAGE_SIZE, GFP_KERNEL));
    char *area = must_vmalloc(PAGES * PAGE_SIZE - 100);
    ck_assert(is_vmalloc_addr(area));
    ck_assert_uint_eq((uintptr_t)area % PAGE_SIZE, 0);
    paint(area, PAGES * PAGE_SIZE, 5);
    for (int i = 0; i < PAGES; i++) {
        struct page *page = vmalloc_to_page(area + i * PAGE_SIZE + 77);
        ck_assert_ptr_nonnull(page);
        ck_assert_int_eq(
            memcmp(page_address(page), area + i * PAGE_SIZE, PAGE_SIZE), 0);
        if (i > 0)
            ck_assert_ptr_ne(vmalloc_to_page(area + (i - 1) * PAGE_SIZE) + 1,
                             page);
    }
    must_be_sound("vmalloc()");
    vfree(area);
    must_be_sound("vfree()");
}
END_TEST

START_TEST(an_area_gives_its_frames_back)
{
    must_start(FRAMES);
    kfree(must_kmalloc(sizeof(struct vm_struct)));
    kfree(must_kmalloc(100 * sizeof(struct page *)));
    unsigned long free = free_frames();
    char *area = must_vmalloc(100 * PAGE_SIZE);
    ck_assert_uint_eq(free_frames(), free - 100);
    vfree(area);
    ck_assert_uint_eq(free_frames(), free);
    vfree(NULL);
    must_be_sound("vfree()");
}
END_TEST

/* Does it end a process to read there? */
static bool is_fatal(const char *place)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGSEGV, SIG_DFL); /* not a sanitizer's */
        _exit(*(volatile const char *)place & 0);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

START_TEST(behind_an_area_lies_nothing)
{
    must_start(FRAMES);
    char *area = must_vmalloc(2 * PAGE_SIZE), *next = must_vmalloc(1);
    ck_assert_ptr_eq(next, area + 3 * PAGE_SIZE);
    ck_assert(!is_fatal(area + 2 * PAGE_SIZE - 1));
    ck_assert(is_fatal(area + 2 * PAGE_SIZE));
    ck_assert_ptr_null(vmalloc_to_page(area + 2 * PAGE_SIZE));
    ck_assert_ptr_null(vmalloc_to_page(area - 1));
    ck_assert_ptr_null(vmalloc_to_page(direct_map));
    vfree(area);
    ck_assert(is_fatal(area));
    ck_assert_ptr_null(vmalloc_to_page(area));
    ck_assert(!is_fatal(next));
}
END_TEST

START_TEST(the_first_gap_that_is_large_enough_is_taken)
{
    char *area[4];

    must_start(FRAMES);
    for (int i = 0; i < 4; i++)
        area[i] = must_vmalloc(3 * PAGE_SIZE);
    vfree(area[0]);
    vfree(area[2]);
    ck_assert_ptr_eq(must_vmalloc(4 * PAGE_SIZE), area[3] + 4 * PAGE_SIZE);
    ck_assert_ptr_eq(must_vmalloc(PAGE_SIZE), area[0]);
    ck_assert_ptr_eq(must_vmalloc(3 * PAGE_SIZE), area[2]);
    ck_assert_ptr_eq(must_vmalloc(PAGE_SIZE), area[0] + 2 * PAGE_SIZE);
    must_be_sound("the gaps were filled");
}
END_TEST

START_TEST(areas_that_cannot_be_are_refused)
{
    must_start(FRAMES);
    ck_assert_ptr_null(vmalloc(0));
    ck_assert_ptr_null(vmalloc(FRAMES * PAGE_SIZE + 1));
    ck_assert_ptr_null(vmalloc(SIZE_MAX));
    ck_assert_ptr_null(vmalloc(FRAMES * PAGE_SIZE)); /* not all are free */
    must_be_sound("the refusals");
}
END_TEST

/* There are frames enough, but no such range of addresses. */
START_TEST(addresses_can_run_out)
{
    must_start(VMALLOC_SIZE / PAGE_SIZE + 2000);
    unsigned long free = free_frames();
    ck_assert_ptr_null(vmalloc(VMALLOC_SIZE));
    shrink_all();
    ck_assert_uint_eq(free_frames(), free);
    must_be_sound("the refusal");
}
END_TEST

/* ---- a device ---- */

enum { MESSAGE = 3 * 4096 };

static unsigned char received[MESSAGE];

START_TEST(a_device_reads_what_kmalloc_gave)
{
    must_start(FRAMES);
    char *p = must_kmalloc(4 * PAGE_SIZE), *message = p + 100;
    paint(message, MESSAGE, 9);
    ck_assert_int_eq(
        device_read(received, page_to_pfn(virt_to_page(message)), 100, MESSAGE),
        0);
    ck_assert(is_painted(received, MESSAGE, 9));
    char *small = must_kmalloc(100);
    paint(small, 100, 2);
    ck_assert_int_eq(device_read(received, page_to_pfn(virt_to_page(small)),
                                 (uintptr_t)small % PAGE_SIZE, 100),
                     0);
    ck_assert(is_painted(received, 100, 2));
}
END_TEST

START_TEST(a_device_does_not_read_what_vmalloc_gave)
{
    must_start(FRAMES);
    fragment();
    char *message = must_vmalloc(MESSAGE);
    paint(message, MESSAGE, 9);
    unsigned long pfn = page_to_pfn(vmalloc_to_page(message));
    ck_assert_int_eq(device_read(received, pfn, 0, MESSAGE), 0);
    ck_assert_int_eq(memcmp(received, message, PAGE_SIZE), 0);
    ck_assert_int_ne(memcmp(received, message, MESSAGE), 0);

    /* Unless it is told each frame. */
    for (size_t done = 0; done < MESSAGE; done += PAGE_SIZE)
        ck_assert_int_eq(
            device_read(received + done,
                        page_to_pfn(vmalloc_to_page(message + done)), 0,
                        PAGE_SIZE),
            0);
    ck_assert(is_painted(received, MESSAGE, 9));
}
END_TEST

START_TEST(a_device_does_not_read_beyond_memory)
{
    must_start(FRAMES);
    ck_assert_int_eq(device_read(received, FRAMES - 1, 0, PAGE_SIZE), 0);
    received[0] = 7;
    ck_assert_int_eq(device_read(received, FRAMES - 1, 1, PAGE_SIZE), -EFAULT);
    ck_assert_int_eq(received[0], 7);
    ck_assert_int_eq(device_read(received, FRAMES, 0, 1), -EFAULT);
    ck_assert_int_eq(device_read(received, 0, PAGE_SIZE, 1), -EFAULT);
    ck_assert_int_eq(device_read(received, 0, 1, SIZE_MAX), -EFAULT);
}
END_TEST

/* ---- random operations ---- */

enum { SLOTS = 300, OPERATIONS = 5000, RUNS = 5 };

static struct piece {
    char *start;
    size_t size;
    unsigned tag;
} pieces[SLOTS];

static unsigned char taken[FRAMES * PAGE_SIZE / PLACE];
static uint64_t state;
static char operation[100];

static void wrong(const char *what)
{
    ck_abort_msg("%s: %s (seed %u)", operation, what, seed);
}

/* Mark places in the direct map. They must not be so yet. */
static void mark_places(const char *start, size_t size, bool used)
{
    unsigned char *model = &taken[(size_t)(start - direct_map) / PLACE];

    for (size_t i = 0; i * PLACE < size; i++) {
        if (model[i] == used)
            wrong("it overlaps something in use");
        model[i] = used;
    }
}

/* Mark the places of a piece; those of an area, at its frames. */
static void mark(const struct piece *piece, bool used)
{
    if (!is_vmalloc_addr(piece->start)) {
        mark_places(piece->start, piece->size, used);
        return;
    }
    for (size_t done = 0; done < piece->size; done += PAGE_SIZE) {
        size_t rest = piece->size - done;
        mark_places(page_address(vmalloc_to_page(piece->start + done)),
                    rest < PAGE_SIZE ? rest : PAGE_SIZE, used);
    }
}

static size_t random_size(void)
{
    static const size_t limits[] = {64, 200, 9000, 40000};
    return 1 + random_below(&state, limits[random_below(&state, 4)]);
}

static void keep(struct piece *piece, char *start, size_t size, unsigned tag)
{
    if (start == NULL && free_frames() > normal_zone.watermark[WMARK_MIN] + 500)
        wrong("it fails, with enough free");
    if (start == NULL)
        return;
    *piece = (struct piece){start, size, tag};
    mark(piece, true);
    paint(start, size, tag);
}

static void do_take(struct piece *piece, unsigned tag)
{
    size_t size = random_size();
    gfp_t gfp = random_below(&state, 4) == 0 ? GFP_ATOMIC : GFP_KERNEL;

    if (random_below(&state, 4) == 0) {
        snprintf(operation, sizeof(operation), "vmalloc(%zu)", size);
        keep(piece, vmalloc(size), size, tag);
    } else {
        snprintf(operation, sizeof(operation), "kmalloc(%zu, %#x)", size, gfp);
        keep(piece, kmalloc(size, gfp), size, tag);
    }
}

static void must_be_painted(const struct piece *piece)
{
    if (!is_painted(piece->start, piece->size, piece->tag))
        wrong("it was overwritten");
}

static void do_free(struct piece *piece)
{
    snprintf(operation, sizeof(operation), "%p of %zu bytes is freed",
             (void *)piece->start, piece->size);
    must_be_painted(piece);
    mark(piece, false);
    if (is_vmalloc_addr(piece->start))
        vfree(piece->start);
    else
        kfree(piece->start);
    piece->start = NULL;
}

static void do_krealloc(struct piece *piece)
{
    size_t size = random_size();
    size_t kept = size < piece->size ? size : piece->size;

    snprintf(operation, sizeof(operation), "krealloc(%p, %zu)",
             (void *)piece->start, size);
    must_be_painted(piece);
    char *start = krealloc(piece->start, size, GFP_KERNEL);
    if (start == NULL) {
        must_be_painted(piece);
        return;
    }
    if (!is_painted(start, kept, piece->tag))
        wrong("it has lost what it held");
    mark(piece, false);
    *piece = (struct piece){start, size, piece->tag};
    mark(piece, true);
    paint(start, size, piece->tag);
}

static void do_something(unsigned number)
{
    struct piece *piece = &pieces[random_below(&state, SLOTS)];
    bool grows = number / 800 % 2 == 0;

    if (piece->start == NULL && (grows || random_below(&state, 3) == 0))
        do_take(piece, number);
    else if (piece->start != NULL && !is_vmalloc_addr(piece->start) &&
             random_below(&state, 4) == 0)
        do_krealloc(piece);
    else if (piece->start != NULL && random_below(&state, grows ? 3 : 1) == 0)
        do_free(piece);
}

START_TEST(random_operations_of_any_size)
{
    state = seed * 1000 + (unsigned)_i;
    must_start(900); /* it runs out now and then */
    unsigned long free = free_frames();
    for (unsigned i = 0; i < OPERATIONS; i++) {
        do_something(i);
        must_be_sound(operation);
    }
    for (int i = 0; i < SLOTS; i++)
        if (pieces[i].start != NULL)
            do_free(&pieces[i]);
    shrink_all();
    must_be_sound("all was freed");
    ck_assert_uint_eq(free_frames(), free);
}
END_TEST

/* ---- out of memory ---- */

/* With so few frames: are there memory and areas of all sizes? */
static bool try_with(unsigned long frames)
{
    unsigned long count = take_all_but(frames);
    char *small = kmalloc(100, GFP_KERNEL), *area = vmalloc(40 * PAGE_SIZE);
    char *large = kmalloc(1000, GFP_KERNEL), *other = vmalloc(1);
    char *larger = krealloc(large, 3 * PAGE_SIZE, GFP_KERNEL);
    bool all = small != NULL && area != NULL && larger != NULL && other != NULL;

    must_be_sound("memory has run out");
    vfree(area);
    vfree(other);
    kfree(small);
    kfree(larger != NULL ? larger : large);
    while (count > 0)
        __free_pages(pages[--count], 0);
    shrink_all();
    must_be_sound("all was freed");
    return all;
}

START_TEST(nothing_of_any_size_is_lost)
{
    must_start(2048);
    ck_assert(try_with(1000));
    unsigned long free = free_frames(), frames = 0;
    bool all;
    do {
        all = try_with(frames++);
        ck_assert_uint_eq(free_frames(), free);
    } while (!all);
    ck_assert_uint_gt(frames, 40);
}
END_TEST

/* A start without memory for all its caches leaves nothing behind. */
START_TEST(a_start_fails_whichever_frame_is_missing)
{
    int error;
    unsigned long frames = 1;

    while ((error = start_kernel(frames)) != 0) {
        ck_assert_int_eq(error, -ENOMEM);
        frames++;
    }
    ck_assert_uint_gt(frames, 40);
    ck_assert_uint_lt(frames, 200);
    must_be_sound("the start");
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 5000, BOXES = 50 };

static _Atomic(char *) boxes[BOXES];

/* Size and tag stand in front of what is painted. */
struct label {
    size_t size;
    unsigned tag;
};

static char *fill(char *start, size_t size, unsigned tag)
{
    if (start != NULL) {
        *(struct label *)start = (struct label){size, tag};
        paint(start + sizeof(struct label), size - sizeof(struct label), tag);
    }
    return start;
}

static void empty(char *start)
{
    struct label label = *(struct label *)start;

    if (!is_painted(start + sizeof(label), label.size - sizeof(label),
                    label.tag))
        wrong("something in use was overwritten");
    if (is_vmalloc_addr(start))
        vfree(start);
    else
        kfree(start);
}

static void *exchange(void *number)
{
    uint64_t random = seed + (uintptr_t)number;

    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t size = sizeof(struct label) + random_below(&random, 5000);
        char *start = NULL;
        if (random_below(&random, 16) == 0)
            start = fill(vmalloc(size), size, i);
        else if (random_below(&random, 2) == 0)
            start = fill(kmalloc(size, GFP_ATOMIC), size, i);
        start = atomic_exchange(&boxes[random_below(&random, BOXES)], start);
        if (start != NULL)
            empty(start);
    }
    return NULL;
}

START_TEST(threads_free_memory_of_any_size)
{
    pthread_t threads[THREADS];

    must_start(1000);
    unsigned long free = free_frames();
    strcpy(operation, "a thread");
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, exchange, (void *)i);
    for (int i = 0; i < 50; i++)
        must_be_sound("threads were started");
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    must_be_sound("the threads' end");
    for (int i = 0; i < BOXES; i++)
        if (boxes[i] != NULL)
            empty(boxes[i]);
    shrink_all();
    must_be_sound("all was freed");
    ck_assert_uint_eq(free_frames(), free);
}
END_TEST

/* ---- misuse ---- */

START_TEST(what_is_not_of_kmalloc_is_reported)
{
    static char not_ours[100];

    must_start(FRAMES);
    char *small = must_kmalloc(100), *large = must_kmalloc(20000);
    char *area = must_vmalloc(100);
    struct page *page = alloc_pages(GFP_KERNEL, 0);
    DOING(kfree(not_ours), "kfree: %p is not the address of a frame",
          (void *)not_ours);
    DOING(kfree(area), "kfree: %p is not the address of a frame", (void *)area);
    DOING(ksize(not_ours), "ksize: %p is not the address of a frame",
          (void *)not_ours);
    DOING(krealloc(not_ours, 1, GFP_KERNEL),
          "ksize: %p is not the address of a frame", (void *)not_ours);
    DOING(kfree(page_address(page)),
          "kfree: %p lies in frame %lu, which is not kmalloc()'s",
          page_address(page), page_to_pfn(page));
    DOING(kfree(large + 5000),
          "kfree: %p is byte 5000 of what was taken, not its start",
          (void *)(large + 5000));
    DOING(kfree(small + 8),
          "kmem_cache_free: %p lies within an object of kmalloc-128, not at "
          "its start",
          (void *)(small + 8));
}
END_TEST

START_TEST(a_second_kfree_is_reported)
{
    must_start(FRAMES);
    char *small = must_kmalloc(100), *large = must_kmalloc(20000);
    kfree(small);
    kfree(large);
    DOING(kfree(small),
          "kmem_cache_free: %p, an object of kmalloc-128, was freed twice",
          (void *)small);
    DOING(kfree(large), "kfree: %p lies in frame %lu, which is not kmalloc()'s",
          (void *)large, page_to_pfn(virt_to_page(large)));
}
END_TEST

START_TEST(what_is_not_of_vmalloc_is_reported)
{
    must_start(FRAMES);
    char *area = must_vmalloc(3 * PAGE_SIZE), *other = must_vmalloc(1);
    char *p = must_kmalloc(100);
    vfree(other);
    DOING(vfree(area + PAGE_SIZE),
          "vfree: %p is byte 4096 of an area, not its "
          "start",
          (void *)(area + PAGE_SIZE));
    DOING(vfree(other), "vfree: %p lies in no area", (void *)other);
    DOING(vfree(p), "vfree: %p lies in no area", (void *)p);
}
END_TEST

/* ---- the check is checked ---- */

static struct vm_struct *first, *second;

static void an_area_without_a_guard(void)
{
    second->addr -= PAGE_SIZE;
}

static void a_wrong_frame(void)
{
    second->pages[0] = NULL;
}

static void a_frame_of_a_slab(void)
{
    second->pages[0] = virt_to_page(second);
}

static void areas_in_disorder(void)
{
    list_del(&first->list);
    list_add_tail(&first->list, &vmap_area_list);
}

static void a_broken_link(void)
{
    second->list.prev = NULL;
}

static void an_area_too_far(void)
{
    second->addr = vmalloc_start + VMALLOC_SIZE - PAGE_SIZE;
}

static void a_large_block_with_a_mark_only(void)
{
    pfn_to_page(max_pfn - 1)->flags |= 1UL << PG_large_kmalloc;
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {an_area_without_a_guard, "it begins before the last one ends"},
    {a_wrong_frame, "page 0 is no frame in use"},
    {a_frame_of_a_slab, "page 0 is no frame in use"},
    {areas_in_disorder, "it begins before the last one ends"},
    {a_broken_link, "the list is broken"},
    {an_area_too_far, "the last area ends beyond the addresses"},
    {a_large_block_with_a_mark_only, "of kmalloc(), but"},
};

START_TEST(the_check_finds_what_is_broken_in_areas)
{
    must_start(FRAMES);
    must_vmalloc(2 * PAGE_SIZE);
    must_vmalloc(PAGE_SIZE);
    first = list_entry(vmap_area_list.next, struct vm_struct, list);
    second = list_entry(vmap_area_list.prev, struct vm_struct, list);
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

void add_k03(Suite *suite)
{
    TCase *group = tcase_create("kmalloc");
    tcase_add_test(group, the_smallest_cache_that_fits_is_chosen);
    tcase_add_test(group, sizes_have_the_indices_of_linux);
    tcase_add_test(group, what_is_larger_gets_frames);
    tcase_add_test(group, no_bytes_are_no_memory);
    tcase_add_test(group, kzalloc_clears);
    tcase_add_test(group, krealloc_keeps_what_there_is);
    tcase_add_loop_test(group, random_operations_of_any_size, 0, RUNS);
    tcase_add_test(group, nothing_of_any_size_is_lost);
    tcase_add_test(group, a_start_fails_whichever_frame_is_missing);
    tcase_set_timeout(group, 20);
    suite_add_tcase(suite, group);

    TCase *context = tcase_create("context");
    tcase_add_test(context,
                   an_atomic_request_takes_from_the_reserve_and_fails_at_once);
    tcase_add_test(context, an_interrupt_has_a_begin_and_an_end);
    tcase_add_test(context, to_sleep_in_an_interrupt_is_reported);
    tcase_add_test(context, an_interrupt_that_has_not_begun_is_reported);
    suite_add_tcase(suite, context);

    TCase *areas = tcase_create("vmalloc");
    tcase_add_test(areas, addresses_are_neighbours_and_frames_need_not_be);
    tcase_add_test(areas, an_area_gives_its_frames_back);
    tcase_add_test(areas, behind_an_area_lies_nothing);
    tcase_add_test(areas, the_first_gap_that_is_large_enough_is_taken);
    tcase_add_test(areas, areas_that_cannot_be_are_refused);
    tcase_add_test(areas, addresses_can_run_out);
    suite_add_tcase(suite, areas);

    TCase *device = tcase_create("device");
    tcase_add_test(device, a_device_reads_what_kmalloc_gave);
    tcase_add_test(device, a_device_does_not_read_what_vmalloc_gave);
    tcase_add_test(device, a_device_does_not_read_beyond_memory);
    suite_add_tcase(suite, device);

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, threads_free_memory_of_any_size);
    tcase_set_timeout(threads, 20);
    suite_add_tcase(suite, threads);

    TCase *misuse = tcase_create("kmalloc_misuse");
    tcase_add_test(misuse, what_is_not_of_kmalloc_is_reported);
    tcase_add_test(misuse, a_second_kfree_is_reported);
    tcase_add_test(misuse, what_is_not_of_vmalloc_is_reported);
    suite_add_tcase(suite, misuse);

    TCase *check = tcase_create("vmalloc_check");
    tcase_add_loop_test(check, the_check_finds_what_is_broken_in_areas, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
