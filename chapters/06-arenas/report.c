/* report.c - what the allocator says of itself, and malloc_trim()
 *
 * The calls here are glibc's. Each arena is looked at under its lock, one after
 * the other, so that the sums are those of no single moment when other threads
 * allocate. What is printed is counted first and printed without a lock, since
 * printing may allocate.
 */
#include "allocate.h"
#include "arenas.h"
#include "bins.h"
#include "fastbin.h"
#include "mapped.h"
#include "os.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>

#pragma GCC visibility push(default)

/* Free chunks of sizes from ... to, in bytes. */
struct tally {
    size_t count, bytes, from, to;
};

/* What there is in an arena. Bin 0 stands for nothing. */
struct account {
    size_t system, max_system; /* bytes held from the system, and at most */
    size_t accessible;         /* bytes of addresses that can be used */
    size_t top;                /* bytes */
    struct tally fast[NFASTBINS], bins[NBINS];
    struct tally all_fast, all_bins;
};

static void add_chunk(struct tally *tally, size_t size)
{
    if (tally->count == 0 || size < tally->from)
        tally->from = size;
    if (size > tally->to)
        tally->to = size;
    tally->count++;
    tally->bytes += size;
}

static void add_tally(struct tally *sum, const struct tally *tally)
{
    sum->count += tally->count;
    sum->bytes += tally->bytes;
}

/* The caller holds the lock. */
static void count_bins(struct arena *a, struct account *account)
{
    for (size_t i = 0; i < NFASTBINS; i++) {
        for (struct chunk *c = a->fastbins[i]; c != NULL; c = fastbin_next(c))
            add_chunk(&account->fast[i], chunk_size(c));
        add_tally(&account->all_fast, &account->fast[i]);
    }
    for (size_t i = UNSORTED_BIN; i < NBINS; i++) {
        struct chunk *head = &a->bins[i].head;
        for (struct chunk *c = head->fd; c != head; c = c->fd)
            add_chunk(&account->bins[i], chunk_size(c));
        add_tally(&account->all_bins, &account->bins[i]);
    }
}

static size_t accessible_bytes(struct arena *a)
{
    size_t bytes = 0;

    if (a == &main_arena)
        return a->system_mem;
    for (struct heap_info *h = heap_of(a->top); h != NULL; h = h->prev)
        bytes += h->mprotect_size;
    return bytes;
}

static struct account account_of(struct arena *a)
{
    struct account account = {0};

    arena_lock(a);
    account.system = a->system_mem;
    account.max_system = a->max_system_mem;
    account.accessible = accessible_bytes(a);
    account.top = top_size(a);
    if (a->top != NULL)
        count_bins(a, &account);
    arena_unlock(a);
    return account;
}

/* Arenas are never removed, so the list is locked for each step alone. */
static struct arena *step(struct arena *a)
{
    arenas_lock();
    a = next_arena(a);
    arenas_unlock();
    return a;
}

static size_t in_use(const struct account *account)
{
    return account->system - account->top - account->all_fast.bytes -
           account->all_bins.bytes;
}

/* What there is in all arenas and mappings, in bytes and chunks. [glibc 2.33]
 */
struct mallinfo2 mallinfo2(void)
{
    struct mapped_totals mapped = mapped_totals();
    struct mallinfo2 info = {.hblks = mapped.count, .hblkhd = mapped.bytes};

    for (struct arena *a = step(NULL); a != NULL; a = step(a)) {
        struct account account = account_of(a);
        info.arena += account.system;
        info.ordblks += account.all_bins.count + (account.top != 0);
        info.smblks += account.all_fast.count;
        info.fsmblks += account.all_fast.bytes;
        info.uordblks += in_use(&account);
        info.fordblks += account.system - in_use(&account);
        if (a == &main_arena)
            info.keepcost = account.top;
    }
    return info;
}

/* The same, cut to the size of an int. [SVID] */
struct mallinfo mallinfo(void)
{
    struct mallinfo2 info = mallinfo2();

    return (struct mallinfo){
        .arena = (int)info.arena,
        .ordblks = (int)info.ordblks,
        .smblks = (int)info.smblks,
        .hblks = (int)info.hblks,
        .hblkhd = (int)info.hblkhd,
        .fsmblks = (int)info.fsmblks,
        .uordblks = (int)info.uordblks,
        .fordblks = (int)info.fordblks,
        .keepcost = (int)info.keepcost,
    };
}

static void print_use(const char *title, size_t system, size_t used)
{
    fprintf(stderr, "%s:\n", title);
    fprintf(stderr, "system bytes     = %10zu\n", system);
    fprintf(stderr, "in use bytes     = %10zu\n", used);
}

/* Print to standard error what each arena holds and has in use. [glibc] */
void malloc_stats(void)
{
    struct mapped_totals mapped = mapped_totals();
    size_t system = mapped.bytes, used = mapped.bytes;

    for (struct arena *a = step(NULL); a != NULL; a = step(a)) {
        struct account account = account_of(a);
        char title[32];
        snprintf(title, sizeof title, "Arena %u", a->number);
        print_use(title, account.system, in_use(&account));
        system += account.system;
        used += in_use(&account);
    }
    print_use("Total (incl. mmap)", system, used);
    fprintf(stderr, "max mmap regions = %10zu\n", mapped.max_count);
    fprintf(stderr, "max mmap bytes   = %10zu\n", mapped.max_bytes);
}

static void print_size(FILE *out, const char *name, const struct tally *tally)
{
    if (tally->count != 0)
        fprintf(out,
                "  <%s from=\"%zu\" to=\"%zu\" total=\"%zu\" count=\"%zu\"/>\n",
                name, tally->from, tally->to, tally->bytes, tally->count);
}

/* The lines that stand at the end of an arena, and at the end of all. */
static void print_totals(FILE *out, const struct account *account)
{
    fprintf(out, "<total type=\"fast\" count=\"%zu\" size=\"%zu\"/>\n",
            account->all_fast.count, account->all_fast.bytes);
    fprintf(out, "<total type=\"rest\" count=\"%zu\" size=\"%zu\"/>\n",
            account->all_bins.count + (account->top != 0),
            account->all_bins.bytes + account->top);
    fprintf(out, "<system type=\"current\" size=\"%zu\"/>\n", account->system);
    fprintf(out, "<system type=\"max\" size=\"%zu\"/>\n", account->max_system);
    fprintf(out, "<aspace type=\"total\" size=\"%zu\"/>\n", account->system);
    fprintf(out, "<aspace type=\"mprotect\" size=\"%zu\"/>\n",
            account->accessible);
}

static void print_account(FILE *out, unsigned number,
                          const struct account *account)
{
    fprintf(out, "<heap nr=\"%u\">\n<sizes>\n", number);
    for (size_t i = 0; i < NFASTBINS; i++)
        print_size(out, "size", &account->fast[i]);
    for (size_t i = UNSORTED_BIN + 1; i < NBINS; i++)
        print_size(out, "size", &account->bins[i]);
    print_size(out, "unsorted", &account->bins[UNSORTED_BIN]);
    fprintf(out, "</sizes>\n");
    print_totals(out, account);
    fprintf(out, "</heap>\n");
}

/* Write what there is in each arena as XML. options must be 0. Returns 0, or
 * EINVAL. [glibc] */
int malloc_info(int options, FILE *out)
{
    struct mapped_totals mapped = mapped_totals();
    struct account all = {0};

    if (options != 0)
        return EINVAL;
    fprintf(out, "<malloc version=\"1\">\n");
    for (struct arena *a = step(NULL); a != NULL; a = step(a)) {
        struct account account = account_of(a);
        print_account(out, a->number, &account);
        add_tally(&all.all_fast, &account.all_fast);
        add_tally(&all.all_bins, &account.all_bins);
        all.top += account.top;
        all.system += account.system;
        all.max_system += account.max_system;
        all.accessible += account.accessible;
    }
    print_totals(out, &all);
    fprintf(out, "<total type=\"mmap\" count=\"%zu\" size=\"%zu\"/>\n",
            mapped.count, mapped.bytes);
    fprintf(out, "</malloc>\n");
    return 0;
}

/* Give the whole pages inside a free chunk back. Its links, at its start, and
 * its foot, after its end, must stay. */
static bool discard_inside(struct chunk *c)
{
    size_t page = os_page_size();
    uintptr_t start = align_up((uintptr_t)c + sizeof(struct chunk), page);
    uintptr_t end = align_down((uintptr_t)chunk_after(c), page);

    return start < end && os_discard((void *)start, end - start);
}

static bool trim_arena(struct arena *a, size_t pad)
{
    bool trimmed = false;

    if (a->top == NULL)
        return false;
    consolidate(a);
    for (size_t i = UNSORTED_BIN; i < NBINS; i++) {
        struct chunk *head = &a->bins[i].head;
        for (struct chunk *c = head->fd; c != head; c = c->fd)
            trimmed |= discard_inside(c);
    }
    if (a != &main_arena)
        delete_free_heaps(a);
    return shrink_top(a, pad) || trimmed;
}

/* Give all free pages of all arenas back, but keep pad bytes of each top.
 * Returns 1 if any went, else 0. [glibc] */
int malloc_trim(size_t pad)
{
    bool trimmed = false;

    for (struct arena *a = step(NULL); a != NULL; a = step(a)) {
        arena_lock(a);
        trimmed |= trim_arena(a, pad);
        arena_unlock(a);
    }
    return trimmed;
}
