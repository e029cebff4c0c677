/* k01_buddy.c - page frames, and the blocks that they are given out in
 *
 * The random case has a plain model: one byte for each frame, in use or not. It
 * can say without any list which requests must succeed, since a free block of
 * an order exists if and only if there is an aligned run of free frames that
 * long.
 */
#include "suite.h"

#include "buddy.h"
#include "init.h"
#include "vmstat.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCK (1UL << (MAX_ORDER - 1)) /* frames in a largest block */

static unsigned long nr_free(unsigned order)
{
    return normal_zone.free_area[order].nr_free;
}

static unsigned long reserve(void)
{
    return normal_zone.watermark[WMARK_MIN];
}

static struct page *must_alloc(unsigned order)
{
    struct page *page = alloc_pages(GFP_KERNEL, order);
    ck_assert_msg(page != NULL, "there is no block of order %u", order);
    return page;
}

/* Take every free block that is smaller than the largest. */
static void take_small_blocks(void)
{
    for (unsigned order = 0; order < MAX_ORDER - 1; order++)
        while (nr_free(order) > 0)
            must_alloc(order);
}

/* How many free blocks of orders 0 to 9 there are, as a number in which each
 * digit stands for an order, the last for 0. */
static unsigned long small_blocks(void)
{
    unsigned long digits = 0;

    for (unsigned order = MAX_ORDER - 1; order-- > 0;)
        digits = digits * 10 + nr_free(order);
    return digits;
}

/* ---- memory ---- */

START_TEST(a_frame_has_three_names)
{
    must_start(2 * BLOCK);
    for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
        struct page *page = pfn_to_page(pfn);
        char *address = page_address(page);
        ck_assert_uint_eq(page_to_pfn(page), pfn);
        ck_assert_ptr_eq(address, direct_map + pfn * PAGE_SIZE);
        ck_assert_ptr_eq(virt_to_page(address), page);
        ck_assert_ptr_eq(virt_to_page(address + PAGE_SIZE - 1), page);
    }
    ck_assert(!virt_addr_valid(direct_map - 1));
    ck_assert(!virt_addr_valid(direct_map + max_pfn * PAGE_SIZE));
}
END_TEST

START_TEST(blocks_are_aligned_in_the_direct_map)
{
    for (size_t i = 1; i < 20; i++) {
        must_start(4 * BLOCK + i);
        for (unsigned order = 0; order < MAX_ORDER; order++) {
            unsigned long address = __get_free_pages(GFP_KERNEL, order);
            ck_assert_uint_ne(address, 0);
            ck_assert_uint_eq(address % (PAGE_SIZE << order), 0);
        }
        stop_kernel();
        mmap(NULL, i * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
             0); /* so that the next one lies elsewhere */
    }
}
END_TEST

START_TEST(the_memfd_has_the_same_frames)
{
    must_start(2 * BLOCK);
    struct page *page = must_alloc(0);
    strcpy(page_address(page), "seen from both sides");
    char *other = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
                       memory_fd(), (off_t)(page_to_pfn(page) * PAGE_SIZE));
    ck_assert_ptr_ne(other, MAP_FAILED);
    ck_assert_str_eq(other, "seen from both sides");
    other[0] = 'S';
    ck_assert_str_eq(page_address(page), "Seen from both sides");
}
END_TEST

static bool is_mapped(const void *address)
{
    unsigned char resident;
    return mincore((void *)((uintptr_t)address & -PAGE_SIZE), 1, &resident) ==
           0;
}

START_TEST(it_leaves_nothing_and_starts_again)
{
    for (int i = 0; i < 3; i++) {
        must_start(BLOCK);
        unsigned long address = __get_free_pages(GFP_KERNEL, 3);
        void *frames = direct_map, *pages = mem_map;
        int file = memory_fd();
        paint((void *)address, PAGE_SIZE << 3, 1);
        ck_assert(is_mapped(frames) && is_mapped(pages));
        stop_kernel();
        ck_assert(!is_mapped(frames) && !is_mapped(pages));
        ck_assert_int_eq(fcntl(file, F_GETFD), -1);
    }
}
END_TEST

/* The number of a closed file is soon another file's. */
START_TEST(a_second_stop_closes_nothing)
{
    must_start(BLOCK);
    int file = memory_fd();
    stop_kernel();
    ck_assert_int_eq(memory_fd(), -1);
    ck_assert_int_eq(dup2(STDERR_FILENO, file), file);
    stop_kernel();
    ck_assert_int_ge(fcntl(file, F_GETFD), 0);
}
END_TEST

START_TEST(memory_that_the_host_has_not_is_refused)
{
    signal(SIGXFSZ, SIG_IGN); /* of a host with a limit */
    ck_assert_int_eq(start_kernel(0), -EINVAL);
    ck_assert_int_eq(start_kernel(~0UL), -EINVAL);
    ck_assert_int_lt(start_kernel(1UL << 50), 0);
    must_start(BLOCK);
}
END_TEST

/* Memory of any length: free blocks and those in use make up all of it. */
START_TEST(every_frame_is_used)
{
    static const unsigned long lengths[] = {
        BLOCK, BLOCK + 1, 2 * BLOCK - 1, 3 * BLOCK + 515, 1000,
    };

    for (size_t i = 0; i < LENGTH(lengths); i++) {
        must_start(lengths[i]);
        unsigned long in_use = 0, free = 0;
        for (unsigned long pfn = 0; pfn < max_pfn; pfn++)
            in_use += !PageBuddy(block_of(pfn_to_page(pfn)));
        for (unsigned order = 0; order < MAX_ORDER; order++)
            free += nr_free(order) << order;
        ck_assert_uint_eq(in_use + free, lengths[i]);
        ck_assert_uint_eq(normal_zone.free_pages, free);
        stop_kernel();
    }
}
END_TEST

/* ---- buddy ---- */

START_TEST(a_split_leaves_all_upper_halves)
{
    must_start(4 * BLOCK);
    take_small_blocks();
    unsigned long largest = nr_free(MAX_ORDER - 1);
    struct page *page = must_alloc(0);
    ck_assert_uint_eq(page_to_pfn(page) % BLOCK, 0);
    ck_assert_uint_eq(small_blocks(), 1111111111);
    ck_assert_uint_eq(nr_free(MAX_ORDER - 1), largest - 1);
    must_be_sound("a split");

    __free_pages(page, 0);
    ck_assert_uint_eq(small_blocks(), 0);
    ck_assert_uint_eq(nr_free(MAX_ORDER - 1), largest);
    must_be_sound("a merge");
}
END_TEST

START_TEST(the_smallest_block_that_fits_is_taken)
{
    must_start(4 * BLOCK);
    take_small_blocks();
    must_alloc(7); /* leaves 7, 8 and 9 */
    must_alloc(5);
    ck_assert_uint_eq(small_blocks(), 1101100000);
}
END_TEST

START_TEST(neighbours_that_are_no_buddies_stay_apart)
{
    struct page *page[4];

    must_start(4 * BLOCK);
    take_small_blocks();
    for (int i = 0; i < 4; i++) {
        page[i] = must_alloc(0);
        ck_assert_uint_eq(page_to_pfn(page[i]), page_to_pfn(page[0]) + i);
    }
    __free_pages(page[1], 0);
    __free_pages(page[2], 0);
    ck_assert_uint_eq(nr_free(0), 2);
    ck_assert_uint_eq(nr_free(1), 0);
    __free_pages(page[0], 0);
    ck_assert_uint_eq(nr_free(0), 1);
    ck_assert_uint_eq(nr_free(1), 1);
    __free_pages(page[3], 0);
    ck_assert_uint_eq(small_blocks(), 0);
    must_be_sound("all were freed");
}
END_TEST

START_TEST(a_buddy_in_smaller_blocks_is_no_buddy)
{
    must_start(4 * BLOCK);
    take_small_blocks();
    struct page *low = must_alloc(1), *third = must_alloc(0),
                *fourth = must_alloc(0);
    ck_assert_uint_eq(page_to_pfn(third), page_to_pfn(low) + 2);
    ck_assert_uint_eq(page_to_pfn(fourth), page_to_pfn(low) + 3);
    __free_pages(third, 0);
    __free_pages(low, 1);
    ck_assert_uint_eq(nr_free(1), 1);
    ck_assert_uint_eq(nr_free(0), 1);
    must_be_sound("one half is free, and a half of the other");
    __free_pages(fourth, 0);
    ck_assert_uint_eq(small_blocks(), 0);
}
END_TEST

/* What lies beyond the end of mem_map may look like a free block. */
START_TEST(beyond_the_end_is_no_buddy)
{
    ck_assert_int_eq(memory_start(BLOCK + 1), 0);
    buddy_init();
    struct page *last = must_alloc(0), *beyond = last + 1;
    ck_assert_uint_eq(page_to_pfn(last), BLOCK);
    beyond->flags = 1UL << PG_buddy;
    INIT_LIST_HEAD(&beyond->lru);
    __free_pages(last, 0);
    ck_assert(PageBuddy(beyond));
    ck_assert_uint_eq(nr_free(0), 1);
}
END_TEST

START_TEST(zero_is_zero_and_only_on_request)
{
    must_start(2 * BLOCK);
    struct page *page = must_alloc(4);
    memset(page_address(page), 0xaa, PAGE_SIZE << 4);
    __free_pages(page, 4);
    ck_assert_ptr_eq(must_alloc(4), page);
    ck_assert_uint_eq(((unsigned char *)page_address(page))[PAGE_SIZE], 0xaa);
    __free_pages(page, 4);
    ck_assert_ptr_eq(alloc_pages(GFP_KERNEL | __GFP_ZERO, 4), page);
    for (size_t i = 0; i < PAGE_SIZE << 4; i++)
        ck_assert_uint_eq(((unsigned char *)page_address(page))[i], 0);
}
END_TEST

START_TEST(no_block_is_larger_than_order_10)
{
    must_start(8 * BLOCK);
    ck_assert_ptr_null(alloc_pages(GFP_KERNEL, MAX_ORDER));
    ck_assert_ptr_null(alloc_pages(GFP_ATOMIC, ~0u));
    ck_assert_uint_eq(__get_free_pages(GFP_KERNEL, MAX_ORDER), 0);
    must_be_sound("requests that are too large");
}
END_TEST

START_TEST(address_0_is_freed_in_silence)
{
    must_start(BLOCK);
    free_pages(0, 0);
    must_be_sound("free_pages(0, 0)");
}
END_TEST

/* ---- out of memory, and the reserve ---- */

/* Take blocks until there are none. Returns the frames got. */
static unsigned long take_all(gfp_t gfp, unsigned order, struct page **pages,
                              unsigned long *count)
{
    unsigned long before = normal_zone.free_pages;
    struct page *page;

    while ((page = alloc_pages(gfp, order)) != NULL)
        pages[(*count)++] = page;
    return before - normal_zone.free_pages;
}

START_TEST(the_reserve_is_for_those_who_cannot_wait)
{
    static struct page *pages[4 * BLOCK];
    unsigned long count = 0;

    must_start(4 * BLOCK);
    unsigned long free = normal_zone.free_pages, min = reserve();
    ck_assert_uint_gt(min, 1);
    take_all(GFP_KERNEL, 0, pages, &count);
    ck_assert_uint_eq(normal_zone.free_pages, min);
    ck_assert_uint_eq(take_all(GFP_ATOMIC, 0, pages, &count), min / 2);
    ck_assert_ptr_null(alloc_pages(GFP_KERNEL, 0));
    must_be_sound("memory has run out");

    while (count > 0)
        __free_pages(pages[--count], 0);
    ck_assert_uint_eq(normal_zone.free_pages, free);
    must_be_sound("all was freed");
}
END_TEST

START_TEST(nothing_is_lost_at_any_order)
{
    static struct page *pages[8 * BLOCK];

    must_start(8 * BLOCK + 77);
    unsigned long free = normal_zone.free_pages, small = small_blocks();
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        unsigned long count = 0;
        unsigned long got = take_all(GFP_ATOMIC, order, pages, &count);
        ck_assert_uint_eq(got, count << order);
        ck_assert_uint_gt(count, 0);
        must_be_sound("memory has run out");
        while (count > 0)
            __free_pages(pages[--count], order);
        ck_assert_uint_eq(normal_zone.free_pages, free);
        ck_assert_uint_eq(small_blocks(), small);
        must_be_sound("all was freed");
    }
}
END_TEST

/* Linux's: 4 times the square root of the KiB, and a half of that more. */
START_TEST(watermarks_are_as_in_linux)
{
    must_start(16384); /* 64 MiB: 1024 KiB */
    ck_assert_uint_eq(normal_zone.watermark[WMARK_MIN], 256);
    ck_assert_uint_eq(normal_zone.watermark[WMARK_LOW], 320);
    ck_assert_uint_eq(normal_zone.watermark[WMARK_HIGH], 384);
    stop_kernel();
    must_start(8192); /* 32 MiB: 724 KiB */
    ck_assert_uint_eq(normal_zone.watermark[WMARK_MIN], 181);
    stop_kernel();
    must_start(200); /* not less than 128 KiB */
    ck_assert_uint_eq(normal_zone.watermark[WMARK_MIN], 32);
}
END_TEST

/* ---- what the kernel says of itself ---- */

/* What a function prints, in memory that is overwritten the next time. */
static char *printed(void (*show)(FILE *))
{
    static char text[2000];
    FILE *file = fmemopen(text, sizeof(text), "w");

    show(file);
    fclose(file);
    return text;
}

/* Every second frame is freed. Then half of the memory is free, and none of
 * that is of use for order 1. */
START_TEST(free_memory_can_be_of_no_use)
{
    static struct page *pages[4 * BLOCK];
    unsigned long count = 0;

    must_start(4 * BLOCK);
    take_all(GFP_KERNEL, 0, pages, &count);
    for (unsigned long i = 0; i < count; i++)
        if (page_to_pfn(pages[i]) % 2 == 0)
            __free_pages(pages[i], 0);
    while (alloc_pages(GFP_KERNEL, 1) != NULL)
        ; /* the pairs that were left in the reserve */
    ck_assert_uint_gt(normal_zone.free_pages, BLOCK);
    ck_assert_int_eq(unusable_free_index(0), 0);
    ck_assert_int_eq(unusable_free_index(1), 1000);
    must_be_sound("every second frame was freed");

    for (unsigned long i = 0; i < count; i++)
        if (page_to_pfn(pages[i]) % 2 == 1)
            __free_pages(pages[i], 0);
    ck_assert_ptr_nonnull(alloc_pages(GFP_KERNEL, MAX_ORDER - 1));
    must_be_sound("the others were, too");
}
END_TEST

START_TEST(the_unusable_share_counts_smaller_blocks)
{
    ck_assert_int_eq(unusable_free_index(0), 1000); /* nothing is free yet */
    must_start(4 * BLOCK);
    take_small_blocks();
    while (nr_free(MAX_ORDER - 1) > 1)
        must_alloc(MAX_ORDER - 1);
    alloc_pages(GFP_ATOMIC, 9);
    alloc_pages(GFP_ATOMIC, 7); /* 128 frames in 7, 256 in 8 */
    ck_assert_uint_eq(small_blocks(), 110000000);
    ck_assert_int_eq(unusable_free_index(7), 0);
    ck_assert_int_eq(unusable_free_index(8), 333);
    ck_assert_int_eq(unusable_free_index(9), 1000);
    ck_assert_str_eq(
        printed(unusable_index_show),
        "Node 0, zone   Normal 0.000 0.000 0.000 0.000 0.000 0.000 "
        "0.000 0.000 0.333 1.000 1.000 \n");
}
END_TEST

START_TEST(buddyinfo_has_the_format_of_the_real_file)
{
    must_start(4 * BLOCK + 3);
    must_alloc(0);
    const char *ours = printed(buddyinfo_show);
    static const char start[] = "Node 0, zone   Normal ";
    ck_assert_msg(strncmp(ours, start, strlen(start)) == 0, "%s", ours);
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        const char *field = ours + strlen(start) + 7 * order;
        ck_assert_uint_eq(strtoul(field, NULL, 10), nr_free(order));
        ck_assert_int_eq(field[6], ' ');
    }

    char real[200];
    FILE *file = fopen("/proc/buddyinfo", "r");
    if (file != NULL && fgets(real, sizeof(real), file) != NULL)
        ck_assert_uint_eq(strlen(ours), strlen(real));
}
END_TEST

START_TEST(zoneinfo_says_what_is_free_and_what_is_kept)
{
    must_start(16384);
    char wanted[300];
    snprintf(
        wanted, sizeof(wanted),
        "Node 0, zone   Normal\n  pages free     %lu\n        min      "
        "256\n        low      320\n        high     384\n        managed  "
        "16384\n",
        normal_zone.free_pages);
    ck_assert_str_eq(printed(zoneinfo_show), wanted);
}
END_TEST

/* ---- random requests, against a plain model ---- */

enum { RUNS = 6, OPERATIONS = 3000, SLOTS = 600, FRAMES = 2 * 1024 + 700 };

struct block {
    struct page *page; /* NULL: the slot is empty */
    unsigned order;
    unsigned tag;
};

static struct block blocks[SLOTS];
static bool in_use[FRAMES];
static uint64_t state;
static char operation[80]; /* the one just made, for messages */

static void broken(const char *what)
{
    ck_abort_msg("%s: %s (seed %u)", operation, what, seed);
}

static unsigned long model_free(void)
{
    unsigned long free = 0;

    for (unsigned long pfn = 0; pfn < FRAMES; pfn++)
        free += !in_use[pfn];
    return free;
}

static bool run_is_free(unsigned long pfn, unsigned long frames)
{
    for (unsigned long i = 0; i < frames; i++)
        if (pfn + i >= FRAMES || in_use[pfn + i])
            return false;
    return true;
}

/* Must a request succeed, by the model? */
static bool model_has(gfp_t gfp, unsigned order)
{
    unsigned long frames = 1UL << order;
    unsigned long kept =
        gfp & __GFP_HIGH ? reserve() - reserve() / 2 : reserve();

    if (model_free() < kept + frames)
        return false;
    for (unsigned long pfn = 0; pfn < FRAMES; pfn += frames)
        if (run_is_free(pfn, frames))
            return true;
    return false;
}

static void mark(unsigned long pfn, unsigned order, bool used)
{
    memset(in_use + pfn, used, 1UL << order);
}

/* The first and the last bytes of the block depend on its tag. */
static void paint_block(const struct block *block)
{
    char *start = page_address(block->page);
    paint(start, 64, block->tag);
    paint(start + (PAGE_SIZE << block->order) - 64, 64, block->tag);
}

static void check_paint(const struct block *block)
{
    const char *start = page_address(block->page);
    if (!is_painted(start, 64, block->tag) ||
        !is_painted(start + (PAGE_SIZE << block->order) - 64, 64, block->tag))
        broken("a block in use was overwritten");
}

static void do_alloc(struct block *block, unsigned tag)
{
    gfp_t gfp = random_below(&state, 4) == 0 ? GFP_ATOMIC : GFP_KERNEL;
    unsigned order = (unsigned)random_below(&state, 4);

    if (random_below(&state, 8) == 0)
        order = (unsigned)random_below(&state, MAX_ORDER);
    snprintf(operation, sizeof(operation), "operation %u, alloc_pages(%#x, %u)",
             tag, gfp, order);
    bool possible = model_has(gfp, order);
    struct page *page = alloc_pages(gfp, order);
    if (possible != (page != NULL))
        broken(possible ? "it fails, with enough free" : "it cannot succeed");
    if (page == NULL)
        return;
    unsigned long pfn = page_to_pfn(page);
    if (pfn % (1UL << order) != 0)
        broken("the block is not aligned");
    if (!run_is_free(pfn, 1UL << order))
        broken("a frame of the block is in use");
    mark(pfn, order, true);
    *block = (struct block){page, order, tag};
    paint_block(block);
}

static void do_free(struct block *block, unsigned number)
{
    snprintf(operation, sizeof(operation),
             "operation %u, __free_pages(frame %lu, %u)", number,
             page_to_pfn(block->page), block->order);
    check_paint(block);
    mark(page_to_pfn(block->page), block->order, false);
    __free_pages(block->page, block->order);
    block->page = NULL;
}

/* Is what the kernel says of each frame what the model says? */
static void compare_frames(void)
{
    for (unsigned long pfn = 0; pfn < FRAMES; pfn++)
        if (PageBuddy(block_of(pfn_to_page(pfn))) == in_use[pfn])
            broken("a frame is free for one and in use for the other");
    if (normal_zone.free_pages != model_free())
        broken("free_pages is wrong");
}

START_TEST(random_operations)
{
    state = seed * 1000 + (unsigned)_i;
    must_start(FRAMES);
    for (unsigned long pfn = 0; pfn < FRAMES; pfn++)
        in_use[pfn] = !PageBuddy(block_of(pfn_to_page(pfn)));
    strcpy(operation, "the start");
    compare_frames();
    unsigned long free_at_first = model_free();

    for (unsigned i = 0; i < OPERATIONS; i++) {
        /* Periods of growth and of decline, each with memory that runs out. */
        struct block *block = &blocks[random_below(&state, SLOTS)];
        bool grows = i / 500 % 2 == 0;
        if (block->page == NULL && (grows || random_below(&state, 3) == 0))
            do_alloc(block, i);
        else if (block->page != NULL)
            do_free(block, i);
        else
            continue;
        must_be_sound(operation);
        compare_frames();
    }
    for (int i = 0; i < SLOTS; i++)
        if (blocks[i].page != NULL)
            do_free(&blocks[i], OPERATIONS);
    must_be_sound("all was freed");
    ck_assert_uint_eq(normal_zone.free_pages, free_at_first);
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 4, HELD = 40, ROUNDS = 20000 };

static void *take_and_give(void *number)
{
    struct block held[HELD] = {{0}};
    uint64_t random = seed + (uintptr_t)number;

    for (unsigned i = 0; i < ROUNDS; i++) {
        struct block *block = &held[random_below(&random, HELD)];
        if (block->page == NULL) {
            block->order = (unsigned)random_below(&random, 5);
            block->tag = i * THREADS + (unsigned)(uintptr_t)number;
            block->page = alloc_pages(GFP_ATOMIC, block->order);
            if (block->page != NULL)
                paint_block(block);
        } else {
            check_paint(block);
            __free_pages(block->page, block->order);
            block->page = NULL;
        }
    }
    for (int i = 0; i < HELD; i++)
        if (held[i].page != NULL)
            __free_pages(held[i].page, held[i].order);
    return NULL;
}

START_TEST(threads_share_the_memory)
{
    pthread_t threads[THREADS];

    must_start(BLOCK + 100); /* it runs out now and then */
    unsigned long free = normal_zone.free_pages, small = small_blocks();
    strcpy(operation, "a thread");
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, take_and_give, (void *)i);
    for (int i = 0; i < 100; i++)
        must_be_sound("threads were started");
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    must_be_sound("the threads' end");
    ck_assert_uint_eq(normal_zone.free_pages, free);
    ck_assert_uint_eq(small_blocks(), small);
}
END_TEST

/* ---- misuse ---- */

/* A child that must report this frees so. */
#define FREEING(free, ...)                                                     \
    do {                                                                       \
        if (child_must_report(__VA_ARGS__)) {                                  \
            free;                                                              \
            _exit(0);                                                          \
        }                                                                      \
    } while (0)

START_TEST(a_second_free_is_reported)
{
    must_start(4 * BLOCK);
    take_small_blocks();
    struct page *page = must_alloc(0), *other = must_alloc(3);
    unsigned long pfn = page_to_pfn(page);
    __free_pages(other, 3);
    __free_pages(page, 0);
    FREEING(__free_pages(page, 0),
            "__free_pages: frame %lu is free already, in the block of order 10 "
            "at frame %lu",
            pfn, pfn);
    FREEING(free_pages((unsigned long)page_address(other), 3),
            "__free_pages: frame %lu is free already, in the block of order 10 "
            "at frame %lu",
            pfn + 8, pfn);
}
END_TEST

START_TEST(a_wrong_order_is_reported)
{
    must_start(4 * BLOCK);
    struct page *page = must_alloc(3);
    FREEING(__free_pages(page, 2),
            "__free_pages: frame %lu has order 3, but is freed with order 2",
            page_to_pfn(page));
    FREEING(__free_pages(page, 4),
            "__free_pages: frame %lu has order 3, but is freed with order 4",
            page_to_pfn(page));
    FREEING(__free_pages(page, MAX_ORDER),
            "__free_pages: frame %lu has order 3, but is freed with order 11",
            page_to_pfn(page));
}
END_TEST

START_TEST(a_frame_within_a_block_is_reported)
{
    must_start(4 * BLOCK);
    struct page *page = must_alloc(3);
    FREEING(__free_pages(page + 5, 0),
            "__free_pages: frame %lu lies within the block of order 3 at frame "
            "%lu",
            page_to_pfn(page) + 5, page_to_pfn(page));
}
END_TEST

START_TEST(what_is_no_frame_is_reported)
{
    static struct page not_ours;

    must_start(BLOCK);
    struct page *end = mem_map + max_pfn;
    char *within = (char *)must_alloc(0) + 1;
    unsigned long beyond = (unsigned long)direct_map + max_pfn * PAGE_SIZE;
    FREEING(__free_pages(&not_ours, 0),
            "__free_pages: %p is no struct page of a frame", (void *)&not_ours);
    FREEING(__free_pages(NULL, 0),
            "__free_pages: %p is no struct page of a frame", NULL);
    FREEING(__free_pages(end, 0),
            "__free_pages: %p is no struct page of a frame", (void *)end);
    FREEING(__free_pages((struct page *)within, 0),
            "__free_pages: %p is no struct page of a frame", (void *)within);
    FREEING(free_pages(beyond, 0),
            "free_pages: 0x%lx is not the address of a frame", beyond);
    FREEING(free_pages(1, 0), "free_pages: 0x1 is not the address of a frame");
}
END_TEST

START_TEST(an_address_within_a_frame_is_reported)
{
    must_start(4 * BLOCK);
    unsigned long address = __get_free_pages(GFP_KERNEL, 0);
    FREEING(free_pages(address + 16, 0),
            "free_pages: 0x%lx is byte 16 of frame %lu, not its start",
            address + 16, page_to_pfn(virt_to_page((void *)address)));
}
END_TEST

START_TEST(a_frame_of_no_block_is_reported)
{
    must_start(4 * BLOCK);
    struct page *page = must_alloc(0);
    page->_refcount = 0; /* somebody has dropped it without freeing it */
    FREEING(__free_pages(page, 0),
            "__free_pages: frame %lu belongs to no block", page_to_pfn(page));
}
END_TEST

/* ---- the check is checked: it finds what is broken ---- */

static struct page *used, *tail, *lone, *buddy;

static void a_free_block_in_use(void)
{
    lone->_refcount = 1;
}

static void a_frame_of_nobody(void)
{
    used->_refcount = 0;
}

static void a_wrong_order(void)
{
    used->order = 12;
}

static void a_block_not_aligned(void)
{
    tail->order = 1;
    tail->_refcount = 1;
    used->order = 0;
}

static void a_block_beyond_the_end(void)
{
    pfn_to_page(max_pfn - 1)->order = 3;
}

static void a_block_within_a_block(void)
{
    tail->_refcount = 1;
}

static void a_lost_block(void)
{
    list_del(&lone->lru);
}

static void a_broken_link(void)
{
    lone->lru.prev = &used->lru;
}

static void a_link_to_nowhere(void)
{
    static struct list_head elsewhere;
    normal_zone.free_area[lone->order].free_list.next = &elsewhere;
}

static void a_wrong_end(void)
{
    normal_zone.free_area[0].free_list.prev = &used->lru;
}

static void a_wrong_nr_free(void)
{
    normal_zone.free_area[0].nr_free++;
}

static void a_wrong_free_pages(void)
{
    normal_zone.free_pages++;
}

/* The buddy becomes free, and is put on its list without a merge. */
static void two_halves(void)
{
    buddy->_refcount = 0;
    buddy->flags |= 1UL << PG_buddy;
    list_add(&buddy->lru, &normal_zone.free_area[0].free_list);
    normal_zone.free_area[0].nr_free++;
    normal_zone.free_pages++;
}

static const struct {
    void (*breaking)(void);
    const char *words;
} damages[] = {
    {a_free_block_in_use, "free, but with 1 users"},
    {a_frame_of_nobody, "neither free nor in use"},
    {a_wrong_order, "a block of order 12"},
    {a_block_not_aligned, "a block of order 1 is not aligned"},
    {a_block_beyond_the_end, "a block of order 3 goes beyond the end"},
    {a_block_within_a_block, "a block within a block of order 3"},
    {a_lost_block, "0 blocks of 1"},
    {a_broken_link, "does not lead back"},
    {a_link_to_nowhere, "a link leads to no page"},
    {a_wrong_end, "its end is not where the head says"},
    {a_wrong_nr_free, "nr_free is 2, not 1"},
    {a_wrong_free_pages, "free_pages is "},
    {two_halves, "a free block and its free buddy, of order 0"},
};

START_TEST(the_check_finds_what_is_broken)
{
    must_start(4 * BLOCK + 1);
    take_small_blocks();
    used = must_alloc(3);
    tail = used + 1;
    buddy = must_alloc(0);
    lone = buddy + 1; /* the only free block of order 0 */
    ck_assert_uint_eq(nr_free(0), 1);
    must_be_found(damages[_i].breaking, damages[_i].words);
}
END_TEST

void add_k01(Suite *suite)
{
    TCase *memory = tcase_create("memory");
    tcase_add_test(memory, a_frame_has_three_names);
    tcase_add_test(memory, blocks_are_aligned_in_the_direct_map);
    tcase_add_test(memory, the_memfd_has_the_same_frames);
    tcase_add_test(memory, it_leaves_nothing_and_starts_again);
    tcase_add_test(memory, a_second_stop_closes_nothing);
    tcase_add_test(memory, memory_that_the_host_has_not_is_refused);
    tcase_add_test(memory, every_frame_is_used);
    suite_add_tcase(suite, memory);

    TCase *group = tcase_create("buddy");
    tcase_add_test(group, a_split_leaves_all_upper_halves);
    tcase_add_test(group, the_smallest_block_that_fits_is_taken);
    tcase_add_test(group, neighbours_that_are_no_buddies_stay_apart);
    tcase_add_test(group, a_buddy_in_smaller_blocks_is_no_buddy);
    tcase_add_test(group, beyond_the_end_is_no_buddy);
    tcase_add_test(group, zero_is_zero_and_only_on_request);
    tcase_add_test(group, no_block_is_larger_than_order_10);
    tcase_add_test(group, address_0_is_freed_in_silence);
    tcase_add_test(group, the_reserve_is_for_those_who_cannot_wait);
    tcase_add_test(group, nothing_is_lost_at_any_order);
    tcase_add_test(group, watermarks_are_as_in_linux);
    tcase_add_loop_test(group, random_operations, 0, RUNS);
    tcase_set_timeout(group, 10);
    suite_add_tcase(suite, group);

    TCase *threads = tcase_create("threads");
    tcase_add_test(threads, threads_share_the_memory);
    tcase_set_timeout(threads, 10);
    suite_add_tcase(suite, threads);

    TCase *vmstat = tcase_create("vmstat");
    tcase_add_test(vmstat, free_memory_can_be_of_no_use);
    tcase_add_test(vmstat, the_unusable_share_counts_smaller_blocks);
    tcase_add_test(vmstat, buddyinfo_has_the_format_of_the_real_file);
    tcase_add_test(vmstat, zoneinfo_says_what_is_free_and_what_is_kept);
    suite_add_tcase(suite, vmstat);

    TCase *misuse = tcase_create("buddy_misuse");
    tcase_add_test(misuse, a_second_free_is_reported);
    tcase_add_test(misuse, a_wrong_order_is_reported);
    tcase_add_test(misuse, a_frame_within_a_block_is_reported);
    tcase_add_test(misuse, what_is_no_frame_is_reported);
    tcase_add_test(misuse, an_address_within_a_frame_is_reported);
    tcase_add_test(misuse, a_frame_of_no_block_is_reported);
    suite_add_tcase(suite, misuse);

    TCase *check = tcase_create("check");
    tcase_add_loop_test(check, the_check_finds_what_is_broken, 0,
                        LENGTH(damages));
    suite_add_tcase(suite, check);
}
